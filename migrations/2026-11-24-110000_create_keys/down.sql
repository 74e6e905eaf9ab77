drop table keys;
