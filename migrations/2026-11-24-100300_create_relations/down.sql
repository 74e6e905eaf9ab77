drop view relations_with_ends;
drop table premises;
drop table relations;
drop function premises_check_relation();
drop function relations_check_premises();
drop function relation_needs_premise(uuid);
