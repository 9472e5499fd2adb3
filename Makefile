# `make` sets the environment up when it is missing or out of date, then runs the review.
PYTHON ?= python3
CORES ?= 4
BIN := .venv/bin

.PHONY: review test lint types format clean
.DELETE_ON_ERROR:

review: .venv/requirements.done
	$(BIN)/snakemake --cores $(CORES)

test: .venv/requirements-dev.done
	$(BIN)/python -m pytest -n 2 $(PYTEST_FLAGS)

lint: .venv/requirements-dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/snakemake --lint

types: .venv/requirements-dev.done
	$(BIN)/mypy scripts

format: .venv/requirements-dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

.venv/requirements.done: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Evergreen needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@

.venv/requirements-dev.done: requirements-dev.txt .venv/requirements.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@

clean:
	rm -rf .snakemake
	find results -mindepth 1 ! -name README.md -delete
