# `make run` starts everything on this machine; `make test` checks and tests everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# one test process more than there are cores: journeys wait for others half of their time
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(6, (os.cpu_count() or 1) + 1))')

.PHONY: run test check fuzz bench chaos lock pictures clean

run: $(VENV)/.ready
	@exec $(BIN)/storywell run

test: check
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal

check: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates

fuzz: $(VENV)/.ready-dev
	$(BIN)/python -m pytest -q -n $(JOBS) --hypothesis-profile search --ignore tests/journeys

bench: $(VENV)/.ready-dev
	$(BIN)/python -m bench

RUNS ?= 25
SEED ?= 1

chaos: $(VENV)/.ready-dev
	$(BIN)/python -m tests.chaos --runs $(RUNS) --seed $(SEED)

pictures: $(VENV)/.ready-dev
	$(BIN)/python -m tests.pictures

lock: $(VENV)/.uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade -o requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade -o requirements-dev.txt requirements-dev.in

clean:
	rm -rf $(VENV) build dist

$(VENV)/.uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Storywell needs Python 3.11 or later; set PYTHON to one.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements.txt pyproject.toml
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements.txt
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q service workers
	$(BIN)/python -OO -m compileall -q -j 0 $(VENV)/lib service workers
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --require-hashes -r requirements-dev.txt
	$(BIN)/python -m compileall -q tests bench
	@touch $@
