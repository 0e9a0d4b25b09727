# `make` lists what can be done. Every target sets up what it needs; nothing but python3 and make has to be there.

PYTHON  ?= python3
WORKERS ?= 4

VENV    := .venv
BIN     := $(VENV)/bin
INPUTS  := pyproject.toml constraints.txt
PIP     := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run demo test slow chaos lint format clean

help: ## List the targets
	@echo "Usage: make TARGET [PYTHON=python3.12] [WORKERS=2]"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-8s %s\n' $$name "$$text"; done

run: $(VENV)/.installed ## Set up, then start the service here and open its web page, until Ctrl-C
	@$(BIN)/giydir up --open

demo: $(VENV)/.installed ## Set up, then dress two synthetic people with the mini model
	$(BIN)/leffa demo

test: $(VENV)/.installed-dev ## Set up, then check style, types and import contracts, and run the tests
	@# Side by side: many tests wait more than they work, and the type checker needs one core.
	@$(MAKE) --no-print-directory -j 2 lint tests-alone

.PHONY: tests-alone
tests-alone: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

slow: $(VENV)/.installed-dev ## Set up, then run the tests that take minutes each
	$(BIN)/python -m pytest -m slow

chaos: $(VENV)/.installed-dev ## Set up, then blow a long storm over the desk (20 minutes), and write docs/chaos.md
	$(BIN)/python -m tests.tasks.chaos --report docs/chaos.md

lint: $(VENV)/.installed-dev ## Check style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-dev ## Put the code in its agreed form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove all that make made, the virtual environment included
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: $(INPUTS) | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[bot,service,web]'
	@touch $@

$(VENV)/.installed-dev: $(INPUTS) | $(BIN)/python
	$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not. Name another one: make PYTHON=python3.12 ..." >&2; \
		exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2; \
		exit 1; }
	@echo "Making $(VENV) and installing PyTorch and the rest: a few minutes, 1.5 GB (more where PyTorch brings CUDA)."
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
