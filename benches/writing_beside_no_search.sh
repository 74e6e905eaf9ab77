#!/usr/bin/env bash
# How many arguments a second a running program takes with the entries of search and without them:
#     benches/writing_beside_no_search.sh http://127.0.0.1:8080 KEY "$DATABASE_URL"
# The database has the data of search_data.sql and the program no limit of rates; wrk and psql are
# needed. In turns, eight clients post the arguments of arguments.lua for eight seconds, with the
# trigger that puts the entry and without it.
set -euo pipefail
address=$1 key=$2 database=$3
topics=$(psql -qAt -c "select count(*) from topics where slug like 'topic-%'" "$database")

switch() {
    psql -q -c "alter table arguments $1 trigger arguments_search_added" "$database"
}
trap 'switch enable' EXIT

for turn in 1 2 3; do
    for state in enable disable; do
        switch "$state"
        rate=$(wrk -t 2 -c 8 -d 8 -s "$(dirname "$0")/arguments.lua" "$address" -- "$key" "$topics" |
            grep -E 'Requests/sec|Non-2xx' | tr -s ' \n' ' ')
        echo "$turn: search ${state}d: $rate"
    done
done
