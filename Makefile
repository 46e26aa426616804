# The two commands are `make run` and `make test`; `make` alone lists all of them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export RASA_TELEMETRY_ENABLED := false

help:  ## List what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/.ready  ## Install everything into .venv

.venv/.ready: pyproject.toml uv.lock .python-version
	@./scripts/setup
	@touch $@

run: setup  ## Set up what is missing, train if needed, and run Beside
	@.venv/bin/beside run

test: setup  ## Set up and run the whole test suite
	@./scripts/test

check: setup  ## Formatting, lint, types and the invariants of the architecture
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

train: setup  ## Train the dialogue model
	@.venv/bin/beside train

benchmark: setup  ## Measure Beside against stock Rasa on this machine
	@.venv/bin/python benchmarks/turns.py

screenshots: setup  ## Take the pictures in the README anew
	@.venv/bin/python docs/screenshots.py

.PHONY: help setup run test check train benchmark screenshots
