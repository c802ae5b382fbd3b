# Everything a newcomer needs: `make demo`, `make test`. Only Python 3.11, make and Debian's packages are assumed.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# What is compiled is kept, wherever this runs: the tests start a hundred processes, and rewrite their own assertions.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: install demo test quick check style bench soak clean browser kannel nginx

install: $(STAMP)

$(STAMP): pyproject.toml requirements/all.txt requirements/uv.txt
	@echo "==> a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV) || { echo "Python 3.11 with venv is needed (Debian: apt install python3 python3-venv)"; exit 1; }
	@echo "==> dependencies, each checked against its hash"
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements/all.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	@echo "==> installed: $(BIN)/verify"

demo: install
	@$(BIN)/verify demo $(ARGS)

# The shell is the engine of Chromium without its windows: the same pages for half the work. Chromium itself will do.
browser:
	@command -v chromium-headless-shell >/dev/null || { [ "$$(id -u)" = 0 ] && \
			echo "==> the shell of Chromium, for the browser tests (apt)" && \
			apt-get update -qq && apt-get install -y -qq chromium-headless-shell >/dev/null; } \
		|| command -v chromium >/dev/null \
		|| { echo "Chromium is needed by the browser tests: sudo apt install chromium-headless-shell"; exit 1; }

kannel:
	@test -x /usr/lib/kannel/test/fakesmsc || { \
		if [ "$$(id -u)" = 0 ]; then echo "==> Kannel and its fake operator, for the gateway tests (apt)"; \
			{ apt-get update -qq && apt-get install -y -qq --no-install-recommends kannel kannel-extras >/dev/null; } \
				|| echo "Kannel cannot be installed: its tests are skipped"; \
			/etc/init.d/kannel stop >/dev/null 2>&1 || true; \
		else echo "Without Kannel its tests are skipped: sudo apt install kannel kannel-extras"; fi; }

nginx:
	@test -x /usr/sbin/nginx || { \
		if [ "$$(id -u)" = 0 ]; then echo "==> nginx, for the tests of its configuration (apt)"; \
			{ apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; } \
				|| echo "nginx cannot be installed: its tests are skipped"; \
			/etc/init.d/nginx stop >/dev/null 2>&1 || true; \
		else echo "Without nginx its tests are skipped: sudo apt install nginx-light"; fi; }

check: style
	@echo "==> mypy"
	@$(BIN)/mypy

style: install
	@echo "==> ruff, import-linter"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/lint-imports

# Three processes on two cores: tests/conftest.py gives one all that waits, so that the other two have work always.
THREE := -n 3 --dist loadfile

# mypy takes one core for a while where it has nothing from before; meanwhile the tests start their servers.
test: install browser kannel nginx style
	@echo "==> mypy, and tests in parallel, over real PostgreSQL, Valkey and Chromium"
	@$(BIN)/mypy & types=$$!; $(BIN)/pytest $(THREE) $(ARGS) && wait $$types

# The rooms that need no servers of their own, no browser, no worker and no waiting: half of all tests in half a minute.
QUICK := flows grievances labels rounds verification registry test_architecture.py test_docs.py test_tasks.py \
	ground/test_crypto.py ground/test_settings.py ground/test_programme_is_read.py

# And of these not what takes seconds: every way through a talk, all the replies learned from, processes that read or die.
NOT_QUICK := flows/test_paths.py flows/test_understanding.py::test_the_replies_that_were_learned_from \
	registry/test_hostile_files.py registry/test_interrupted.py grievances/test_escalation.py::test_a_thousand

quick: install
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/pytest -n 2 --dist worksteal $(addprefix --deselect=tests/,$(NOT_QUICK)) $(addprefix tests/,$(QUICK)) $(ARGS)

soak: install browser
	@echo "==> the long forms, seeded"
	@VERIFY_EXAMPLES=$${EXAMPLES:-2000} $(BIN)/pytest -m "long and not browser" -n 2 --timeout 3600 --hypothesis-seed=$${SEED:-1} -v $(ARGS)
	@VERIFY_EXAMPLES=$${YEARS:-100} $(BIN)/pytest tests/registry/test_year.py tests/registry/test_interrupted.py -n 2 --timeout 3600 -v
	@VERIFY_EXAMPLES=$${TEXTS:-5000} $(BIN)/pytest tests/browser/test_hostile.py tests/browser/test_tables.py --timeout 3600 -v
	@$(BIN)/python -m tests.soak.crash --people $${PEOPLE:-2000} --kills $${KILLS:-200} --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.crash --people $${PEOPLE:-2000} --kills $${KILLS:-200} --seed $${SEED:-1} --round
	@for fault in async-commit enqueue-first end-to-all handled-without-evidence sends-twice; do \
		$(BIN)/python -m tests.soak.crash --people 200 --kills 15 --seed $${SEED:-1} --sabotage $$fault; \
		[ $$? = 1 ] || { echo "the crash run did not notice $$fault"; exit 1; }; \
		echo "==> noticed, as it has to: $$fault"; done
	@$(BIN)/python -m tests.soak.crash --people 100 --kills 6 --seed $${SEED:-1} --round --sabotage asks-twice; \
		[ $$? = 1 ] || { echo "the crash run did not notice asks-twice"; exit 1; }; \
		echo "==> noticed, as it has to: asks-twice"
	@$(BIN)/python -m tests.soak.race --phones $${PHONES:-200} --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.race --phones 50 --seed $${SEED:-1} --sabotage counts-repeats; \
		[ $$? = 1 ] || { echo "the race did not notice counts-repeats"; exit 1; }; \
		echo "==> noticed, as it has to: counts-repeats"
	@$(BIN)/python -m tests.soak.texts --phones $${TEXTERS:-104} --seed $${SEED:-1}
	@for fault in empties-unread digit-answers-question answers-unsent copies-count copies-stay parts-apart anonymous-again \
		others-word her-own-word told-again trusts-clock stop-waits poison-for-ever gives-up one-line forgets-talks log-fails; do \
		$(BIN)/python -m tests.soak.texts --phones 52 --rounds 1 --seed $${SEED:-1} --sabotage $$fault; \
		[ $$? = 1 ] || { echo "the race of texts did not notice $$fault"; exit 1; }; \
		echo "==> noticed, as it has to: $$fault"; done
	@$(BIN)/python -m tests.soak.record --edits $${EDITS:-10000} --entries $${ENTRIES:-5000} --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.answers --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.rounds_by_lot --rounds $${ROUNDS:-2000} --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.publications --weeks $${WEEKS:-26} --seed $${SEED:-1}
	@$(BIN)/python -m tests.soak.weekly_looks --years $${LOOKS:-2000} --seed $${SEED:-1}

bench: install
	@$(BIN)/python -m tests.bench $(ARGS)

clean:
	rm -rf $(VENV) .verify
