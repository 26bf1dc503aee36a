# Checks that take longer than the tests; their last results are in docs/.
SHARED ?= ../shared
SETS = $(SHARED)/eval/xquad-en $(SHARED)/eval/squad2-half $(SHARED)/eval/squadshifts-reddit

.PHONY: test fuzz evaluate calibrate peers screenshots sizes first-answer

test:
	python -m pytest

# Ten minutes or so of damaged files for every reader.
fuzz:
	CITEBACK_TEST_FUZZ=5000 python -m pytest -q tests/ingest/formats -k "damage"

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
