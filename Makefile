# Chợ Nguồn. `make` lists the commands.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

# The first Python that is new enough, complete ones before those without ensurepip, of which deploy/install.py tells
# what is missing; so it does of one that is too old. The system's own is asked first: distributions compile it with the
# compiler's profile of real programs, which many others are not, and mend its holes. (-S starts it faster.)
SYSTEM_PYTHON ?= /usr/bin/python3
PYTHON ?= $(shell for needed in sys,ensurepip sys; do \
	for p in $(SYSTEM_PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -S -c "import $$needed; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && { echo "$$p"; exit; }; \
	done; done; echo python3)
VENV_PYTHON := .venv/bin/python
FLASK := .venv/bin/flask --app app:create_app
# Processes that run tests at the same time.
TEST_PROCESSES ?= 2
# make test TESTS=tests/market PYTEST_ARGS="-k basket"
TESTS ?= tests
PYTEST_ARGS ?=

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: ## Make .venv and install the hashed requirements into it, once
	@python="$(PYTHON)"; command -v "$$python" >/dev/null 2>&1 || { \
		echo "Python 3.11 or newer is needed and no python3 was found: install it, or name it: make PYTHON=/path/to/python3" >&2; \
		exit 2; }; \
	exec "$$python" -S -m deploy.install

.PHONY: run
run: install ## Start the whole site on this machine (PORT=8000 HOST=127.0.0.1); Ctrl-C stops it
	@exec $(VENV_PYTHON) -m deploy.run

.PHONY: demo
demo: install ## Play the story against the running site, or one that it starts and stops
	@exec $(VENV_PYTHON) -m deploy.with_site $(VENV_PYTHON) -m deploy.demo

.PHONY: screenshots
screenshots: install ## Pictures of the story's pages in var/screenshots (needs Chromium), and the README's
	@exec $(VENV_PYTHON) -m deploy.with_site $(VENV_PYTHON) -m deploy.screenshots

.PHONY: check
check: install ## Lint, format, types, import contracts, translations, migrations, OpenAPI
	@echo "check: ruff"
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check .
	@echo "check: mypy"
	@.venv/bin/mypy
	@echo "check: imports between packages and layers"
	@.venv/bin/lint-imports --no-cache
	@echo "check: translations, migrations, OpenAPI document, routes, queues"
	@$(VENV_PYTHON) -m pytest tests/architecture -q

.PHONY: test
test: check ## Check, then every test that needs only PyPI (TESTS=… PYTEST_ARGS=…)
	@echo "test: $(TESTS), $(TEST_PROCESSES) processes"
	@exec $(VENV_PYTHON) -m pytest -n $(TEST_PROCESSES) $(PYTEST_ARGS) $(TESTS)

.PHONY: test-all
test-all: install ## Install and start PostgreSQL, Redis, Elasticsearch, stripe-mock, Chromium; then test, nothing skipped
	@exec $(VENV_PYTHON) -m deploy.dev.test_all

.PHONY: bench
bench: install ## Run the benchmarks (ONLY=name for one), write var/bench.json
	@exec $(VENV_PYTHON) -m bench $(ONLY)

.PHONY: documents
documents: install ## Write the documents that are made from the code: configuration table, OpenAPI
	@$(FLASK) documents write

.PHONY: translations
translations: install ## Bring the Vietnamese catalogue up to date with the code, then translate what is new by hand
	@.venv/bin/pybabel -q extract -F babel.cfg -k _l -k N_ -k lazy_gettext --no-location --omit-header -o var/messages.pot core catalog traceability market seeds templates
	@.venv/bin/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -l vi -d translations -i var/messages.pot
	@.venv/bin/pybabel compile -d translations -l vi

.PHONY: lock
lock: ## Compile requirements/*.in into the hashed requirement files (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make lock needs uv: install it with your package manager or pip, then run it again." >&2; exit 2; }
	uv pip compile $(LOCK_OPTIONS) requirements/base.in -o requirements/base.txt
	uv pip compile $(LOCK_OPTIONS) requirements/dev.in -o requirements/dev.txt
	uv pip compile $(LOCK_OPTIONS) requirements/bench.in -o requirements/bench.txt
LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header

.PHONY: clean
clean: ## Remove what the commands made, except .venv and the data in var/
	@echo "clean: caches"
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
