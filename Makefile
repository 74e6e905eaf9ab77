# One verb each. CI runs the same.
.DEFAULT_GOAL := help
.PHONY: help serve test check openapi contract fuzz bench bench-quick build-tools postgresql

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# `exec` leaves no shell between make and the program, so that make waits for its clean stop
# after Ctrl-C.
serve: build-tools ## build the program and run it, with a PostgreSQL of its own; more options: ARGS="--listen …"
	@case " $(ARGS)" in *" --database-url"*) exit ;; esac; \
	if [ -z "$$DATABASE_URL" ] && ! grep -qs '^ *\(export \)\{0,1\}DATABASE_URL=.' .env; then scripts/install-postgresql; fi
	@echo "Building Debatebase and starting it. The first build takes some minutes. Ctrl-C stops it."
	@exec cargo run --release -- serve $(ARGS)

test: build-tools postgresql ## run all tests, with a PostgreSQL of their own
	cargo test

check: build-tools postgresql ## everything CI demands: format, lints, documentation, tests
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps
	cargo test

# A rename is atomic: a failed run leaves the old contract as it was.
openapi: build-tools postgresql ## write openapi/openapi.json anew, with examples that the program gives now
	RECORD_EXAMPLES=1 cargo test --quiet --test api examples::
	cargo run --quiet -- openapi > openapi/openapi.json.new || { rm -f openapi/openapi.json.new; exit 1; }
	mv openapi/openapi.json.new openapi/openapi.json

contract: build-tools postgresql ## hold the program to its contract by other people's tools
	@tests/contract/run

fuzz: build-tools ## give the readers of files random ones, FUZZ_SECONDS=60 for each format
	@scripts/fuzz

bench: build-tools postgresql ## measure the program beside its limits and its peers, an hour long; parts: ARGS="--workloads …"
	@benches/run.py $(ARGS)

bench-quick: build-tools postgresql ## the same, small: only gross regressions fail it
	@benches/run.py --quick $(ARGS)

build-tools:
	@scripts/install-build-tools

postgresql:
	@scripts/install-postgresql
