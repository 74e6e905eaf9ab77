drop view citations_with_ends;
drop table citations;
