# Checks that take longer than the tests; their last results are in docs/.
SHARED ?= ../shared
SETS = $(SHARED)/eval/xquad-en $(SHARED)/eval/squad2-half $(SHARED)/eval/squadshifts-reddit

CORPORA = $(addsuffix /corpus.jsonl,$(SETS))

.PHONY: test anchoring verifying claims fuzz api-fuzz volume cluster kills power load profile growth encoding evaluate calibrate peers screenshots sizes first-answer docs

# The documentation as a site, on this machine.
docs:
	mkdocs serve

test:
	python -m pytest

# Ten minutes of damaged files for all readers; CHANCE=2 damages them in other ways.
fuzz:
	CITEBACK_TEST_FUZZ_SECONDS=600 CITEBACK_TEST_FUZZ_CHANCE=$(or $(CHANCE),1) \
		python -m pytest -qs tests/test_fuzz.py

# Ten minutes of requests made from the description of the HTTP door; CHANCE=2 makes others.
api-fuzz:
	CITEBACK_TEST_API_FUZZ_SECONDS=$(or $(SECONDS),600) \
		CITEBACK_TEST_FUZZ_CHANCE=$(or $(CHANCE),1) \
		python -m pytest -qs tests/serve/api/test_running.py -k described

# 100,000 paragraphs from 1,000 files: memory, time, and kills on the way.
volume:
	PYTHONPATH=src:benchmarks python benchmarks/volume.py

# Ten minutes of kills, and five of power cuts; with SEED=… those of an earlier run.
kills:
	PYTHONPATH=src:tests python -m crash.kills $(if $(SEED),--seed $(SEED))

power:
	PYTHONPATH=src:tests python -m crash.failures $(if $(SEED),--seed $(SEED))

# 1,140 quotations looked for after edits, in two ways; with SEED=… other ones.
anchoring:
	PYTHONPATH=src:tests python benchmarks/anchoring.py \
		content/civil-society-rehabilitation-workshop.txt $(CORPORA) $(if $(SEED),--seed $(SEED))

# Memos with known errors, checked; sentences of drafts, looked up.
verifying:
	PYTHONPATH=src:tests python benchmarks/verifying.py $(SETS) --count 40

claims:
	PYTHONPATH=src:tests python benchmarks/claims.py $(SHARED)/eval/xquad-en \
		$(SHARED)/eval/squadshifts-reddit

# A Milvus cluster of separate processes, of which some are killed. Wants etcd and
# confluent-kafka: the file says how.
cluster:
	python benchmarks/cluster.py

# 64 askers for ten minutes at 1,000 and at 100,000 passages, while documents come and go;
# then with questions put together in batches against one by one.
load:
	python benchmarks/load.py --files 10
	python benchmarks/load.py --files 1000 --stand-in
	python benchmarks/load.py --files 10 --minutes 1 --compare

# Where the time of one question and of one document goes.
profile:
	PYTHONPATH=src python benchmarks/where_time_goes.py $(SHARED)/eval/squad2-half \
		--save docs/profile.svg

# From 1,000 to 1,000,000 passages; takes 20 GB in GROWTH, and an hour the first time. POOL are
# indexes (`citeback evaluate --keep`) of which the passages are put together.
growth:
	PYTHONPATH=src:benchmarks python benchmarks/growth.py $(GROWTH) --pool $(POOL) \
		--questions $(SHARED)/eval/squad2-half/queries.jsonl

# Indexing beside the bare model, txtai and LangChain, in turns.
encoding:
	PYTHONPATH=src python benchmarks/encoding.py $(SHARED)/eval/squad2-half

evaluate:
	for set in $(SETS); do python -m citeback evaluate $$set; done

calibrate:
	python benchmarks/calibrate.py $(SETS) --save docs/verdict.json

peers:
	python benchmarks/peers.py $(SETS)

screenshots:
	CITEBACK_SCREENSHOTS=docs/screenshots python -m pytest tests/browser

sizes:
	python benchmarks/sizes.py

first-answer:
	python benchmarks/first_answer.py
