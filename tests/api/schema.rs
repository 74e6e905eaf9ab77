//! The schema: its migrations, and what the code knows of it.

use std::collections::{BTreeMap, BTreeSet};

use debatebase::db::constraints::CONSTRAINTS;
use debatebase::db::migrations;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;

use crate::support::{TestApp, TestDatabase, on_a_runtime};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    detail: String,
}

async fn rows(url: &str, sql: &str) -> Vec<(String, String)> {
    let mut connection = debatebase::db::connect(url).await.unwrap();
    let rows: Vec<Row> = sql_query(sql).load(&mut connection).await.unwrap();
    rows.into_iter().map(|row| (row.name, row.detail)).collect()
}

/// Everything that the migrations make, as PostgreSQL itself writes it down.
const EVERYTHING: &str = "
    select name, detail from (
        select 'column ' || table_name || '.' || column_name as name,
               concat_ws(' ', ordinal_position, udt_name, is_nullable, column_default, generation_expression) as detail
        from information_schema.columns where table_schema = 'public'
        union all
        select 'constraint ' || conname, pg_get_constraintdef(oid)
        from pg_constraint where connamespace = 'public'::regnamespace
        union all
        select 'index ' || indexname, indexdef from pg_indexes where schemaname = 'public'
        union all
        select 'function ' || proname, pg_get_functiondef(oid)
        from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f' and probin is null
        union all
        select 'trigger ' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
        union all
        select 'view ' || viewname, definition from pg_views where schemaname = 'public'
        union all
        select 'comment ' || objoid::regclass || ' ' || objsubid, description
        from pg_description where classoid = 'pg_class'::regclass and objoid >= 16384
    ) everything
    where name not like '%\\_\\_diesel\\_%' and name not like '%function diesel\\_%'
    order by name, detail";

#[test]
fn migrations_run_up_and_down_and_up_again() {
    let database = TestDatabase::bare();
    let url = database.url();
    on_a_runtime(async {
        assert!(!migrations::run(&url).await.unwrap().is_empty());
        let first = rows(&url, EVERYTHING).await;
        assert!(first.len() > 100, "{first:#?}");

        migrations::revert_all(&url).await.unwrap();
        assert_eq!(rows(&url, EVERYTHING).await, []);

        migrations::run(&url).await.unwrap();
        assert_eq!(rows(&url, EVERYTHING).await, first);
        assert_eq!(migrations::run(&url).await.unwrap(), Vec::<String>::new());
    });
}

#[test]
fn programs_that_migrate_at_once_take_turns() {
    let database = TestDatabase::bare();
    let url = database.url();

    let runs = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| on_a_runtime(async { migrations::run(&url).await.unwrap() })))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap().len()).collect::<Vec<_>>()
    });

    assert_eq!(runs.iter().filter(|run| **run > 0).count(), 1, "{runs:?}");
}

#[actix_web::test]
async fn every_constraint_means_something_to_a_client() {
    let app = TestApp::start().await;
    let sql = "select conname::text as name, contype::text as detail from pg_constraint
               where connamespace = 'public'::regnamespace and contype <> 'p' and conname not like '\\_\\_diesel%'";

    let there: BTreeSet<String> =
        rows(&app.database_url(), sql).await.into_iter().map(|(name, _)| name).collect();
    let listed: BTreeSet<String> = CONSTRAINTS.iter().map(|(name, _)| (*name).to_owned()).collect();

    assert_eq!(listed.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "not there");
    assert_eq!(there.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "not listed");
}

/// The tables as `src/db/schema.rs` has them: each with its columns and their types.
fn known_to_the_code() -> BTreeMap<String, BTreeMap<String, String>> {
    let source = include_str!("../../src/db/schema.rs");
    let mut tables = BTreeMap::new();
    let mut name = String::new();
    for line in source.lines().map(str::trim) {
        if let Some((table, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            name = table.to_owned();
            tables.insert(name.clone(), BTreeMap::new());
        } else if let Some((column, kind)) = line.split_once(" -> ") {
            let columns: &mut BTreeMap<_, _> = tables.get_mut(&name).unwrap();
            columns.insert(column.to_owned(), kind.trim_end_matches(',').to_owned());
        }
    }
    tables
}

#[actix_web::test]
async fn the_code_knows_the_tables_as_they_are() {
    let app = TestApp::start().await;
    let sql = "
        select table_name || '.' || column_name as name,
               -- The columns of a view are nullable by nature; what they are is for the code to say.
               udt_name || case when is_nullable = 'YES' and table_type = 'BASE TABLE' then ' null' else '' end as detail
        from information_schema.columns join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_name not like '\\_\\_diesel%'
          -- Only triggers and statements of their own read them.
          and table_name not in ('search_records', 'changes')";
    let there: BTreeMap<String, String> =
        rows(&app.database_url(), sql).await.into_iter().collect();

    let mut known = BTreeMap::new();
    for (table, columns) in known_to_the_code() {
        for (column, kind) in columns {
            let is_nullable = kind.starts_with("Nullable<") && !table.ends_with("_with_ends");
            let kind = kind.trim_start_matches("Nullable<").trim_end_matches('>');
            let name = match kind {
                "Uuid" => "uuid",
                "Bytea" => "bytea",
                "Text" => "text",
                "Array<Text" => "_text",
                "Array<Uuid" => "_uuid",
                "Bool" => "bool",
                "SmallInt" => "int2",
                "Integer" => "int4",
                "BigInt" => "int8",
                "Date" => "date",
                "Timestamptz" => "timestamptz",
                "Jsonb" => "jsonb",
                "TsVector" => "tsvector",
                other => panic!("which type is {other}?"),
            };
            let null = if is_nullable { " null" } else { "" };
            known.insert(format!("{table}.{column}"), format!("{name}{null}"));
        }
    }

    assert_eq!(known, there);
}
