# Every target sets up what it needs: a .venv in the checkout, from Python and pip alone.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
SOURCES := spec generator conformance tests

.PHONY: help setup generate check test faults faults-golden conformance soak bench browser clean

help: ## Show this list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Create .venv with smsproof and everything its development needs.

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("smsproof needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

generate: $(STAMP) ## Bundle the contracts and write the SDKs (generated/).
	$(BIN)/smsproof-generate

check: $(STAMP) ## Lint, types (mypy and basedpyright, both strict) and drift of generated files.
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/basedpyright --warnings
	$(BIN)/smsproof-generate --check

test: $(STAMP) ## Run the tests (about four minutes on two cores).
	$(BIN)/python -m pytest -n 2 --dist worksteal -q

faults: $(STAMP) ## Run every fault and print which case catches it; then runs that have bad luck.
	$(BIN)/smsproof faults --golden tests/fault_matrix.txt
	$(BIN)/python -m tests.soak.scenarios --ci

faults-golden: $(STAMP) ## Run every fault, and keep what caught what in tests/fault_matrix.txt.
	$(BIN)/smsproof faults --keep tests/fault_matrix.txt

conformance: $(STAMP) ## Run the suite, strict, against the emulators of both vendors; reports in report/.
	$(BIN)/smsproof selftest --report-dir report

soak: $(STAMP) ## The long runs, and the table of all 44 ways in which a run can have bad luck.
	$(BIN)/python -m pytest -q -m soak --ignore tests/soak
	$(BIN)/python -m tests.soak.scenarios

bench: $(STAMP) ## Compare with peers in one run and print ratios.
	for file in tests/bench/bench_*.py; do $(BIN)/python $$file; done

browser: $(STAMP) ## Look at the pages in a headless Chromium, where there is one.
	set -e; for file in tests/browser/browse_*.py; do PYTHONPATH=. $(BIN)/python $$file; done

clean: ## Remove everything that is not kept: environments, reports, runs, caches.
	rm -rf $(VENV) .venv-bench .venv-bench-sdk report .smsproof build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
