# The project's tasks. `make demo` and `make test` need nothing but Python 3.11+, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test check unit torture lock clean

demo: $(VENV)/.runtime
	$(BIN)/publisher demo

test: $(VENV)/.development
	scripts/system-packages
	scripts/test

check: $(VENV)/.development
	scripts/check

torture: $(VENV)/.development
	scripts/system-packages
	$(BIN)/python -m pytest -q -m slow -n auto --dist worksteal -rP

$(VENV)/.runtime: requirements-build.lock requirements.lock pyproject.toml
	scripts/environment $(PYTHON) $(VENV) requirements.lock
	touch $@

$(VENV)/.development: requirements-build.lock requirements-dev.lock pyproject.toml
	scripts/environment $(PYTHON) $(VENV) requirements-dev.lock
	touch $@ $(VENV)/.runtime

lock:
	scripts/lock

clean:
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
