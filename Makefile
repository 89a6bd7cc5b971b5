# `make run` and `make test` do all the set-up; they need Python 3.11 or newer, git and make.
# Written for GNU make 3.81 and later, which is what macOS has.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run sites test test-all check format docs words site bench spark otel lock clean always

VENV := .venv
BIN := $(VENV)/bin
# A virtual environment cannot be moved: one that was made in another folder is made again.
MADE := $(VENV)/.made-in-$(shell pwd | cksum | cut -d' ' -f1)
RUN := $(VENV)/.installed-to-run
TEST := $(VENV)/.installed-to-test
SPARK := $(VENV)/.installed-spark
OTEL := $(VENV)/.installed-otel
BENCH := $(VENV)/.installed-to-bench

# A person's own settings for pip and Python keep their mirror and proxy, and lose what would
# put packages elsewhere or ask more of them than a lock file can give.
export PIP_USER := 0
export PIP_REQUIRE_HASHES := 0
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_CONSTRAINT PIP_BUILD_CONSTRAINT
unexport PIP_REQUIREMENT PIP_NO_BUILD_ISOLATION PYTHONPATH PYTHONHOME VIRTUAL_ENV
# Without bytecode every start compiles everything anew, and takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

# Bytecode is made when a module is first used, which halves the time until the first start.
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --no-compile
# Nothing is built from source: what has no wheel for this machine is refused, not compiled.
FROM_LOCK := $(INSTALL) --only-binary :all: --require-hashes --requirement
# But for Spark, which comes without a wheel; what builds it is there already.
WITH_SPARK := $(subst --only-binary :all:,--only-binary :all: --no-binary pyspark \
	--no-build-isolation,$(FROM_LOCK))
THIS_PROJECT := $(INSTALL) --no-build-isolation --editable .
ITS_CLIENTS := $(INSTALL) --no-build-isolation --editable clients/python --editable clients/sites

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: $(RUN)  ## start dancu on 127.0.0.1:8000 (PORT=8001 make run; ARGS="…" for more options)
	@exec $(BIN)/dancu serve $(if $(PORT),--port $(PORT)) $(ARGS)

sites: $(TEST)  ## run the mock agencies beside a running server, on 127.0.0.1:8010 and on
	@exec $(BIN)/dancu-sites

# Measuring coverage takes as long again as the tests: CI and `make test-all` do it.
test: check  ## check format, lint, types and layers, then run the tests, on two cores
	@$(BIN)/python -m pytest -n 2 $(ARGS)

test-all: check $(BENCH)  ## the same with the slow tests, and with coverage
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term -m "" $(ARGS)

check: $(TEST)  ## everything `make test` checks before it runs a test
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(TEST)  ## put the code into shape
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

docs: $(TEST)  ## write the generated parts of the documents, and the kits, anew
	@$(BIN)/python -m tools.generate_docs
	@$(BIN)/python -m tools.kits

words: $(TEST)  ## put what the pages say into the catalogue that is to be translated
	@$(BIN)/python -m tools.words

site: $(TEST)  ## write the guide as a site of plain files into site/
	@$(BIN)/python -m tools.site site

bench: $(BENCH)  ## measure the speed and save the figures
	@$(BIN)/python -m benchmarks $(ARGS)

# Debian and Ubuntu: apt install default-jre-headless
spark: $(SPARK)  ## install what `dancu reconcile --engine spark` needs besides Java 17 (530 MB)

otel: $(OTEL)  ## install what sends traces of requests to a collector (5 MB)

COMPILE = $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-header --no-annotate --no-emit-index-url \
	$(if $(UPGRADE),--upgrade)
OURS = pyproject.toml --extra postgres --group build

lock: $(TEST)  ## write the lock files anew from pyproject.toml (UPGRADE=1 for newer versions)
	@$(COMPILE) $(OURS) --output-file requirements.lock
	@$(COMPILE) $(OURS) --extra otel --group dev --constraint requirements.lock \
		--output-file requirements-dev.lock
	@$(COMPILE) $(OURS) --extra otel --constraint requirements-dev.lock \
		--output-file requirements-otel.lock
	@$(COMPILE) --group bench --constraint requirements-dev.lock \
		--output-file requirements-bench.lock
	@$(COMPILE) $(OURS) --extra spark --constraint requirements-dev.lock \
		--output-file requirements-spark.lock

clean:  ## remove .venv and the tools' caches; worlds (.dancu) stay
	@rm -rf $(VENV) dist site htmlcov .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(TEST): requirements-dev.lock pyproject.toml clients/python/pyproject.toml \
		clients/sites/pyproject.toml $(MADE)
	@echo "Installing dancu and what checks it into $(VENV) (250 MB, once) …"
	@$(FROM_LOCK) requirements-dev.lock
	@$(THIS_PROJECT)
	@$(ITS_CLIENTS)
	@touch $(RUN) $@

$(SPARK): requirements-spark.lock $(TEST)
	@echo "Installing Spark into $(VENV) (a download of 440 MB, once) …"
	@$(WITH_SPARK) requirements-spark.lock
	@touch $@

$(OTEL): requirements-otel.lock $(RUN)
	@echo "Installing what sends traces into $(VENV) (5 MB, once) …"
	@$(FROM_LOCK) requirements-otel.lock
	@touch $@

$(BENCH): requirements-bench.lock $(TEST)
	@echo "Installing what dancu is measured against into $(VENV) (80 MB, once) …"
	@$(FROM_LOCK) requirements-bench.lock
	@touch $@

$(RUN): requirements.lock pyproject.toml $(MADE)
	@echo "Installing dancu into $(VENV) (170 MB, once; every file is checked by its hash) …"
	@$(FROM_LOCK) requirements.lock
	@$(THIS_PROJECT)
	@touch $@

# A Python that was removed or upgraded away leaves a dangling link behind.
ifneq ($(shell test -x $(BIN)/python && echo works),works)
$(MADE): always
endif
$(MADE):
	@sh tools/make-venv.sh $(VENV)
	@touch $@

always:
