# `make run` sets up and does the main job, `make test` sets up and runs the tests. GNU make; on Windows see README.md.

PYTHON ?=
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
INSTALL := $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install \
	--disable-pip-version-check) --quiet --constraint constraints.txt --editable
ARGS ?=

# Tried in this order; the first that runs and is recent enough makes .venv. Version managers leave commands on
# the path that refuse to run, hence the trial, and the interpreters of pyenv and uv after the commands.
CANDIDATES = $(PYTHON) python3.14 python3.13 python3.12 python3 python \
	$(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[2-9]*/bin/python) \
	$(wildcard $(HOME)/.local/share/uv/python/cpython-3.1[2-9]*/bin/python)
RECENT_ENOUGH = import sys; sys.exit(sys.version_info < (3, 12))

.PHONY: run page test test-thorough test-safe lint format bench posterior clean setup

run: setup ## the main job; `make run ARGS="policy=matchmaking seeds=20"` passes on what you ask
	$(BIN)/towngown $(ARGS)

page: setup ## the page in your browser; `make page ARGS="port=9000 open=false"`
	$(BIN)/towngown page $(ARGS)

test: setup ## what must hold before a change lands; `make test ARGS="-m 'not slow'"` leaves out the slow ones
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not thorough" $(ARGS)

test-thorough: setup ## those that try at length what the others try a few cases of
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m thorough $(ARGS)

# They look at source, or compile in processes of their own.
SAME_IN_ANY_MODE := test_spelling.py test_constants.py test_compiling.py

test-safe: setup ## the model's tests without the tricks of compiling, and every row that is looked up checked
	TOWNGOWN_SAFE=1 $(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "not slow and not thorough" \
		tests/model $(addprefix --ignore=tests/model/,$(SAME_IN_ANY_MODE)) $(ARGS)

lint: setup ## what must hold of the code's form
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell
	$(BIN)/pyright --pythonpath $(BIN)/python

format: setup ## puts the code into that form where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measured speed, beside the plain-Mesa reference and other runners of experiments
	$(INSTALL) '.[bench]'
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_tricks
	$(BIN)/python -m tests.bench_experiments
	$(BIN)/python -m tests.bench_page

posterior: setup ## calibrates at full size, which takes hours and goes on where it was; keeps the points with the project
	$(BIN)/towngown experiment=calibrate patterns=all seeds=4 design.n=2000 calibration.waves=4 \
		calibration.points=1000 calibration.drawn=20000 calibration.shortlist=1500 calibration.ranked=12 \
		calibration.nearest=500 calibration.raised=12 out=results/calibration $(ARGS)
	cp results/calibration/parameters/posterior.csv results/calibration/parameters/posterior.yaml conf/parameters/

patterns: setup ## what the model gives for each pattern, kept with the project and told in README; takes a quarter of an hour
	$(BIN)/towngown experiment=validate seeds=60 out=results/patterns_default $(ARGS)
	$(BIN)/towngown experiment=validate parameters=posterior seeds=2 out=results/patterns_posterior $(ARGS)
	$(BIN)/python -m tests.measured results/patterns_default results/patterns_posterior
	$(BIN)/python -m tests.odd

clean: ## removes the environment and what tools left behind, not your results
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: .venv/installed

# The stamp is newer than both files unless one has changed since: only then is anything installed again.
.venv/installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned versions of constraints.txt."
	@$(INSTALL) '.[dev]'
	@touch $@

$(BIN)/python:
	@for candidate in $(CANDIDATES); do \
		"$$candidate" -c '$(RECENT_ENOUGH)' >/dev/null 2>&1 || continue; \
		echo "Setting up .venv with $$("$$candidate" --version); this takes a minute or two, once."; \
		"$$candidate" -m venv .venv && exit 0; \
		rm -rf .venv; \
	done; \
	echo "towngown needs Python 3.12 or newer (with its venv module) and found none." >&2; \
	echo "Install one (python.org, your system's packages, pyenv or uv), or say where it is:" >&2; \
	echo "    make PYTHON=/path/to/python3.12 run" >&2; \
	exit 1
