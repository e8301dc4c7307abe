# make run · make demo · make test: each does all its own set-up. Needs Python 3.11 or newer with pip, and git.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

BENCHES := desk fanout idle large latency routing soak storm

.PHONY: setup run demo test lint $(BENCHES:%=bench-%) bench-kills bench-polling lock audit sbom clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "RegPulse needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tested: .venv/.ready requirements-dev.lock
	@echo "Setting up what the tests need (once)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.trains: .venv/.ready requirements-train.lock
	@echo "Setting up what training needs (once)"
	@$(PIP) install --require-hashes -r requirements-train.lock
	@touch $@

run: setup
	@$(BIN)/regpulse run || [ $$? = 130 ] # stopped by Ctrl-C

demo: setup
	@$(BIN)/regpulse demo || [ $$? = 130 ]

test: lint
	$(BIN)/pytest --numprocesses auto

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# make train RELEVANCE=rows.jsonl EVENTS=rows.jsonl: every coefficient file anew, with what it reaches on rows it never saw.
train: .venv/.trains
	@$(BIN)/python training/train.py --relevance $(RELEVANCE) --events $(EVENTS)

$(BENCHES:%=bench-%): bench-%: .venv/.tested
	@$(BIN)/python -m bench.$*

# Some twenty minutes each on two free cores; the last two are where history may not be read.
bench-kills: .venv/.tested
	@$(BIN)/python -m bench.kills --platform slack
	@$(BIN)/python -m bench.kills --platform discord
	@$(BIN)/python -m bench.kills --platform slack --history unreadable --doubt hold
	@$(BIN)/python -m bench.kills --platform slack --history unreadable --doubt resend --kills 100 --stories 40

# A peer, in an environment of its own; the benchmark does without where it cannot be had.
.venv/reader/bin/python: | setup
	@$(PYTHON) -m venv .venv/reader
	@$@ -m pip --disable-pip-version-check --quiet install reader==3.26 sgmllib3k==1.0.0 || rm -r .venv/reader

bench-polling: .venv/.tested .venv/reader/bin/python
	@$(BIN)/python -m bench.polling

# Resolves anew for every supported Python; commit what changes.
lock: setup
	@$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
		pyproject.toml --group build -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
		pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
		pyproject.toml --group train -c requirements.lock -o requirements-train.lock

# Known holes in the locked packages, and a bill of materials (CycloneDX). Both ask a registry, so neither is part of `make test`.
.venv/audit/bin/python:
	@$(PYTHON) -m venv .venv/audit
	@$@ -m pip --disable-pip-version-check --quiet install pip-audit cyclonedx-bom || \
		{ rm -r .venv/audit; echo "The package registry cannot be reached, or has no pip-audit and cyclonedx-bom: nothing was checked."; exit 1; }

# Strict: a package the register does not know counts as not audited, instead of as sound.
audit: .venv/audit/bin/python
	@.venv/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.lock || \
		{ echo "Read above: either holes were found, or the register of holes cannot be reached and nothing was checked."; exit 1; }

sbom: .venv/audit/bin/python
	@.venv/audit/bin/cyclonedx-py requirements requirements.lock --output-file regpulse.cdx.json
	@echo "regpulse.cdx.json: every locked package with its version and hashes"

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
