# `make search` and `make test` do everything, set-up included, on a machine with Python 3.11+ and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SPACE ?= accvit
BUDGET ?= 5M-30M
ARGS ?=
COUNT ?= 2000
TABLES ?= tables

.PHONY: search test test-slow lint verify bench race studies studies-smoke faults fuzz clean

search: $(VENV)/ready
	$(BIN)/python -m nas.search --space $(SPACE) --budget $(BUDGET) $(ARGS)

# Whole files go to one worker each, in which their fixtures are made once; each computes by one
# thread, since those of several workers would wait for each other.
test: $(VENV)/ready lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses logical --maxprocesses 4 --dist loadfile \
		--no-loadscope-reorder

# Hours on a quiet machine; the last result of each file lies in tests/slow.csv.
test-slow: $(VENV)/ready
	$(BIN)/python -m pytest -q -m slow -p tests.slow_record

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Hours for 2,000 networks; interrupted, it goes on where it was.
verify: $(VENV)/ready
	$(BIN)/python -m nas.costs --space $(SPACE) --count $(COUNT) --record build/verified.jsonl

# Three hours on a quiet machine: kill -9 at 50 random instants of each kind, full disks, several
# drivers, a dashboard; the tables of the last run lie in tests/faults.
faults: $(VENV)/ready
	$(BIN)/python -m tests.faults --instants 50 --seed 1
	$(BIN)/python -m tests.faults.drivers
	$(BIN)/python -m tests.faults.dashboard
	$(BIN)/python -m tests.faults.disk --instants 50 --seed 1

# Some minutes: 500 cases; the last run's result is in tests/fuzz/last.txt.
fuzz: $(VENV)/ready
	$(BIN)/python -m pytest -q -m slow tests/fuzz --hypothesis-show-statistics

# Hours, on a machine that does nothing else. The last one needs timm, which is no dependency;
# where it is missing, it says so, and the others count all the same.
bench: $(VENV)/ready
	$(BIN)/python -m benchmarks.exact_costs
	$(BIN)/python -m benchmarks.trials_per_hour
	$(BIN)/python -m benchmarks.throughput
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.launches
	$(BIN)/python -m benchmarks.scheduling
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.bookkeeping
	-$(BIN)/python -m benchmarks.against_timm

# Hours. The tables of others are not shipped: studies/sampler_race/README.md says how to make them.
race: $(VENV)/ready
	$(BIN)/python -m studies.sampler_race.full --tables $(TABLES) --out build/race

# The paper's questions, 6 hours on a quiet machine of two cores; stopped, each goes on.
studies: $(VENV)/ready
	$(BIN)/python -m studies.ablation --out build/ablation
	$(BIN)/python -m studies.proxy_trust --out build/proxy_trust
	$(BIN)/python -m studies.recover_variants --out build/recover_variants

# A minute or two each, to see that it runs; what it finds means nothing.
studies-smoke: $(VENV)/ready
	$(BIN)/python -m studies.ablation --smoke --seeds 1 --out build/smoke/ablation
	$(BIN)/python -m studies.proxy_trust --smoke --networks 4 --seeds 1 --out build/smoke/proxy_trust
	$(BIN)/python -m studies.recover_variants --smoke --searches 1 --trials 2 --seeds 1 --random 1 \
		--bases 1 --out build/smoke/recover_variants -- --budget 3M-12M

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
