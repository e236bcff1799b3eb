# gradproof: set-up and checks. Any target may come first, and costs little the second time.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.PHONY: verify test test-slow lint certify rates bench perf-gate gate-power debug-rates clean

# The main job: a thousand random networks against two oracles.
verify: $(VENV)/.stamp-base
	$(BIN)/gradproof verify

# All tests but the slow ones.
test: $(VENV)/.stamp-test
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup

# The long campaigns.
test-slow: $(VENV)/.stamp-test
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m slow

lint: $(VENV)/.stamp-lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# How accurate every activation and loss is, beside JAX and PyTorch: a minute or two.
certify: $(VENV)/.stamp-peers
	$(BIN)/gradproof certify --markdown docs/accuracy.md

# The error rates of the verdicts, beside other checkers: about an hour, most of it right networks.
NETWORKS ?= 1000000
rates: $(VENV)/.stamp-plot $(VENV)/.stamp-peers
	$(BIN)/gradproof rates --networks $(NETWORKS) --markdown docs/rates.md --plot docs/rates

# Every suite: one table, and a picture, in .benchmarks.
bench: $(VENV)/.stamp-bench
	$(BIN)/python -m bench

# Is the checked-out code slower than where its branch left BASE?
BASE ?= origin/main
perf-gate: $(VENV)/.stamp-bench
	$(BIN)/python -m bench.gate --base $(BASE)

# What the gate catches, and what it blames wrongly: about half an hour.
gate-power: $(VENV)/.stamp-bench
	$(BIN)/python -m bench.power

# How often `gradproof debug` is right on the zoo of students' programs; PART=blind or once-blind for the others.
PART ?= seen
debug-rates: $(VENV)/.stamp-test
	$(BIN)/python -m tests.students.rates --part "$(PART)" --write docs/debug-rates.md

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --clear also removes the stamps of an environment whose Python has gone.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python: got %d.%d, should be 3.11 or newer; try make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.stamp-base: pyproject.toml | $(BIN)/python
	@echo "installing gradproof into $(VENV) (a minute or two the first time)"
	$(INSTALL) .
	@touch $@

$(VENV)/.stamp-%: pyproject.toml | $(BIN)/python
	@echo "installing gradproof and what '$*' needs into $(VENV) (a minute or two the first time)"
	$(INSTALL) '.[$*]'
	@touch $(VENV)/.stamp-base $@
