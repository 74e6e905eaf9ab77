-- The tags of topics, one a row, so that they can be listed and counted.
create view topic_tags as
select t.id as topic_id, t.status as topic_status, u.tag
from topics t cross join lateral unnest(t.tags) as u (tag);
