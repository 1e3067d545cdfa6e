# Everything a newcomer needs:
#
#     make demo      install into .venv, match one bundled recording to the other, say where the result is
#     make test      install the tools as well; lint, check types, run the tests
#
# and, less often: make warmup, make bench, make format, make clean.
#
# Needs Python 3.11 or newer and make. Another interpreter: make demo PYTHON=python3.12

PYTHON = python3
JOBS = 2
# Published figures are recorded by: make bench RESULTS=benchmarks/results
RESULTS = build/benchmarks
BENCHES = import_time render_song processor_training stft_loss auto_song match_song say_speed export_errors studio_start study_load
TORCH_INDEX = https://download.pytorch.org/whl/cpu

BIN = .venv/bin
PIP = $(BIN)/python -m pip
# One thread per process and no spinning: the tests bring their own parallelism.
QUIET = OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive

help:
	@sed -n 's/^#     //p' Makefile

demo: .venv/.installed
	@mkdir -p demo-output
	$(BIN)/tonewright match examples/song.ogg --reference examples/reference.ogg \
	    -o demo-output/song.matched.ogg --report demo-output/report --settings-out demo-output/settings.json
	@echo
	@echo "Listen:   $$PWD/examples/song.ogg            (before)"
	@echo "          $$PWD/demo-output/song.matched.ogg (after)"
	@echo "          $$PWD/examples/reference.ogg       (the reference)"
	@echo "Report:   $$PWD/demo-output/report/report.html"
	@echo "Plots:    $$PWD/demo-output/report/curves.png"
	@echo "Settings: $$PWD/demo-output/settings.json"

# The README's picture, in few colours. What the README quotes of the report is to be renewed with it, by hand.
picture: demo
	$(BIN)/python -c "from PIL import Image; \
	    Image.open('demo-output/report/curves.png').convert('RGB').quantize(64).save('docs/images/demo.png', optimize=True)"

test: .venv/.tools lint types pytest

lint: .venv/.tools
	$(BIN)/ruff check .

# The differentiable processor cannot be checked without torch's types.
types: .venv/.tools
	@if $(BIN)/python -c "import torch" 2>/dev/null; then echo "$(BIN)/mypy"; $(BIN)/mypy; \
	    else echo "Types are not checked: torch is not installed."; fi

# Kernels are compiled once here instead of by every worker at the same time.
pytest: .venv/.tools
	$(QUIET) $(BIN)/tonewright warmup
	$(QUIET) $(BIN)/python -m pytest -n $(JOBS)

format: .venv/.tools
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

warmup: .venv/.installed
	$(BIN)/tonewright warmup

bench: .venv/.peers
	@mkdir -p $(RESULTS)
	@for name in $(BENCHES); do \
	    echo "== $$name"; $(BIN)/python -m benchmarks.$$name -o $(RESULTS)/$$name.json || exit 1; \
	done

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Tonewright needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet --upgrade "pip>=25.1"
	@touch $@

.venv/.installed: .venv/.python pyproject.toml
	@echo "Installing Tonewright into .venv ..."
	$(PIP) install --quiet -e .
	@touch $@

# torch in its CPU build; tests that need it skip, and say so, where it cannot be had. auraloss would bring the build
# for graphics cards by itself; so would what reads language models, which comes after torch for that reason.
.venv/.tools: .venv/.installed constraints-ci.txt pyproject.toml web/package-lock.json
	@echo "Installing torch and tools into .venv ..."
	$(PIP) install --quiet -c constraints-ci.txt -e . --group dev
	$(PIP) install --quiet -c constraints-ci.txt --retries 1 --extra-index-url $(TORCH_INDEX) --no-deps torch \
	    && $(PIP) install --quiet -c constraints-ci.txt torch \
	    && $(PIP) install --quiet -c constraints-ci.txt --no-deps auraloss \
	    && $(PIP) install --quiet -c constraints-ci.txt transformers gguf accelerate peft \
	    || echo "torch or transformers could not be installed: tests that need them will be skipped."
	$(PIP) install --quiet -c constraints-ci.txt POT \
	    || echo "POT could not be installed: tests that need it will be skipped."
	$(PIP) install --quiet -c constraints-ci.txt fastapi uvicorn python-multipart SQLAlchemy statsmodels pyarrow mcp websockets \
	    || echo "The packages of the studio, of studies or of the assistant's server could not be installed: their tests will be skipped."
	@if command -v npm >/dev/null; then npm ci --prefix web --silent --no-audit --no-fund \
	    || echo "npm could not install the tools of web/: the checks of pages that need them will be skipped."; fi
	@touch $@

# What benchmarks compare with, where it can be had; without their requirements, which are training tools.
.venv/.peers: .venv/.tools
	-$(PIP) install --quiet -c constraints-ci.txt --no-deps dasp-pytorch torchlpc torchcomp
	@touch $@

clean:
	rm -rf .venv web/node_modules demo-output build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks scripts -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help demo picture test lint types pytest format warmup bench clean
