# Everything runs in an environment of its own; nothing needs to be activated.
# Tried by running it: where a version manager stands for it, a command may be there
# without its Python.
PYTHON ?= $(shell for python in python3.11 python3; do \
    if $$python -c 'import venv' 2> /dev/null; then echo $$python; break; fi; done)
# The cfn-lint that the suite runs under: any requirement that pip understands.
CFN_LINT ?= cfn-lint
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
NODE := $(abspath $(VENV))/node
# Where the environment says to keep no compiled modules, each worker and each program
# that a test starts would compile the tests and the pack anew.
unexport PYTHONDONTWRITEBYTECODE
OLDEST := $(shell sed -n 's/.*"cfn-lint>=\([0-9.]*\)".*/\1/p' pyproject.toml)

.PHONY: demo quick quick-tests test suite suite-oldest style types docs recipes dist \
        clean corpus bench fuzz coverage mutants

# $(call npm,FOLDER,PACKAGES): install packages of Node.js. A registry that does not
# answer is asked once more; without them, what needs them is skipped.
npm_install = npm install --loglevel=error --no-audit --no-fund --ignore-scripts \
    --prefix $(1) $(2)
npm = if ! command -v npm > /dev/null; then echo 'npm is not installed'; \
    else $(npm_install) || $(npm_install) || echo 'npm cannot install $(2)'; fi

# $(call environment,FOLDER): a new environment, where the Python is new enough.
define environment
@test -n '$(PYTHON)' || { echo 'There is no python3.11 and no python3 here that runs;' \
    'name a Python of 3.10 or later: make $(MAKECMDGOALS) PYTHON=/path/to/python3'; exit 1; }
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "$(PYTHON) is Python %d.%d;\
 name one of 3.10 or later: make $(MAKECMDGOALS) PYTHON=/path/to/python3" % sys.version_info[:2])'
$(PYTHON) -m venv $(1)
endef
PIP_INSTALL = pip install --quiet --disable-pip-version-check

$(INSTALLED): pyproject.toml
	$(call environment,$(VENV))
	$(BIN)/$(PIP_INSTALL) --upgrade pip
	$(BIN)/$(PIP_INSTALL) --editable . --group test '$(CFN_LINT)'
	touch $@

## demo: lint the story with the real command and compare with what it must say; needs
## the package alone, hence an environment of its own
DEMO := $(VENV)-demo
$(DEMO)/.installed: pyproject.toml
	@echo 'Installing cfn-lint and the pack into $(DEMO), once; this may take a minute ...'
	$(call environment,$(DEMO))
	$(DEMO)/bin/$(PIP_INSTALL) 'pip>=21.3'
	$(DEMO)/bin/$(PIP_INSTALL) --editable . '$(CFN_LINT)'
	@touch $@

demo: $(DEMO)/.installed
	$(DEMO)/bin/python tests/demo.py

## quick: what one runs while working: formatting, linting, types, and the tests of the
## rules without the corpus, fuzzing, and what starts other programs
quick: style
	$(MAKE) --jobs=2 types quick-tests

