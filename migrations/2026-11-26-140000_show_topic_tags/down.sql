drop view topic_tags;
