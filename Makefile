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
.PHONY: lint-samples test test-all fuzz mutate bench bench-all docs lock clean

# Nothing is installed but the very files whose hashes stand in the lock.
$(STAMP): pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(STAMP)

# What is wrong with the sample records, and the fixes as a diff. Nothing is written.
lint-samples: $(STAMP)
	$(BIN)/pfocr-lint --exit-zero samples
	$(BIN)/pfocr-lint --exit-zero --diff samples

# The suite: no network, under three minutes on two cores.
test: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "not slow"

# The suite, and what needs the network or a long run.
test-all: $(STAMP)
	$(BIN)/python -m pytest -n 2

$(BENCH_STAMP): pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $(BENCH_STAMP)

# The promises of speed in some five minutes on two cores, once the records are made; BENCH_FLAGS='--cases load,warm' for some of them.
bench: $(BENCH_STAMP)
	$(BENCH)/bin/python benchmarks/run.py $(BENCH_FLAGS)

# All sizes, one and two processes, best of five; writes the figures, tables and plot of benchmarks/.
bench-all: $(BENCH_STAMP)
	$(BENCH)/bin/python benchmarks/run.py --full --publish $(BENCH_FLAGS)

# Mutated records and settings without an end in sight: FUZZ examples of each property.
FUZZ ?= 20000
fuzz: $(STAMP)
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -n 2 tests/test_fuzz.py

# Which small faults of the modules that write the tests miss; MUTATE_FLAGS='--module fixer --sample 50' for some of them.
mutate: $(STAMP)
	$(BIN)/python tests/mutate.py $(MUTATE_FLAGS)

# Pages that are made from the code.
docs: $(STAMP)
	$(BIN)/python -m pfocr_lint.handbook.pages > docs/rules.md

# The locks: requirements-dev.txt for work on the project, requirements.txt for the Action, of the same versions.
# They hold for every Python and system that is supported. With UPGRADE=--upgrade, the newest of everything.
lock: $(STAMP)
	$(COMPILE) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) $(BENCH) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
