drop trigger sources_change on sources;
drop trigger topics_change on topics;
drop function log_source_change();
drop function log_topic_change();
drop table changes;
