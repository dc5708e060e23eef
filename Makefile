# The commands of developers and operators. Needs Python 3.11 or newer and nothing else.
.DEFAULT_GOAL := help
.PHONY: help run demo test lint format schema bench lock sbom install clean

# The first Python that is new enough; choose another with `make run PYTHON=/path/to/python3`.
PYTHON ?= $(shell for python in python3.11 python3 python3.12 python3.13 python3.14 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

VENV := .venv
PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py

# Installations are named by a hash of the requirements, so that a checkout that only touches a file installs nothing.
hash_of = $(shell cat $(1) | cksum | cut -d' ' -f1)
MADE := $(VENV)/made
RUN := $(VENV)/installed-run-$(call hash_of,requirements.txt)
DEV := $(VENV)/installed-dev-$(call hash_of,requirements.txt requirements-observing.txt requirements-dev.txt)

# Looks for keys and tokens of known kinds. ruff checks for passwords in code; those in example addresses are not secret.
SECRETS = $(VENV)/bin/detect-secrets-hook --no-verify --disable-plugin KeywordDetector --disable-plugin BasicAuthDetector \
	--disable-plugin Base64HighEntropyString --disable-plugin HexHighEntropyString

help:  ## Show this
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 16

run: $(RUN)  ## Run everything in the foreground; Ctrl-C stops it
	@exec $(PY) -m rosetta.processes.supervisor --with-parent

demo: $(RUN)  ## Fill this instance with people of five languages, and print their sign-ins
	@$(MANAGE) prepare --verbosity 0
	@$(MANAGE) demo

test: $(DEV)  ## Run the suite: on SQLite, or on DATABASE_URL and REDIS_URL when they are set (ARGS="-k name" for some)
	@$(PY) web/tests/chromium.py
	@$(PY) -m pytest -n $${TEST_WORKERS:-3} $(ARGS)

lint: $(DEV)  ## Check style, types, layers, prose, migrations, settings, schema, dependencies, and files for secrets
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports --no-cache
	$(PY) -m rosetta.devtools.conventions
	$(PY) -m rosetta.devtools.import_cycles
	$(MANAGE) check --fail-level WARNING
	$(MANAGE) makemigrations --check --dry-run
	$(MANAGE) check_migrations
	$(MANAGE) spectacular --validate --fail-on-warn --file /dev/null
	$(MANAGE) check_api_documents
	$(MANAGE) check_catalogues
	$(PY) -m pip check
	$(VENV)/bin/deptry --no-ansi .
	git ls-files -z | xargs -0 $(SECRETS)
	$(MANAGE) client_types
	$(MANAGE) client_style

format: $(DEV)  ## Format the code and apply ruff's fixes
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(MANAGE) client_style --fix

schema: $(DEV)  ## Write the OpenAPI document to var/openapi.yaml
	@mkdir -p var
	$(MANAGE) spectacular --validate --fail-on-warn --file var/openapi.yaml

bench: $(DEV)  ## Measure on PostgreSQL and Redis (DATABASE_URL, REDIS_URL)
	@$(PY) bench/run.py $(ARGS)

lock: $(DEV)  ## Write requirements.lock, which the image installs from, and the manifests in deploy/kubernetes
	@$(VENV)/bin/uv pip compile -q requirements.txt requirements-observing.txt --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock
	@$(PY) -m rosetta.devtools.chart

sbom:  ## Write what the image consists of to var/sbom.json (CycloneDX)
	@mkdir -p var
	@$(PY) -m rosetta.devtools.sbom > var/sbom.json && echo "wrote var/sbom.json"

install: $(DEV)  ## Install everything, tests and checks included

clean:  ## Remove the environment and caches; keeps var/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# A marker file, because a folder left by an interrupted start has to be made again.
$(MADE):
	@test -n "$(PYTHON)" || { echo "Rosetta needs Python 3.11 or newer, and none was found: install it, or name it with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(sys.version_info < (3, 11) and "Rosetta needs Python 3.11 or newer; $(PYTHON) is " + v)'
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "$(PYTHON) cannot make a virtual environment: on Debian and Ubuntu, install python3-venv" >&2; exit 1; }
	@touch $@

$(RUN): | $(MADE)
	@echo "Installing what Rosetta needs (a minute or two, once)"
	@$(PY) -m pip install -qq --disable-pip-version-check -r requirements.txt
	@rm -f $(VENV)/installed-run-* && touch $@

$(DEV): | $(MADE)
	@echo "Installing what Rosetta and its tests need (some minutes, once)"
	@$(PY) -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@rm -f $(VENV)/installed-* && touch $@ $(RUN)
