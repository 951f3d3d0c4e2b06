# make app: set up and start the dashboard. make test: set up and run all checks.
# make coverage: all tests once more, counting the lines that they run; takes twice as long.
# make check: the checks of a minute, for while one works: linters, types, imports, quick unit tests.
# make doctor: say what is missing, without setting anything up.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# Two test processes share the processors: threads of the linear algebra would only wait for each other.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

PYTEST := $(ONE_THREAD) $(BIN)/pytest --numprocesses 2 --dist loadfile

.PHONY: app test coverage check lint types unit doctor clean

app: .venv/app.stamp
	$(BIN)/streamlit run streamlit_app.py

test: .venv/test.stamp lint types
	$(PYTEST) --no-loadscope-reorder

coverage: .venv/test.stamp
	$(PYTEST) --no-loadscope-reorder --cov --cov-report=term:skip-covered --cov-fail-under=95

check: .venv/test.stamp
	$(MAKE) --jobs 2 lint types unit

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/test.stamp
	$(BIN)/mypy

unit: .venv/test.stamp
	$(PYTEST) --quiet -m "not slow" tests/unit

doctor:
	@$(or $(wildcard $(BIN)/python),$(PYTHON),python3) -m facespace doctor

.venv/app.stamp: requirements.txt | .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test.stamp: requirements.txt $(wildcard serve-requirements.txt training/*requirements.txt) tests/requirements.txt | .venv
	$(BIN)/pip install --quiet --no-compile --disable-pip-version-check -r tests/requirements.txt
	touch $@

.venv:
	@test -n "$(PYTHON)" || { echo "Facespace needs Python 3.11 or newer."; exit 1; }
	$(PYTHON) -m venv .venv

clean:
	rm -rf .venv .cache
