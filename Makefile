# `make` sets the environment up when it is missing or out of date, then runs the review.
PYTHON ?= python3
CORES ?= 4
BIN := .venv/bin
# Tests and runs start hundreds of processes: without bytecode each would compile the library anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: review help new run screen status freeze compare update package validate-package respond slurm fonts test offline lint types protocol tools result conversions queries format clean faults desk sequences fixpoint chaos damage bench bench-growth bench-workflow bench-runs bench-peers bench-import bench-extraction bench-search bench-dedup bench-pooling compare-metafor reference-oracle check-reference-oracle
.DELETE_ON_ERROR:

review: .venv/requirements.done
	$(BIN)/snakemake --cores $(CORES)

# A review of one's own (docs/starting.md): REVIEW is its folder, FLAGS what follows.
#   make                                               the bundled review
#   make new|run|status|screen REVIEW=../my-review     the commands of evergreen; FLAGS are words that follow
REVIEW ?= .
help:
	@./evergreen help
	@echo
	@sed -n 's/^#   make/  make/p' Makefile

new: .venv/requirements.done
	$(if $(filter-out .,$(REVIEW)),,$(error Name the folder of the new review: make new REVIEW=../my-review))
	@./evergreen new "$(REVIEW)" $(FLAGS)

run: .venv/requirements.done
	@CORES="$(CORES)" ./evergreen run "$(REVIEW)" $(FLAGS)

status: .venv/requirements.done
	@./evergreen status "$(REVIEW)" $(FLAGS)

# Handing in (docs/handing-in.md): the review as an RO-Crate, its check, and where a manuscript has numbers of an earlier version.
#   make package REVIEW=../my-review
#   make validate-package PACKAGE=../my-review/review.crate.zip    whether it is what archives expect
#   make respond REVIEW=../my-review MANUSCRIPT=manuscript.docx SINCE=1.0
package: .venv/requirements-package.done
	@./evergreen package "$(REVIEW)" $(FLAGS)

PACKAGE ?= $(REVIEW)/review.crate.zip
validate-package: .bench/validate.done
	@.bench/validate/bin/python scripts/validate_package.py "$(PACKAGE)" $(FLAGS)

respond: .venv/requirements.done
	@./evergreen respond "$(REVIEW)" "$(MANUSCRIPT)" --since "$(SINCE)" $(FLAGS)

# A living review (docs/living.md).
#   make update REVIEW=../my-review DATE=2026-06-30    add a round to the protocol
#   make freeze REVIEW=../my-review VERSION=1.0        keep what is published
#   make compare REVIEW=../my-review A=1.0 B=now       what changed between versions, rounds, git revisions
update: .venv/requirements.done
	@./evergreen update "$(REVIEW)" "$(DATE)"

freeze: .venv/requirements.done
	@./evergreen freeze "$(REVIEW)" "$(VERSION)"

compare: .venv/requirements.done
	@./evergreen compare "$(REVIEW)" "$(A)" "$(B)"

# The review with its jobs on SLURM, from a host that can submit (docs/scaling.md): account and partition go into
# profiles/slurm/config.yaml, or into SLURM_FLAGS="--default-resources slurm_account=ours slurm_partition=short mem_mb=1000 runtime=10".
# EVERGREEN_SUBMIT=all submits the small steps and the search too.
slurm: .venv/requirements-slurm.done
	$(BIN)/snakemake --profile profiles/slurm --local-cores $(CORES) $(SLURM_FLAGS)

# The pages of a review, which save what people decide into its config/; a link for each person, for this machine only:
# make screen REVIEW=../my-review PERSON="AB CD" (docs/screening.md).
screen: .venv/requirements.done
	@./evergreen screen "$(or $(REVIEW),.)" $(foreach person,$(PERSON),--person $(person))

# Fonts for names in scripts that DejaVu Sans lacks; figures are drawn with them from the next run on.
fonts: .venv/requirements-fonts.done

test: .venv/requirements-dev.done
	$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_FLAGS)

# The same tests with no network but loopback.
offline: .venv/requirements-dev.done
	unshare --map-root-user --net sh -c 'ip link set lo up && exec $(MAKE) test'

