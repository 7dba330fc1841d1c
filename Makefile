# Two commands to begin with: `make demo` shows the service, `make test` tests it.

PORT ?= 8000
SALES ?= demo/sample-sales.csv
PYTHON ?= python3
# WORKERS=4 for another number of test processes. Many tests wait, for a process, a mail or a page: one more than there
# are processors keeps these busy.
ALL_BUSY = $(or $(WORKERS),$(shell expr $$(nproc) + 1))
# What needs no server, browser or process of its own, and no minutes: a minute or so for all of it.
TESTS ?= tests/licensing tests/recovery
BIN := .venv/bin
# For Debian 12's own Python: a lock for a later 3.11 leaves out what that one needs, and pip then refuses all of it.
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11.2
TEMPLATES = $(shell find config demo licensing recovery -path '*/templates/*' -name '*.html')
export PYTHON
# Whatever this shell says: hundreds of processes would each compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo tour serve test suite test-fast faults bench clients lint types format lock clean servers run-venv dev-venv

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: run-venv ## Try the service here, with no other server: PORT=8000 SALES=demo/sample-sales.csv
	@exec $(BIN)/python -m demo --port "$(PORT)" --sales "$(SALES)"

tour: run-venv ## Walk the main road in a terminal: ask, read the mail, prove it, read the keys: SALES=…
	@exec $(BIN)/python -m demo.tour --sales "$(SALES)"

.env: | run-venv
	@umask 077 && $(BIN)/python -m config.newenv > .env && echo "Fresh secrets are in .env; now edit it."

serve: run-venv ## Run it for real, as .env or the environment says
	@exec scripts/serve

# Packages and servers come from two networks; types keep one processor busy, and tests often wait: so two at once.
test: ## Everything: lint, types, import contracts, migrations, all tests
	@$(MAKE) --no-print-directory -j 2 dev-venv servers
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory -j 2 suite types

suite: dev-venv servers
	$(BIN)/python -m pytest -n $(ALL_BUSY) --dist loadgroup -m "not long"

test-fast: dev-venv ## The inner loop: the rules on SQLite, no servers or processes: TESTS=tests/recovery
	TEST_DATABASE=sqlite $(BIN)/python -m pytest -q -n $(or $(WORKERS),auto) $(TESTS)

faults: dev-venv servers ## The long counts of every fault and race: FAULTS_PERCENT=100
	$(BIN)/python -m pytest -n $(or $(WORKERS),auto) --dist worksteal -m long

bench: dev-venv servers ## Measure against baselines of the same run
	@exec $(BIN)/python -m bench

clients: dev-venv ## The API's description, and the clients that are made from it
	scripts/checked $(BIN)/python manage.py spectacular --format openapi-json --file docs/api/schema.json
	$(BIN)/python -m clients

lint: dev-venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --check $(TEMPLATES)

types: dev-venv
	scripts/checked $(BIN)/mypy
	$(BIN)/lint-imports
	scripts/checked $(BIN)/python manage.py makemigrations --check --dry-run

# djade ends with 1 when it has rewritten something: a second look tells that from a fault.
format: dev-venv ## Bring the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade $(TEMPLATES) || $(BIN)/djade --check $(TEMPLATES)

lock: dev-venv ## Refresh the hashed lock files (UPGRADE=--upgrade for newer versions)
	cd requirements && ../$(LOCK) $(UPGRADE) run.in --output-file run.txt
	cd requirements && ../$(LOCK) $(UPGRADE) dev.in --output-file dev.txt

clean: ## Remove the virtual environment and caches; data in var/ stays
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

servers:
	@scripts/provision

run-venv:
	@scripts/venv run

dev-venv:
	@scripts/venv dev
