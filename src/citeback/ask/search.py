"""A query → the passages worth ranking, by meaning and by words.

Ranking looks closely at each, so what is wanted here is to miss none: passages near
the question, passages with a sentence near it, and passages that share its words.
"""

from __future__ import annotations

import math

from citeback.ask.question import Query
from citeback.index.engine import EVERYWHERE, Candidate, View, Within, WordSearch

# How many come from each source. With 50 of each hardly any more came through to
# the close ranking (docs/retrieval.md).
PASSAGES = 12
SENTENCES = 20
BY_WORDS = 20
# So many times as many come by meaning where none can come by words (docs/scale.md).
WIDER = 8
# The idf of a word that a third of the passages hold: to look all of those up takes the
# longest and adds nothing. (A fifth costs 0.1 points of R@1 on forum posts.)
COMMON = math.log(3)


def search(query: Query, view: View, within: Within = EVERYWHERE) -> list[Candidate]:
    """The candidates for a query, each once, in no promised order.

    A filter is applied before anything is cut off, so that a narrow one loses nothing:
    the few passages that it leaves are all ranked.
    """
    able = view.capabilities
    few = able.ranked_whole
    if within != EVERYWHERE and view.count(within) <= few:
        return view.candidates(view.first(within, few))
    times = WIDER if able.words is WordSearch.NONE else 1
    found = {
        *view.passages_near(query.vector, PASSAGES * times, within),
        *view.sentences_near(query.vector, SENTENCES * times, within),
        *view.with_words(_telling(query), BY_WORDS, within),
    }
    return view.candidates(sorted(found))


def _telling(query: Query) -> list[str]:
    """The stems that tell passages apart; the rarest one if none does."""
    rare = [stem for stem in query.stems if query.idf[stem] > COMMON]
    return rare or [max(query.stems, key=lambda stem: query.idf[stem])]
