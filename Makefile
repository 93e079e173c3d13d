# What one types here. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

target_dir := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## the demo, at http://127.0.0.1:8080 (ARGS="--listen 0.0.0.0:80" for more)
	@scripts/setup run
	cargo build --release
	@exec "$(target_dir)/release/maille" demo $(ARGS)

.PHONY: build
build: ## the program with its assets inside: $CARGO_TARGET_DIR/release/maille, or target/release/maille
	@scripts/setup build
	cargo build --release

.PHONY: test
test: ## every check and every test
	@scripts/setup test
	@$(MAKE) lint
	scripts/prepare-sql --check
	@scripts/run-tests

.PHONY: lint
lint: ## format, clippy, documentation, types of the script, without a warning
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	npm run --silent --prefix web check

.PHONY: fmt
fmt: ## formats the code
	cargo fmt --all

.PHONY: prepare
prepare: ## writes store/.sqlx anew, after a change of a migration or a query
	@scripts/setup test
	scripts/prepare-sql

.PHONY: pictures
pictures: ## renews docs/images and the pictures of the page of help, from the built program
	@scripts/setup test
	cargo build
	MAILLE="$(target_dir)/debug/maille" node tests/browser/pictures.js

.PHONY: bench
bench: ## the benchmark table and docs/benchmarks.md, at 100 000 listings (FULL=1: 1 000 000 too)
	@scripts/setup bench
	cargo build --release --package maille --package maille-bench
	@POSTGRES_SETTINGS="shared_buffers=2GB jit=off random_page_cost=1.1" scripts/with-postgres \
	  "$(target_dir)/release/maille-bench" "$(target_dir)/release/maille" "$$(date +%F)" 100000 $(if $(FULL),1000000)

.PHONY: soak
soak: ## the tests, long: thousands of cases, a million requests, a thousand histories of a directory and power cuts, ten minutes without Postgres, fifty who edit during imports, the activity of 100 000 calls
	@scripts/setup test
	PROPTEST_CASES=20000 MAILLE_FUZZ_QUERIES=1000000 MAILLE_SEQUENCES=1000 MAILLE_CRASH_INSTANTS=1000 MAILLE_ABSENCE_SECONDS=600 scripts/run-tests
	MAILLE_TOGETHER_SECONDS=120 scripts/with-postgres cargo test --release --test maille -- together --show-output
	MAILLE_CALLS=100000 scripts/with-postgres cargo test --release --test maille -- activity --show-output
	MAILLE_CALLS=100000 scripts/with-postgres cargo test --release --package maille-store --test directory -- activity --show-output

.PHONY: fuzz
fuzz: ## mutated files given to every format of import for ten minutes (SECONDS=60 for less); needs a nightly compiler
	@scripts/setup build
	@scripts/fuzz $(SECONDS)

.PHONY: setup
setup: ## installs what is missing (the others do it when they need it)
	@scripts/setup test

.PHONY: clean
clean: ## removes what was built and the npm packages, not the data (.maille)
	cargo clean
	rm -rf web/node_modules
