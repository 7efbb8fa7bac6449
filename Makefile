# Everything runs in a virtual environment of its own, made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed

.DEFAULT_GOAL := lint-samples
.PHONY: lint-samples test test-all docs clean

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
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

# Pages that are made from the code.
docs: $(STAMP)
	$(BIN)/python -m pfocr_lint.handbook > docs/rules.md

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
