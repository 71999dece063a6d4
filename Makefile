# Two commands matter: `make run` does the main job, `make test` runs every check. Both do all set-up themselves.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Benchmarks have an environment of their own: with other validators, which the project does not use.
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
# Other versions of DuckDB, each in a folder of its own: the index has to open in all of them.
OTHER_DUCKDB := 1.4 1.5
OTHER_READY := $(OTHER_DUCKDB:%=.venv-duckdb-%/.ready)

# Hundreds of processes are started: without bytecode each would compile the project again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test tests lint ui bench fuzz faults clean setup browser-assets

setup: $(READY) browser-assets

# An environment is what its lock files say, nothing else; hashes are checked.
define install
@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install it, or say 'make PYTHON=/path/to/python3.11'"; exit 1; }
$(PYTHON) -m venv --clear $(1)
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps $(2)
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
@touch $(1)/.ready
endef

$(READY): requirements.lock pyproject.toml
	$(call install,$(VENV),-r requirements.lock)

.venv-duckdb-%/.ready: requirements-duckdb-%.lock | $(READY)
	@rm -rf $(@D)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(@D) -r $<
	@touch $@

$(BENCH_READY): requirements.lock requirements-bench.lock pyproject.toml
	$(call install,$(BENCH),-r requirements.lock -r requirements-bench.lock)

# Other people's scripts for pages, from npm. Where it cannot be reached, all works but what needs them.
browser-assets: $(READY)
	@$(BIN)/python -m pipelines.portal.browser_assets

# The sample city's officers have approved its descriptors as they are shipped; whatever is changed waits for a review.
run: $(READY) browser-assets
	@$(BIN)/gongkai review import catalog_schema/disclosure/approvals.yaml
	@$(BIN)/gongkai run

ui: $(READY)
	@$(BIN)/gongkai ui

lint: $(READY)
	$(BIN)/ruff check pipelines tests benchmarks
	$(BIN)/ruff format --check pipelines tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports

# Both at once: neither keeps two cores busy to its end.
test: $(OTHER_READY)
	@$(MAKE) --no-print-directory --jobs 2 lint tests

# Four at once on two cores: tests wait for disks, servers and processes of their own. Tests of one file share what takes
# long to make, so they stay together; the order is that of tests/conftest.py.
tests: $(OTHER_READY)
	@$(BIN)/python -m pipelines.portal.browser_assets --required
	$(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# For instance: make bench BENCH_FLAGS='--suite full --large --json results.json'
bench: $(BENCH_READY)
	$(BENCH)/bin/python benchmarks/orchestration/run.py
	$(BENCH)/bin/python -m benchmarks.validate.run $(BENCH_FLAGS)
	$(BENCH)/bin/python -m benchmarks.ingest.run
	$(BENCH)/bin/python -m benchmarks.publish.run
	$(BENCH)/bin/python -m benchmarks.privacy.run --contestants
	$(BENCH)/bin/python -m benchmarks.portal.run
	PYTHONPATH=.:tests $(BENCH)/bin/python -m benchmarks.portal.search
	$(BENCH)/bin/python -m benchmarks.portal.api

# Random tables and schemas against frictionless: how many, from which seed. Then other examples than those that `make test`
# repeats every time.
fuzz: $(READY)
	$(BIN)/python tests/fuzz_engine.py $(or $(CASES),100000) $(or $(SEED),1)
	$(BIN)/python -m pytest -n 2 --hypothesis-profile exploring tests/property

# Publishing under faults at every call, and by many at once, also in a bucket: what `make test` samples, in full.
# About half an hour. FAULT_FLAGS='--every 10' takes every tenth system call only.
faults: $(READY)
	FAULTS=all $(BIN)/python -m pytest -n 2 tests/unit/publish/test_faults.py tests/unit/publish/test_races.py \
	  tests/unit/publish/test_store_faults.py tests/unit/catalog/test_index_faults.py tests/unit/catalog/metadata/test_refresh.py \
	  tests/unit/portal/test_refresh_crashes.py tests/unit/portal/search/test_making.py
	PYTHONPATH=.:tests $(BIN)/python tests/fault_sweep.py $(FAULT_FLAGS)

# Everything that can be made again; delivered and landed files stay.
clean:
	rm -rf $(VENV) $(BENCH) $(OTHER_READY:/.ready=) .browser-assets .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
