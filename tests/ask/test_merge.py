"""Two answers become one that is judged by what both libraries hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder

from citeback.ask.merge import merged, merged_absence, merged_every
from citeback.ask.scope import NO_MATCH
from citeback.ask.verdict import assurance, probability, verdict
from citeback.library import Library
from citeback.records import Answer, Selection, Verdict

KETTLE = "How long does the blue kettle take to boil water?"


@pytest.fixture
def shared(make_library: MakeLibrary) -> Library:
    library = make_library()
    library.update()
    return library


@pytest.fixture
def own(tmp_path: Path) -> Library:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.txt").write_text(
        "The blue kettle of my aunt boils water in nine minutes.\n\nShe is Anna."
    )
    (folder / "copy.txt").write_text("The blue kettle boils water in four minutes.")
    library = Library.open(folder, tmp_path / "own-index", encoder=WordHashEncoder())
    library.update()
    return library


def both(shared: Library, own: Library, question: str, **more: Selection) -> Answer:
    return merged([one.ask(question, **more) for one in (shared, own)], 3)  # type: ignore[arg-type]


def test_hits_are_those_of_both_by_score(shared: Library, own: Library) -> None:
    one, other = shared.ask(KETTLE), own.ask(KETTLE)
    answer = merged([one, other], 3)
    assert [hit.number for hit in answer.hits] == [1, 2, 3]
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == max(one.hits[0].score, other.hits[0].score)
    assert {"mine.txt", "kettle.txt"} <= {
        source.path
        for hit in answer.hits
        for source in (hit.source, *(place.source for place in hit.also_in))
    }


def test_the_verdict_goes_by_the_lead_over_both(shared: Library, own: Library) -> None:
    answer = merged([shared.ask(KETTLE), own.ask(KETTLE)], 3)
    first, second = answer.hits[:2]
    assert answer.evidence.score == first.score
    assert answer.evidence.lead == pytest.approx(first.score - second.score)
    assert answer.probability == probability(answer.evidence)
    assert answer.verdict is verdict(answer.probability)
    assert answer.assurance == assurance(answer.verdict)
    # Its own library alone would have been surer.
    assert answer.evidence.lead < shared.ask(KETTLE).evidence.lead


def test_the_same_passage_in_both_is_one(shared: Library, own: Library) -> None:
    hits = both(shared, own, "The blue kettle boils water in four minutes.").hits
    together = {hits[0].source.path, *(place.source.path for place in hits[0].also_in)}
    assert together == {"kettle.txt", "copy.txt"}


def test_a_word_is_unseen_only_where_neither_uses_it(
    shared: Library, own: Library
) -> None:
    assert "aunt" in shared.ask("Is the aunt a zebra?").unseen
    assert both(shared, own, "Is the aunt a zebra?").unseen == ("zebra",)


def test_what_only_one_finds_is_found(shared: Library, own: Library) -> None:
    chosen = Selection(paths=("mine.txt",))
    answer = both(shared, own, KETTLE, selection=chosen)
    assert {hit.source.path for hit in answer.hits} == {"mine.txt"}
    assert NO_MATCH not in answer.notice
    none = both(shared, own, KETTLE, selection=Selection(paths=("none.txt",)))
    assert (none.hits, none.verdict) == ((), Verdict.SILENT)
    assert none.notice == NO_MATCH


def test_a_filter_without_a_question_shows_passages_of_both(
    shared: Library, own: Library
) -> None:
    answer = both(shared, own, '"blue kettle"')
    assert len(answer.hits) >= 2
    alone = both(shared, own, "file:mine.txt")
    assert {hit.source.path for hit in alone.hits} == {"mine.txt"}
    assert alone.verdict is Verdict.TOUCHES


def test_every_passage_of_both_is_counted(shared: Library, own: Library) -> None:
    answer = merged_every([one.every("blue kettle") for one in (own, shared)])
    assert answer.count == 3
    paths = [one.source.path for one in answer.documents]
    assert paths == ["copy.txt", "mine.txt", "kettle.txt"]


def test_an_absence_holds_of_both(shared: Library, own: Library) -> None:
    reports = [one.absent("blue kettle") for one in (own, shared)]
    both = merged_absence(reports)
    assert [one.source.path for one in both.places] == [
        "copy.txt",
        "mine.txt",
        "kettle.txt",
    ]
    assert (both.documents, both.paragraphs) == (4, sum(r.paragraphs for r in reports))
    assert [hit.number for hit in both.nearest] == list(range(1, len(both.nearest) + 1))
    scores = [hit.score for hit in both.nearest]
    assert scores == sorted(scores, reverse=True)
    nowhere = merged_absence([one.absent("aunt") for one in (shared, own)])
    assert [one.source.path for one in nowhere.places] == ["mine.txt"]
    assert nowhere.nearest[0].source.path == "mine.txt"
