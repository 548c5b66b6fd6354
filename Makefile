# Two commands do everything: `make demo` and `make test`. They need Python 3.10 or newer with venv, and make.
PYTHON ?= python3
VENV ?= .venv
# Pip's options: `make test PIP_ARGS="-c lowest.txt"` installs the lowest allowed dependencies.
PIP_ARGS ?=
# Pytest's: `make test PYTEST_ARGS=tests/unit`.
PYTEST_ARGS ?=
BIN = $(VENV)/bin
# What an installation is made from: the compiled module is built by it.
SOURCES = pyproject.toml src/dupdetect/_kernels.c $(wildcard src/dupdetect/extract/_compiled/*)

.PHONY: help demo test test-system test-faults test-postgres test-spark test-sanitized fuzz lint bench bench-million wordpress-zip clean
.DEFAULT_GOAL := help

help:  ## Say what there is.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "dupdetect needs Python 3.10 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -e .
	@touch $@

$(VENV)/.installed-test: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-system: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -e '.[system]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

$(VENV)/.installed-dev: $(SOURCES) | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS) -e '.[dev]'
	@touch $@ $(VENV)/.installed $(VENV)/.installed-test

demo: $(VENV)/.installed  ## Find the duplicated Bullpen post, explain it and show it.
	@mkdir -p demo-out
	@$(BIN)/dupdetect scan examples/firedoglake/pages --report demo-out/report.html || test $$? -eq 1

test: $(VENV)/.installed-test  ## Run all tests that need no real site and no browser.
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-system: $(VENV)/.installed-system  ## As root on Debian: install and start the real components, and run their tests but the long ones.
	tests/system/install
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python -m pytest -m "system and not long" --no-skips $(PYTEST_ARGS)

test-faults: $(VENV)/.installed-test  ## Minutes: 500 writers and 50 services killed, 100 rounds of simultaneous claims.
	DUPDETECT_KILLS=500 DUPDETECT_CLAIM_ROUNDS=100 $(BIN)/python -m pytest tests/faults/test_processes.py -s
	DUPDETECT_SERVICE_KILLS=50 $(BIN)/python -m pytest tests/server/test_faults.py -s

test-postgres: $(VENV)/.installed-system  ## Minutes: an index in PostgreSQL, 100 rounds of claims, 10 servers killed. Debian's postgresql.
	DUPDETECT_CLAIM_ROUNDS=100 DUPDETECT_SERVER_KILLS=10 $(BIN)/python -m pytest -m system tests/system/postgres -s

test-spark: $(VENV)/.installed-system  ## Minutes: 2,000 documents on Spark as a scan has them. Debian's openjdk-17-jre-headless.
	DUPDETECT_SPARK_ARTICLES=1640 $(BIN)/python -m pytest -m system tests/integrations/spark -s

test-sanitized: $(VENV)/.installed-test  ## The compiled loops under the address and undefined-behaviour sanitizers of gcc.
	CFLAGS="-g -fsanitize=address,undefined -fno-sanitize-recover=undefined" \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall -e .
	ASAN_OPTIONS=detect_leaks=0 PYTHONMALLOC=malloc LD_PRELOAD=$$(gcc -print-file-name=libasan.so) $(BIN)/python -m pytest \
		tests/unit/test_kernels.py tests/unit/extract/test_loops.py tests/unit/extract/test_flatten.py tests/unit/extract/test_dom.py; \
		status=$$?; $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall -e . && exit $$status

fuzz: $(VENV)/.installed-test  ## An hour: 20,000 broken pages through extraction; CASES=1000 for fewer.
	DUPDETECT_FUZZ_CASES=$(or $(CASES),20000) $(BIN)/python -m pytest tests/fuzz

lint: $(VENV)/.installed-dev  ## Style, types and layers.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev  ## List the benchmarks.
	$(BIN)/python -m benchmarks

bench-million: $(VENV)/.installed-dev  ## Scan up to a million synthetic articles: half an hour, 4 GB of memory, 8 GB of disk.
	$(BIN)/python -m benchmarks run scan --only 10000 --only 100000 --only 1000000 --plot benchmarks/results/scan.png

wordpress-zip:  ## Make the WordPress plugin's installable zip: build/dupdetect.zip.
	@integrations/wordpress/package build

clean:  ## Remove what the other targets made.
	rm -rf $(VENV) demo-out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
