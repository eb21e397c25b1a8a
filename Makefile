# `make serve` starts the server, `make test` proves it, `make bench` measures it; all set up what
# they need first.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve setup test bench bench-quick clean

serve: setup
	$(BIN)/sdmx-server serve --port $(PORT)

setup: $(VENV)/.installed

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile --cov --cov-report=term

bench: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks $(BENCH)

bench-quick: $(VENV)/.installed-bench
	$(BIN)/python -m benchmarks --quick $(BENCH)

clean:
	rm -rf $(VENV) build dist *.egg-info

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml requirements.lock $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable .
	touch $@

$(VENV)/.installed-test: pyproject.toml requirements.lock $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[test,bench]'
	touch $@ $(VENV)/.installed $(VENV)/.installed-bench

$(VENV)/.installed-bench: pyproject.toml requirements.lock $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[bench]'
	touch $@ $(VENV)/.installed
