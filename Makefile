# The whole product in two commands, on a machine with Python 3.11 to 3.13, pip, git and make.
# uv is put into .tools/ where there is none.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
PYTHON ?= python3
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: demo test check flights locks

demo: $(UV) ## Render the default app into demo/ and run it until Ctrl-C
	@uv run --quiet python -m tests.demo demo

test: $(UV) ## Everything that continuous integration runs
	@uv run --quiet python -m tests.everything

flights: $(UV) ## Load 336,776 real flights and compare every count
	@uv run --quiet python -m tests.flights

locks: $(UV) ## Write the lock files anew, the generated project's too
	@uv run --quiet python -m tests.locks

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
