"""A query → the passages worth ranking, by meaning and by words.

Ranking looks closely at each, so what is wanted here is to miss none: passages near
the question, passages with a sentence near it, and passages that share its words.
"""

from __future__ import annotations

from citeback.ask.question import Query
from citeback.index import candidates as stored
from citeback.index.candidates import Candidate
from citeback.index.catalog import Catalog
from citeback.index.snapshot import Snapshot

# How many come from each source. With 20 of each nearly all was found already.
PASSAGES = 30
SENTENCES = 60
BY_WORDS = 30


def search(query: Query, catalog: Catalog, snapshot: Snapshot) -> list[Candidate]:
    """The candidates for a query, each once, in no promised order."""
    near, _ = snapshot.passages.search(query.vector, PASSAGES)
    sentences, _ = snapshot.sentences.search(query.vector, SENTENCES)
    found = {
        *near.tolist(),
        *stored.passages_of_sentences(catalog, sentences.tolist()),
        *stored.with_words(catalog, list(query.stems), BY_WORDS),
    }
    return stored.candidates(catalog, sorted(found))
