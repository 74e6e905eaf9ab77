drop table outlines;
