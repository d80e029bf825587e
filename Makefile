# Everything runs in an environment of its own; nothing needs to be activated.
PYTHON ?= python3.11
# The cfn-lint that the suite runs under: any requirement that pip understands.
CFN_LINT ?= cfn-lint
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: demo test suite lint clean

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]' '$(CFN_LINT)'
	touch $@

## demo: lint the story with the real command and compare with what it must say
demo: $(INSTALLED)
	$(BIN)/python tests/demo.py

## test: formatting, linting, types and the whole suite
test: $(INSTALLED) lint suite

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

## suite: the tests alone, for example under another cfn-lint:
## make suite VENV=.venv-1.53 CFN_LINT=cfn-lint==1.53.3
suite: $(INSTALLED)
	$(BIN)/cfn-lint --version
	$(BIN)/pytest

clean:
	rm -rf .venv .venv-* .mypy_cache .pytest_cache .ruff_cache
