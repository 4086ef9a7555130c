# The checks that every change passes.  `make check` is what continuous integration runs.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
BIN = $(dir $(shell $(PYTHON) -c 'import sys; print(sys.executable)'))

.PHONY: check lint test quick format app bench screenshot

check: lint test

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(BIN)lint-imports

test:
	$(PYTHON) -m pytest

quick:
	$(PYTHON) -m pytest -m "not slow and not browser"

format:
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

app:
	$(PYTHON) -m panel serve app --show

bench:
	$(PYTHON) -m benchmarks

screenshot:
	$(PYTHON) -m benchmarks.screenshot