# Files of slow tests alone need not even be compiled.
SLOW = $(shell grep -lE '^(pytestmark = |    )pytest\.mark\.slow,?$$' tests/*.py)
quick-tests: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist worksteal -m 'not slow' --ignore tests/recipes \
	    $(addprefix --ignore=,$(SLOW))

## test: formatting, linting, types and the whole suite
test: style
	$(MAKE) --jobs=2 types suite

style: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# Takes one core for as long as the tests take to start.
types: $(INSTALLED)
	$(BIN)/mypy

## suite: the tests alone, for example under another cfn-lint:
## make suite VENV=.venv-1.53 CFN_LINT=cfn-lint==1.53.3
suite: $(INSTALLED)
	@$(BIN)/python -c 'from importlib.metadata import version as v; print("cfn-lint", v("cfn-lint"))'
	$(BIN)/pytest -n 2 --dist worksteal --ignore tests/recipes

## suite-oldest: the tests alone, under the oldest cfn-lint that the package allows
suite-oldest:
	$(MAKE) suite VENV=.venv-$(OLDEST) CFN_LINT=cfn-lint==$(OLDEST)

## docs: write the generated parts of the pages, build the site into site/ and check its
## links, and its width where chromium is installed
DOCUMENTED := $(VENV)/.documented
$(DOCUMENTED): $(INSTALLED)
	$(BIN)/$(PIP_INSTALL) --group docs
	touch $@

# The theme colours the arrowheads by a name that Mermaid 11.13 changed.
MERMAID := $(NODE)/docs/node_modules/mermaid/dist/mermaid.min.js
# What it says is about the theme's future, not about these pages.
docs: export NO_MKDOCS_2_WARNING = 1
docs: $(DOCUMENTED)
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict
	test -e $(MERMAID) || { $(call npm,$(NODE)/docs,mermaid@~11.12); }
	test ! -e $(MERMAID) || cp $(MERMAID) site/
	$(BIN)/pytest -rs tests/test_docs.py tests/test_site.py

## recipes: try the recipes with the real programs; those of Debian (vim, vim-ale) and
## Node.js (npm) are skipped where they are absent
TRIED := $(VENV)/.tried
SARIF_SCHEMA := $(NODE)/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json
$(TRIED): $(INSTALLED)
	$(BIN)/$(PIP_INSTALL) --group recipes
	$(PYTHON) -m venv $(VENV)/sam
	$(VENV)/sam/bin/$(PIP_INSTALL) aws-sam-cli
	$(PYTHON) -m venv $(VENV)/aws
	$(VENV)/aws/bin/$(PIP_INSTALL) awscli
	$(PYTHON) -m venv $(VENV)/cdk
	$(VENV)/cdk/bin/$(PIP_INSTALL) aws-cdk-lib
	touch $@

recipes: $(TRIED)
	test -e $(SARIF_SCHEMA) || { $(call npm,$(NODE),aws-cdk@2 aws-cdk-lib@2 \
	    constructs@10 serverless@3 \
	    serverless-plugin-canary-deployments@0.8 @microsoft/jest-sarif@1.0.0-beta.0); }
	test -e $(NODE)/osls || { $(call npm,$(NODE)/osls,osls@3); }
	RECIPES_NODE=$(NODE) RECIPES_SAM=$(abspath $(VENV))/sam/bin/sam \
	    RECIPES_AWS=$(abspath $(VENV))/aws/bin/aws \
	    RECIPES_CDK=$(abspath $(VENV))/cdk/bin/python \
	    RECIPES_SARIF_SCHEMA=$(SARIF_SCHEMA) $(BIN)/pytest -rs tests/recipes

## dist: build the source distribution, and the wheel from it, and check both
dist: $(INSTALLED)
	$(BIN)/$(PIP_INSTALL) build twine
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

clean:
	rm -rf dist site .venv .venv-* .mypy_cache .pytest_cache .ruff_cache

## corpus: lint every template below a folder and print what the pack says:
## make corpus FOLDER=../templates
corpus: $(INSTALLED)
	$(BIN)/python tools/corpus.py $(FOLDER)

## bench: what the pack costs, beside cfn-lint alone and beside a neighbour
MEASURED := $(VENV)/.measured
$(MEASURED): $(INSTALLED)
	$(BIN)/$(PIP_INSTALL) --group bench
	touch $@

bench: $(MEASURED)
	$(BIN)/python tools/bench.py $(TEMPLATES)

## fuzz: hostile templates, other ones in each run: make fuzz EXAMPLES=100000; what
## fails is printed with a line that makes it fail again
EXAMPLES ?= 5000
fuzz: $(INSTALLED)
	EXAMPLES=$(EXAMPLES) $(BIN)/pytest tests/test_fuzz.py tests/test_properties.py \
	    tests/test_timeline.py

## coverage: the branches that the suite takes; fails below 97 %
coverage: $(INSTALLED)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

## mutants: what the suite does not notice in template/, update/ and rules/; all of it
## takes hours, a sample minutes: make mutants SAMPLE=200 SEED=1, and ONE=<path> takes
## one file or folder; with KEEP=<folder> the next run goes on where this one stopped
SAMPLE ?= 0
SEED ?= 0
KEEP ?=
mutants: $(INSTALLED)
	$(BIN)/$(PIP_INSTALL) cosmic-ray
	$(BIN)/python tools/mutants.py --sample $(SAMPLE) --seed $(SEED) \
	    $(if $(KEEP),--keep $(KEEP)) $(ONE)
