"""Questions to begin with, made from the texts' own headings, names and phrases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from citeback.index import words
from citeback.records import BlockKind, Document, Span

# Small words inside a name: "Institute of South Asian Studies".
JOINING = frozenset({"of", "the", "and", "for", "on", "de", "la", "du", "der", "von"})
MAX_WORDS = 7
# A beginning is enough to find something worth asking about.
MAX_CHARACTERS = 40_000


def example_questions(documents: Iterable[Document], limit: int) -> tuple[str, ...]:
    """Up to `limit` questions, one kind and document after the other in turn."""
    queues = [
        iterator
        for document in documents
        for iterator in (_phrases(document), _names(document), _headings(document))
    ]
    topics: dict[str, str] = {}
    while queues and len(topics) < limit:
        queues = [queue for queue in queues if _take(queue, topics)]
    return tuple(f"What does the text say about {topic}?" for topic in topics.values())[
        :limit
    ]


def _take(queue: Iterator[str], topics: dict[str, str]) -> bool:
    """Put the next topic of the queue that shares no word with those before."""
    for topic in queue:
        seen = {stem for known in topics for stem in known.split()}
        stems = list(words.content_stems(topic))
        if stems and not seen.intersection(stems):
            topics[" ".join(stems)] = topic
            return True
    return False


def _headings(document: Document) -> Iterator[str]:
    for block in document.blocks:
        heading = document.text[block.start : block.end].strip("#=- \n\t")
        if block.kind is BlockKind.HEADING and 0 < len(heading.split()) <= MAX_WORDS:
            yield f"“{heading}”"


def _phrases(document: Document) -> Iterator[str]:
    """Runs of two or three plain words that the text uses again and again."""
    counts: Counter[str] = Counter()
    for text in _prose(document):
        marked = list(words.words(text))
        for length in (3, 2):
            for run in zip(*(marked[i:] for i in range(length)), strict=False):
                if _is_phrase(text, run):
                    counts[text[run[0][1].start : run[-1][1].end]] += length - 1
    for phrase, count in counts.most_common():
        if count < 3:
            return
        yield phrase


def _is_phrase(text: str, run: Sequence[tuple[str, Span]]) -> bool:
    for (_, left), (_, right) in pairwise(run):
        if text[left.end : right.start] != " ":
            return False
    return all(
        word not in words.STOP_WORDS and len(word) > 2 and text[span.start].islower()
        for word, span in run
    )


def _names(document: Document) -> Iterator[str]:
    """Names of two words or more, the longest first."""
    found: dict[str, None] = {}
    for text in _prose(document):
        for name in _runs_of_capitals(text):
            found.setdefault(name)
    yield from sorted(found, key=lambda name: -len(name.split()))


def _runs_of_capitals(text: str) -> Iterator[str]:
    marked = list(words.words(text))
    start = 0
    while start < len(marked):
        end = start
        last = start  # one past the last capital
        while end < len(marked):
            word = text[marked[end][1].start : marked[end][1].end]
            near = end == start or text[
                marked[end - 1][1].end : marked[end][1].start
            ] in (" ", "-", "\n")
            if not near or not (
                _is_name_word(word) or (end > start and word in JOINING)
            ):
                break
            end += 1
            if word not in JOINING:
                last = end
        if 2 <= last - start <= MAX_WORDS:
            first = start + (marked[start][0] in words.STOP_WORDS)
            if last - first >= 2:
                begin = marked[first][1].start
                article = "the " if text[:begin].lower().endswith("the ") else ""
                name = text[begin : marked[last - 1][1].end]
                yield article + " ".join(name.split())
        start = max(end, start + 1)


def _is_name_word(word: str) -> bool:
    return word[0].isupper() or word.isdigit()


def _prose(document: Document) -> Iterator[str]:
    taken = 0
    for block in document.blocks:
        if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST):
            yield document.text[block.start : block.end]
            taken += block.end - block.start
        if taken > MAX_CHARACTERS:
            return
