# What people and CI type. Whatever takes more than a line or two stands in scripts/.
.DEFAULT_GOAL := help
CORPUS ?= ../shared/corpora
SECONDS ?= 60
.PHONY: help run build release test ci fmt fmt-check lint doc deny openapi openapi-check corpus fuzz bench samples

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Build and serve, with no configuration
	cargo run --locked -- serve

build: ## Build for development
	cargo build --locked

release: ## Build for production: target/release/liaison
	cargo build --locked --release --package liaison-api

test: ## Run every test, on SQLite and PostgreSQL, beside a real Postfix and Dovecot
	scripts/test

ci: fmt-check lint doc deny openapi-check test ## All that has to pass before a change lands

fmt: ## Format the code
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

lint: ## Ask clippy; a warning is an error
	cargo clippy --locked --workspace --all-targets -- -D warnings

doc: ## Build the code's documentation; a dead link is an error
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --document-private-items

deny: ## Check licenses, bans and sources of the dependencies
	cargo deny --version >/dev/null 2>&1 || cargo install --locked --quiet cargo-deny@0.20.2
	cargo deny --locked check licenses bans sources

openapi: ## Write openapi.yaml from the handlers
	cargo run --locked --quiet -- openapi >target/openapi.yaml && mv target/openapi.yaml openapi.yaml

openapi-check: ## See that openapi.yaml says what the handlers do
	cargo run --locked --quiet -- openapi | diff -u openapi.yaml -

corpus: build ## Score the mail parser on the mails with known answers in CORPUS, which has a score.py
	python3 $(CORPUS)/score.py --binary target/debug/liaison

fuzz: ## Fuzz each parser of received mail for SECONDS
	scripts/fuzz $(SECONDS)

bench: release ## Measure mail and links, on the production build, beside what the machine can do
	scripts/with-postgres cargo bench --locked --workspace --profile dev --bench mail

samples: ## Draw the built-in mails into docs/img
	scripts/mail-samples