lint: .venv/requirements-dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile rules
	PYTHONPATH=scripts $(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.unused
	$(BIN)/snakemake --lint

types: .venv/requirements-dev.done
	$(BIN)/mypy scripts

# The schema and the reference of the protocol, from its models.
protocol: .venv/requirements.done
	PYTHONPATH=scripts $(BIN)/python -m evergreen.protocol

# The same of the risk-of-bias tools.
tools: .venv/requirements.done
	PYTHONPATH=scripts $(BIN)/python -m evergreen.bias.tools

# The same of a result.
result: .venv/requirements.done
	PYTHONPATH=scripts $(BIN)/python -m evergreen.synthesis.result

# The page about conversions, from their table.
conversions: .venv/requirements.done
	PYTHONPATH=scripts $(BIN)/python -m evergreen.extraction.conversion_reference

# The reference of queries on extracted data, from their registry.
queries: .venv/requirements.done
	PYTHONPATH=scripts $(BIN)/python -m evergreen.extraction.queries

format: .venv/requirements-dev.done
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/snakefmt Snakefile rules

.venv/requirements.done: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Evergreen needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@

.venv/requirements-dev.done: requirements-dev.txt .venv/requirements.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@

.venv/requirements-fonts.done: requirements-fonts.txt .venv/requirements.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-fonts.txt
	touch $@

.venv/requirements-package.done .venv/requirements-slurm.done: .venv/requirements-%.done: requirements-%.txt .venv/requirements.done
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

clean:
	rm -rf .snakemake
	find results -mindepth 1 ! -name README.md -delete

bench-workflow:
	$(PYTHON) benchmarks/workflow.py

BASE ?= e08b367
# What a review costs, this commit beside BASE, in one table (docs/performance.md); some hours of two processors. ROWS: some of them.
bench: .venv/requirements-dev.done
	$(BIN)/python benchmarks/table.py --base $(BASE) $(if $(ROWS),--rows $(ROWS),--write docs/performance.md)

# How time and memory grow with records, outcomes, studies and rounds, in the same page; some hours of two processors. SERIES: some of them.
bench-growth: .venv/requirements-dev.done
	$(BIN)/python benchmarks/growth.py $(if $(SERIES),--series $(SERIES)) --write docs/performance.md --draw docs/images/growth.svg

bench-runs: .venv/requirements-dev.done
	$(BIN)/python benchmarks/table.py --base $(BASE) --rows bundled

# CPU time of reading a large RIS file, beside BASE.
bench-import: .venv/requirements-dev.done
	$(BIN)/python benchmarks/import_ris.py --base $(BASE)

bench-extraction: .venv/requirements-dev.done
	$(BIN)/python benchmarks/extraction.py --base $(BASE)

bench-search: .venv/requirements-dev.done
	$(BIN)/python benchmarks/search_pubmed.py

faults: .venv/requirements-dev.done
	PYTHONPATH=scripts $(BIN)/python -m tests.faults.matrix --seeds 50

# After 500 random edits of what people write, one run leaves what a run from nothing leaves; some two hours of two processors.
EDITS ?= 500
SEED ?= 1
fixpoint: .venv/requirements-dev.done
	$(BIN)/python -m tests.fixpoint --edits $(EDITS) --seed $(SEED)

# Runs killed at random moments are completed by the next one; about three hours of two processors.
chaos: .venv/requirements-dev.done
	$(BIN)/python -m tests.chaos --mini 200 --bundled 40 --seed $(SEED)

# Every result cut, altered and deleted: the next run heals it, or refuses it by name; about an hour of two processors.
damage: .venv/requirements-dev.done
	$(BIN)/python -m tests.chaos.damage --review mini

# 3,000 records screened by two people at once in Chromium, the server killed ten times; some minutes.
desk: .venv/requirements-dev.done
	PYTHONPATH=scripts $(BIN)/python -m tests.serve.campaign --seed $(SEED)

# Screening as a model in plain loops counts it, after 10,000 random histories; about half an hour of one processor.
SEQUENCES ?= 10000
sequences: .venv/requirements-dev.done
	EVERGREEN_SEQUENCES=$(SEQUENCES) $(BIN)/python -m pytest tests/properties/test_screening_sequences.py $(PYTEST_FLAGS)

# metafor (R) is run on all data sets of metadat and on made-up ones, and every number is compared; a few hours of one processor.
compare-metafor: .venv/requirements-dev.done
	folder=$$(mktemp -d) && \
	for subject in univariate mixed dependent; do Rscript tests/reference/metafor/$$subject.R $$folder || exit 1; done && \
	PYTHONPATH=scripts $(BIN)/python -m tests.reference.oracle $$folder && rm -r $$folder

# metafor's results for data sets of our own making, which the tests of every clone are held against, are made again (half an hour;
# R with metafor 3.8, lme4, clubSandwich, BiasedUrn and numDeriv), or made and compared with those that are committed.
reference-oracle: .venv/requirements-dev.done
	$(BIN)/python -m tests.reference.committed

check-reference-oracle: .venv/requirements-dev.done
	$(BIN)/python -m tests.reference.committed --check

# Other tools live in environments of their own.
bench-peers: bench-dedup bench-pooling

bench-dedup: .venv/requirements-dev.done .bench/dedup.done
	$(BIN)/python benchmarks/dedup.py --others .bench/dedup/bin/python

bench-pooling: .venv/requirements-dev.done .bench/pooling.done
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/pooling.py --peers .bench/pooling/bin/python

.bench/validate.done: requirements-validate.txt
	$(PYTHON) -m venv .bench/validate
	.bench/validate/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

.bench/%.done: benchmarks/requirements-%.txt
	$(PYTHON) -m venv .bench/$*
	.bench/$*/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	touch $@
