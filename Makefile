# i2v: everything starts here. `make run` on a fresh machine needs Python 3.11 or later and make; nothing else.
# What it installs is locked by hash in requirements/ and lands in .venv; a warm start finds its stamps and installs nothing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
# What `make lock` answers to: one file for every platform and Python, with hashes, naming no host.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

# Whoever runs make may have another environment active, and uv and Python settings meant for other projects.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH PYTHONDONTWRITEBYTECODE UV_PYTHON UV_SYSTEM_PYTHON UV_PROJECT_ENVIRONMENT UV_WORKING_DIRECTORY

# An environment that was moved or copied along with the folder still points to the old place: make it anew.
HOME_STAMP := $(VENV)/.home
ifneq ($(wildcard $(HOME_STAMP)),)
ifneq ($(shell cat $(HOME_STAMP)),$(CURDIR))
$(shell mv -f $(HOME_STAMP) $(VENV)/.moved)
endif
endif

.PHONY: help run dev test check format schema bench screenshots build lock clean setup setup-dev
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -e 's/:.*## /|/' | awk -F'|' '{printf "  make %-8s %s\n", $$1, $$2}'

run: setup ## set everything up and serve the app (I2V_PORT 8000); Ctrl-C stops it and loses nothing
	@$(PY) -m i2v_app.build && exec $(BIN)/i2v up

dev: setup-dev ## the same, and again whenever a source changes; with all components at /components
	@exec $(BIN)/watchfiles --filter python --sigint-timeout 15 --ignore-paths .web,i2v-data \
	  "sh -c 'I2V_COMPONENT_GALLERY=1 $(PY) -m i2v_app.build && exec $(BIN)/i2v up'" i2v_app graphql_api worker i2v_cli i2v_core

test: setup-dev ## set everything up and run all tests (ARGS="-k name" for some)
	@$(PY) -m i2v_app.build
	@$(PY) -m pytest $(ARGS)

check: setup-dev ## format, lint, types and import floors, in seconds
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: run 'make format'." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup-dev ## put the sources into the house's format
	@$(BIN)/ruff check --quiet --fix-only . ; $(BIN)/ruff format .

schema: setup-dev ## write schema.graphql anew and say what changed in it; refuses what would break programs
	@$(PY) -m graphql_api.schema > schema.graphql.new && mv schema.graphql.new schema.graphql
	@$(PY) tools/schema_changes.py

bench: setup-dev ## measure what we claim (ARGS="--help" says what there is)
	@$(PY) -m benchmarks $(ARGS)

screenshots: setup-dev ## make the pictures of the page that the documents show (with Chromium and a font for Chinese); axe and the use of CSS on the way
	@$(PY) tools/screenshots.py

build: setup ## build the page and stop there
	@$(PY) -m i2v_app.build

lock: setup-dev ## write the lock files anew from pyproject.toml
	@$(COMPILE) --upgrade -o requirements/run.txt pyproject.toml
	@$(COMPILE) -c requirements/run.txt --extra build -o requirements/build.txt pyproject.toml
	@$(COMPILE) -c requirements/build.txt --extra build --extra dev -o requirements/dev.txt pyproject.toml
	@$(COMPILE) --upgrade -c requirements/run.txt -o requirements/uv.txt requirements/uv.in
	@echo "Locked. 'make test' installs and tries what changed."

clean: ## remove what was made: environment, page, caches. Never the data folder
	rm -rf $(VENV) .web build dist *.egg-info .pytest_cache .ruff_cache .mypy_cache .import_linter_cache test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment -----------------------------------------------------------------------------------------------

setup: $(VENV)/.build
setup-dev: $(VENV)/.dev

$(HOME_STAMP):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "i2v needs Python 3.11 or later, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)." >&2; \
	  echo "If there is one elsewhere: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@# One that works and was made here by other means is somebody's, maybe in use: taken over, never cleared.
	@if [ ! -e $(VENV)/.moved ] && $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "i2v: using the environment that is in $(VENV)"; \
	else \
	  echo "i2v: making the environment in $(VENV) with $$($(PYTHON) --version)"; \
	  $(PYTHON) -m venv --clear $(VENV) || { \
	    echo "i2v: '$(PYTHON) -m venv' failed; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	fi
	@printf '%s' '$(CURDIR)' >$@

PIP = $(PY) -m pip install --quiet --disable-pip-version-check
UV = VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip --quiet
# uv is quick; pip is what a machine whose registry is set up for pip alone can still install with. Compiled at once, so
# that the first start is as quick as the others.
INSTALL = \
  { { $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null; } \
    && $(PIP) --require-hashes -r requirements/uv.txt \
    && { $(UV) sync --compile-bytecode --require-hashes requirements/uv.txt requirements/$(1).txt \
      || { echo "i2v: uv could not install them; trying with pip"; \
        $(PIP) --no-deps --require-hashes -r requirements/$(1).txt; }; } \
    && { $(UV) install --no-deps --no-build-isolation --offline --editable . 2>/dev/null \
      || $(PIP) --no-deps --no-build-isolation --no-index --editable .; } ; } \
  || { echo "i2v: installing failed; see above. Nothing was lost: the next make goes on from here." >&2; exit 1; }

$(VENV)/.build: requirements/uv.txt requirements/build.txt pyproject.toml $(HOME_STAMP)
	@level=build; if [ -e $(VENV)/.dev ]; then level=dev; fi; \
	echo "i2v: installing the packages of requirements/$$level.txt (the first time: a minute)"; \
	if [ $$level = dev ]; then $(call INSTALL,dev) && touch $(VENV)/.dev; else $(call INSTALL,build); fi
	@touch $@

$(VENV)/.dev: requirements/uv.txt requirements/dev.txt pyproject.toml $(HOME_STAMP)
	@echo "i2v: installing the packages of requirements/dev.txt (the first time: a minute)"
	@$(call INSTALL,dev)
	@touch $(VENV)/.build $@
