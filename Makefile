# Everything runs in a virtual environment of its own, made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# The benchmarks have one of their own: what the linter is compared with is no business of its tests.
BENCH := .venv-bench
BENCH_STAMP := $(BENCH)/installed
BENCH_FLAGS ?=

.DEFAULT_GOAL := lint-samples
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' --group build $(UPGRADE)
.PHONY: help lint-samples test test-all fuzz mutate bench bench-all docs lock clean

# Nothing is installed but the very files whose hashes stand in the lock.
$(STAMP): pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(STAMP)

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

lint-samples: $(STAMP)  ## what is wrong with the sample records, and the fixes as a diff (the default)
	$(BIN)/pfocr-lint --exit-zero samples
	$(BIN)/pfocr-lint --exit-zero --diff samples

test: $(STAMP)  ## the test suite: no network, under three minutes on two cores
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-all: $(STAMP)  ## the test suite, and what needs the network or a long run
	$(BIN)/python -m pytest -n 2

$(BENCH_STAMP): pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $(BENCH_STAMP)

bench: $(BENCH_STAMP)  ## the promises of speed, in some five minutes; BENCH_FLAGS='--cases load,warm'
	$(BENCH)/bin/python benchmarks/run.py $(BENCH_FLAGS)

bench-all: $(BENCH_STAMP)  ## all sizes and processes, best of five; writes the figures of benchmarks/
	$(BENCH)/bin/python benchmarks/run.py --full --publish $(BENCH_FLAGS)

FUZZ ?= 20000
fuzz: $(STAMP)  ## property tests for long; FUZZ=20000 examples of each
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -n 2 tests/test_fuzz.py

mutate: $(STAMP)  ## which small faults of the code the tests miss; MUTATE_FLAGS='--module fixer --sample 50'
	$(BIN)/python tests/mutate.py $(MUTATE_FLAGS)

docs: $(STAMP)  ## docs/rules.md, from the rules' declarations
	$(BIN)/python -m pfocr_lint.handbook.pages > docs/rules.md

# The locks: requirements-dev.txt for work on the project, requirements.txt for the Action, of the same versions.
# They hold for every Python and system that is supported. With UPGRADE=--upgrade, the newest of everything.
lock: $(STAMP)  ## the pinned dependencies; UPGRADE=--upgrade for the newest
	$(COMPILE) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --output-file requirements.txt pyproject.toml

clean:  ## remove environments, builds and caches
	rm -rf $(VENV) $(BENCH) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
