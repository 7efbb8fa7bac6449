# All targets use their own virtual environment, which the first use creates.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# The benchmarks have a separate environment, because the tests do not need the programs that the linter is compared with.
BENCH := .venv-bench
BENCH_STAMP := $(BENCH)/installed
BENCH_FLAGS ?=
RELEASE := .venv-release

.DEFAULT_GOAL := lint-samples
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' --group build $(UPGRADE)
.PHONY: help lint-samples test test-editors test-all test-web fuzz mutate bench bench-all docs lock release-check web clean

# Installs only files whose hashes are in the lock.
$(STAMP): pyproject.toml requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes --requirement requirements-dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(STAMP)

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

lint-samples: $(STAMP)  ## check the sample records, and print the fixes as a diff (the default target)
	$(BIN)/pfocr-lint --exit-zero samples
	$(BIN)/pfocr-lint --exit-zero --diff samples

test: $(STAMP)  ## run the test suite without network; under three minutes on two cores
	$(BIN)/python -m pytest -n 2 -m "not slow and not web"

test-editors: $(STAMP)  ## run the language server in real editors; an editor that is not installed is skipped
	$(BIN)/python -m pytest -rs tests/test_neovim.py

test-all: $(STAMP)  ## run the test suite, with the tests that need the network or a long time
	$(BIN)/python -m pytest -n 2 -m "not web"

$(BENCH_STAMP): pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $(BENCH_STAMP)

bench: $(BENCH_STAMP)  ## measure the speed targets, about five minutes; BENCH_FLAGS='--cases load,warm'
	$(BENCH)/bin/python benchmarks/run.py $(BENCH_FLAGS)

bench-all: $(BENCH_STAMP)  ## measure all sizes and processes, best of five; writes the figures in benchmarks/
	$(BENCH)/bin/python benchmarks/run.py --full --publish $(BENCH_FLAGS)

WEB_STAMP := web/node_modules/.installed
$(WEB_STAMP): web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo "the page needs Node 20 with npm" >&2; exit 1; }
	cd web && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
	touch $@

web: $(STAMP) $(WEB_STAMP)  ## build the page for a browser in web/dist (needs Node 20)
	$(BIN)/python web/engine.py web/build
	cd web && node build.mjs

test-web: web  ## run all pages in Chromium (CHROMIUM=/usr/bin/chromium), and the linter in Pyodide against CPython
	$(BIN)/python web/compare.py
	web/test.sh
	$(PIP) install --require-hashes --requirement requirements-browser.txt
	$(BIN)/python -m pytest -m web

FUZZ ?= 20000
fuzz: $(STAMP)  ## run the property tests with FUZZ=20000 examples of each
	FUZZ=$(FUZZ) $(BIN)/python -m pytest -n 2 tests/test_fuzz.py

mutate: $(STAMP)  ## find small faults of the code that the tests miss; MUTATE_FLAGS='--module fixer --sample 50'
	$(BIN)/python tests/mutate.py $(MUTATE_FLAGS)

docs: $(STAMP)  ## generate docs/rules.md and the schema of the settings from the declarations of the rules
	$(BIN)/python -m pfocr_lint.handbook.pages > docs/rules.md
	$(BIN)/python -m pfocr_lint.handbook.settings_schema > schemas/settings.schema.json

release-check:  ## build what would be published, and check and install it
	$(PYTHON) -m venv $(RELEASE)
	$(RELEASE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-release.txt
	$(RELEASE)/bin/python tests/release_check.py

# Locks with the same versions: requirements-dev.txt for development, requirements.txt for the Action,
# requirements-browser.txt for the tests in a browser, requirements-release.txt for the check of a release.
# All are valid for all supported Python versions and systems.
lock: $(STAMP)  ## pin the dependencies; UPGRADE=--upgrade for the newest versions
	$(COMPILE) --extra dev --output-file requirements-dev.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --output-file requirements.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --extra browser --output-file requirements-browser.txt pyproject.toml
	$(COMPILE) --constraint requirements-dev.txt --extra release --output-file requirements-release.txt pyproject.toml

clean:  ## remove environments, builds and caches
	rm -rf $(VENV) $(BENCH) $(RELEASE) web/node_modules web/build web/dist web/test-results build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
