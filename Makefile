# Two commands matter: `make run` does the main job, `make test` runs every check. Both do all set-up themselves.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test lint ui bench fuzz clean setup

setup: $(READY)

# The environment is what the lock file says, nothing else; hashes are checked.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or say 'make PYTHON=/path/to/python3.11'"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY)
	@$(BIN)/gongkai run

ui: $(READY)
	@$(BIN)/gongkai ui

lint: $(READY)
	$(BIN)/ruff check pipelines tests benchmarks
	$(BIN)/ruff format --check pipelines tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

bench: $(READY)
	$(BIN)/python benchmarks/orchestration/run.py
	$(BIN)/python benchmarks/validate/run.py

# Random tables and schemas against frictionless: how many, from which seed.
fuzz: $(READY)
	$(BIN)/python tests/fuzz_engine.py $(or $(CASES),100000) $(or $(SEED),1)

# Everything that can be made again; delivered and landed files stay.
clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
