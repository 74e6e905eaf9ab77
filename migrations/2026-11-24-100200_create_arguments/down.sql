drop table arguments;
