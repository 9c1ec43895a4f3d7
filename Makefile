# Without make or python3-venv on Debian: apt-get install make python3-venv
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/python
# Number of test processes: twice a small machine's number of cores, because many tests wait for a server or for a time limit. Each takes
# 5 s of the processor to collect the tests. In a fresh clone that is 14 s, which compile them: `make test` lets one process do it first.
WORKERS ?= 4
# The program lint-imports, which in a copied environment would start another one's Python.
LINT_IMPORTS = import sys; sys.argv[1:] = ["--no-cache"]; from importlinter.cli import lint_imports_command; lint_imports_command()
export PYTHON VENV
# Tests start hundreds of programs, and without cached bytecode each of them would compile the whole pack.
unexport PYTHONDONTWRITEBYTECODE
# Without this, Hypothesis imports trio, which selenium brings, in each test process. No test uses trio; its import takes 0.2 s.
export HYPOTHESIS_NO_PLUGINS = 1

.DEFAULT_GOAL := help
TARGETS = help env env-tests system demo test recordings lint trials conformance bench packages fleet serve devices clean
.PHONY: $(TARGETS)

help:            ## print this list
	@grep -E '^[a-z-]+:.*[^#]## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */	/' | expand -t 16

env:             ## the Python environment in .venv for the command, demo and serve; targets that need it make it first
	@sh .ci/setup env
	@[ "$(MAKECMDGOALS)" != env ] || echo "next: . $(VENV)/bin/activate, then: pdu identify HOST; without a PDU: make demo, make serve"

env-tests:       ## the same environment with what the tests, lint and benchmarks need
	@sh .ci/setup tests
	@[ "$(MAKECMDGOALS)" != env-tests ] || echo "next: make test; or . $(VENV)/bin/activate, then: pytest -q tests/handlers/nut"

system: env-tests ## installs the real servers and the browser that tests run against: as root on Debian, else prints the command; starts no service
	@sh .ci/setup system
	@[ "$(MAKECMDGOALS)" != system ] || echo "next: make test"

demo: env        ## everything on simulators: build, register, poll, switch, meter; KEEP=1 leaves the page open
	@$(RUN) -m tests.demo $(if $(KEEP),--keep)

test: env-tests  ## lint and the tests that a change must pass, against real servers too where they are installed; names what is missing, and asks before it installs it
	@sh .ci/setup offer
	@mkdir -p .cache; $(MAKE) --no-print-directory lint >.cache/lint.log 2>&1 & lint=$$!; \
		[ -d tests/__pycache__ ] || $(RUN) -m pytest -qq --collect-only >/dev/null 2>&1; \
		$(RUN) -m pytest -q -m "not trial" -n $(WORKERS) --dist worksteal; tests=$$?; \
		wait $$lint; lint=$$?; cat .cache/lint.log; exit $$((tests || lint))
	@echo "next: make trials, what is slow by nature, before each landing; make help lists the rest"

recordings: env-tests ## the foreign files that tests read (recordings of real PDUs, published schemas), 17 MB, into .cache/foreign_files; from GitHub, or FROM=DIR
	@$(RUN) -m tests.foreign_files $(if $(FROM),--from "$(FROM)")

lint: env-tests ## mypy --strict, ruff, the format, and the contract of imports in pyproject.toml
	@$(RUN) packaging/idl_stubs.py
	@$(RUN) -m mypy
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check --quiet || { echo "run: $(RUN) -m ruff format" >&2; exit 1; }
	@if $(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then \
		said=$$($(RUN) -c '$(LINT_IMPORTS)') || { printf '%s\n' "$$said"; exit 1; }; printf '%s\n' "$$said" | tail -n 1; \
	else echo "The contract of imports was not checked: import-linter needs Python 3.10."; fi

packages:        ## dist/*.tar.gz; needs Python only
	@$(PYTHON) packaging/build.py
	@echo "next: pdu register --dry-run shows how they are registered; pdu register does it"

fleet: env       ## a simulated PDU of each handler, with a list and logins for pdu check, until Ctrl-C; in .cache/fleet
	@$(RUN) -m tests.simulators $(ARGS)

serve: env       ## a local DCImanager with a page in the browser, until Ctrl-C; keeps its data in .cache/dcimanager
	@$(RUN) -m tests.dcimanager --data .cache/dcimanager $(ARGS)

devices: env-tests ## write what recordings show of each family, where they are there, and what is made from the code on the pages: devices, settings, the sentences on families
	@$(RUN) -m tests.foreign_files.recorded_objects
	@$(RUN) packaging/readme.py

trials: env-tests ## the tests that are slow by nature, which make test leaves out: before each landing; ARGS=--lf only what failed; some need PyPI and npm
	@sh .ci/setup offer
	@$(RUN) -m pytest -q -m trial -n $(WORKERS) --dist worksteal $(ARGS)

conformance: env-tests ## each archive on plausible forms of DCImanager's modules; COPY=DIR: in your copy of its project; ARGS="snmp nut" some
	@$(RUN) -m tests.conformance $(if $(COPY),--copy "$(COPY)") $(ARGS)

bench: env-tests ## prints the benchmarks, with ratios to a peer of the same run; ONLY=snmp runs one of them, ONLY=list names them
	@sh .ci/setup offer
	@$(RUN) -m tests.benchmarks $(if $(filter list,$(ONLY)),--help,$(ONLY))

# A folder of such a name, as build after `pipx install .`, would be up to date, and make would say so.
FOLDERS := $(filter-out $(TARGETS),$(sort build dist $(patsubst %/,%,$(wildcard [a-z]*/))))
.PHONY: $(FOLDERS)
.DEFAULT $(FOLDERS):
	@echo "there is no target $@; make help lists them; the command is .venv/bin/pdu, or anywhere by pipx install .; pdu register registers" >&2; exit 2

clean:           ## remove everything that was made here, but the ids and archives in dist: pdu register rolls back to them
	[ ! -d dist ] || find dist -mindepth 1 -maxdepth 1 ! -name register.ids ! -name previous ! -name '*.tar.gz' -exec rm -rf {} +
	rmdir dist 2>/dev/null || :
	rm -rf build *.egg-info .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis $(VENV) handlers/raritan/rpc/_idl/*.pyi
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
