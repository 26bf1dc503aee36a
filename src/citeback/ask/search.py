"""A query → the passages worth ranking, by meaning and by words.

Ranking looks closely at each, so what is wanted here is to miss none: passages near
the question, passages with a sentence near it, and passages that share its words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from citeback.ask.question import Query
from citeback.index import candidates as stored
from citeback.index.candidates import Candidate
from citeback.index.catalog import Catalog
from citeback.index.snapshot import Snapshot

# How many come from each source. With 50 of each hardly any more came through to
# the close ranking (docs/retrieval.md).
PASSAGES = 12
SENTENCES = 20
BY_WORDS = 20
# The idf of a word that a third of the passages hold: to look all of those up takes the
# longest and adds nothing. (A fifth costs 0.1 points of R@1 on forum posts.)
COMMON = math.log(3)
# A filter that leaves no more passages than this has all of them ranked.
FEW = 2000


def search(
    query: Query,
    catalog: Catalog,
    snapshot: Snapshot,
    among: Sequence[int] | None = None,
) -> list[Candidate]:
    """The candidates for a query, each once, in no promised order.

    With `among`, only passages of those ids; a filter is applied before anything is
    cut off, so that a narrow one loses nothing.
    """
    if among is not None and len(among) <= FEW:
        return stored.candidates(catalog, among)
    passages = sentences = None
    if among is not None:
        passages = np.array(among, dtype=np.int64)
        sentences = np.array(stored.sentences_of(catalog, among), dtype=np.int64)
    near, _ = snapshot.passages.search(query.vector, PASSAGES, passages)
    spoken, _ = snapshot.sentences.search(query.vector, SENTENCES, sentences)
    found = {
        *near.tolist(),
        *stored.passages_of_sentences(catalog, spoken.tolist()),
        *stored.with_words(catalog, _telling(query), BY_WORDS, among),
    }
    return stored.candidates(catalog, sorted(found))


def _telling(query: Query) -> list[str]:
    """The stems that tell passages apart; the rarest one if none does."""
    rare = [stem for stem in query.stems if query.idf[stem] > COMMON]
    return rare or [max(query.stems, key=lambda stem: query.idf[stem])]
