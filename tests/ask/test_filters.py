"""The query language: what is an operator, what is plain text, what a filter lets by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeLibrary
from hypothesis import example, given
from hypothesis import strategies as st

from citeback.ask.filters import NO_FILTER, holds_phrase, parsed, text_of
from citeback.errors import QuestionError
from citeback.index import embedded, snapshot
from citeback.index.days import day_of
from citeback.library import Library
from citeback.records import Turn, Verdict
from citeback.serve import terminal
from citeback.serve.as_json import every_json
from citeback.serve.citing import of_every

DATED = {
    "reports/old.md": "---\ndate: 2019-05-04\n---\nThe mayor opened the café in May.",
    "reports/new.md": "---\ndate: 18 March 2021\n---\nThe mayor closed the mill.\n\n"
    "A follow-on plan for re-entry was agreed. The mayors met.",
    "notes.txt": "The mayor has no date. The Mayor\nopened nothing.",
}


@pytest.fixture
def library(make_library: MakeLibrary, content: Path) -> Library:
    for name, text in DATED.items():
        (content / name).parent.mkdir(exist_ok=True)
        (content / name).write_text(text, encoding="utf-8")
    opened = make_library()
    opened.update()
    return opened


def paths(library: Library, question: str) -> set[str]:
    return {hit.source.path for hit in library.ask(question, limit=50).hits}


@pytest.mark.parametrize(
    "question",
    ['"the dam"', "“the dam”", "„the dam“", "„the dam”", "«the dam»", "»the dam«"],
)
def test_an_exact_phrase_keeps_its_words_in_the_question(question: str) -> None:
    found = parsed(f"Who built {question}?")
    assert found.filter.phrases == ("the dam",)
    assert found.text == "Who built the dam?"
    assert found.quoted == f"Who built {question}?"


@pytest.mark.parametrize(
    ("question", "files"),
    [
        ("mill (file:report)", ("report",)),
        ("mill file:report(1).md", ("report(1).md",)),
        ("mill file:a.md, file:b.md", ("a.md", "b.md")),
    ],
)
def test_a_file_ends_where_its_name_does(question: str, files: tuple[str, ...]) -> None:
    assert parsed(question).filter.files == files


def test_every_operator_is_taken_out_of_the_question() -> None:
    found = parsed(
        'Who paid -norway -"follow-on plan" File:reports/*.md file:"my notes.txt" '
        "after:2019 before:2021-06?"
    )
    assert found.text == "Who paid"
    assert found.filter.without == ("norway", "follow-on plan")
    assert found.filter.files == ("reports/*.md", "my notes.txt")
    assert (found.filter.after, found.filter.before) == ("2019-01-01", "2021-06-01")


@pytest.mark.parametrize(
    "question",
    [
        'What is a 5" pipe?',
        'Are 5" and 6" pipes alike?',
        'What is "foo?',
        "What does re-entry mean in a follow-on plan?",
        "What – if anything – is left?",
        "a - b --c -5 degrees",
        "foo:bar is at http://example.org/a:b",
        "The times before: the war, after: peace",
        '"" and "?!"',
    ],
)
def test_what_only_looks_like_an_operator_is_plain_text(question: str) -> None:
    found = parsed(question)
    assert (found.text, found.filter) == (question, NO_FILTER)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("after:soon what?", "“after:soon” wants a date: a year"),
        ("before:2020-13 what?", "wants a date"),
        ("after:2020-02-31", "wants a date"),
        ("after:2021 before:2020", "No day is both on or after 2021-01-01"),
    ],
)
def test_a_date_that_is_none_is_said(question: str, message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        parsed(question)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-03-18", "2021-03-18"),
        ("2021-03-18T10:00:00Z", "2021-03-18"),
        ("2021-03", "2021-03-01"),
        ("2021", "2021-01-01"),
        ("18 March 2021", "2021-03-18"),
        ("March 18th, 2021", "2021-03-18"),
        ("Sept. 2021", "2021-09-01"),
        ("03/04/2021", ""),
        ("31 February 2021", ""),
        ("room 2021", ""),
        ("2021 or so", ""),
        ("", ""),
    ],
)
def test_dates_of_documents(written: str, day: str) -> None:
    assert day_of(written) == day


def test_a_phrase_is_matched_on_folded_words_in_a_row() -> None:
    text = "The Mayor’s\n  Café, opened."
    for phrase in ("mayor's cafe", "CAFÉ opened", "the   mayor’s"):
        assert holds_phrase(text, phrase)
    for phrase in ("mayor cafe", "cafés", "opened café", "caf"):
        assert not holds_phrase(text, phrase)


@given(st.text(max_size=60))
def test_any_text_can_be_taken_apart(question: str) -> None:
    try:
        found = parsed(question)
    except QuestionError:
        return
    assert found.text == text_of(question)
    assert parsed(f"{found.quoted} {found.operators}").filter == found.filter


SIGNS = [
    '"',
    "“",
    "”",
    "„",
    "«",
    "-",
    " ",
    "dam",
    "file:",
    "tag:a",
    "after:2020",
    "(",
    "x-y",
]


@example('tag:a(-dam("')
@example('-dam("dam"')
@given(st.lists(st.sampled_from(SIGNS), max_size=12).map("".join))
def test_any_row_of_operators_can_be_taken_apart(question: str) -> None:
    try:
        found = parsed(question)
    except QuestionError:
        return
    assert parsed(f"{found.quoted} {found.operators}").filter == found.filter


def test_exact_words_must_occur_and_are_not_inflected(library: Library) -> None:
    assert paths(library, "Who opened “the mayor”?") == {
        "reports/old.md",
        "reports/new.md",
        "notes.txt",
    }
    assert paths(library, '"the mayors"') == {"reports/new.md"}
    assert paths(library, '"MAYOR opened"') == {"reports/old.md", "notes.txt"}
    assert paths(library, '"mayor opened" "the cafe"') == {"reports/old.md"}


def test_a_word_with_a_minus_must_not_occur(library: Library) -> None:
    assert paths(library, "mayor -café file:reports") == {"reports/new.md"}
    assert paths(library, 'mayor -"no date" -mill') >= {"reports/old.md"}
    assert "notes.txt" not in paths(library, 'mayor -"no date"')


def test_files_are_chosen_by_a_part_of_their_path(library: Library) -> None:
    assert paths(library, "mayor file:REPORTS/") == {"reports/old.md", "reports/new.md"}
    assert paths(library, "mayor file:n*.md") == {"garden.md", "reports/new.md"}
    assert paths(library, "mayor file:notes file:old") == {
        "notes.txt",
        "reports/old.md",
    }


def test_a_tag_chooses_by_what_the_head_and_the_folder_say(
    library: Library, content: Path
) -> None:
    (content / "tagged.md").write_text(
        "---\ntitle: Mill\nkeywords: Water mills; Norway\n---\nThe mayor was seen."
    )
    library.update()
    assert paths(library, "mayor tag:reports") == {"reports/old.md", "reports/new.md"}
    assert paths(library, 'mayor tag:"WATER MILLS"') == {"tagged.md"}
    assert paths(library, "mayor tag:water") == set()
    assert paths(library, "mayor tag:norway, tag:reports file:.md") == {
        "tagged.md",
        "reports/old.md",
        "reports/new.md",
    }


def test_dates_leave_out_what_has_none_and_say_so(library: Library) -> None:
    answer = library.ask("Who is the mayor? after:2020")
    assert {hit.source.path for hit in answer.hits} == {"reports/new.md"}
    assert "no date of theirs is known: 3." in answer.notice
    assert paths(library, "mayor before:2021-03-18") == {"reports/old.md"}
    assert paths(library, "mayor after:2021-03-18") == {"reports/new.md"}
    assert paths(library, "mayor after:2019-05-04 before:2019-05-05") == {
        "reports/old.md"
    }
    assert library.ask("Who is the mayor?").notice == ""


def test_a_filter_alone_shows_the_first_passages(library: Library) -> None:
    answer = library.ask("file:new.md", limit=1)
    assert [hit.passage.text for hit in answer.hits] == ["The mayor closed the mill."]
    assert answer.hits[0].quote == "The mayor closed the mill."
    assert "the first of 2 passages" in answer.notice


def test_a_filter_that_nothing_matches_is_said(library: Library) -> None:
    answer = library.ask("mayor file:nowhere")
    assert (answer.hits, answer.verdict) == ((), Verdict.SILENT)
    assert "No passage matches the filter" in answer.notice


def test_to_be_alone_behind_a_filter_is_no_reason_to_trust(library: Library) -> None:
    one = library.ask("Who closed the mill? file:garden.md -spade", limit=5)
    alone = library.ask('Who closed the mill? "planted in 1987"')
    assert len(alone.hits) == 1
    assert alone.evidence.lead == 0
    assert one.verdict is not Verdict.ANSWERS


@pytest.mark.parametrize(("few", "exactly"), [(0, 0), (0, 10_000), (10_000, 0)])
def test_a_narrow_filter_finds_what_many_better_ones_hide(
    library: Library,
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    exactly: int,
) -> None:
    able = replace(embedded.CAPABILITIES, ranked_whole=few)
    monkeypatch.setattr(embedded, "CAPABILITIES", able)
    monkeypatch.setattr(snapshot, "EXACTLY", exactly)
    (content / "many.txt").write_text(
        "\n\n".join(f"The mayor closed the mill {n} times." for n in range(300))
    )
    library.update()
    assert paths(library, "Who closed the mill? -many") >= {"many.txt"}
    assert paths(library, "The mayor closed the mill file:old.md") == {"reports/old.md"}
    assert "many.txt" not in paths(library, "Has the mayor closed it? after:2000")


def test_a_follow_up_keeps_its_own_filter_alone(library: Library) -> None:
    first = 'Who opened "the café" after:2019'
    turns = [Turn(first, first, "", "")]
    answer = library.ask("And the mill? file:new", turns=turns)
    assert answer.searched == "The mill? Who opened the café file:new"
    assert {hit.source.path for hit in answer.hits} == {"reports/new.md"}
    again = library.ask(answer.searched)
    assert again.hits == answer.hits


def test_the_absence_of_a_phrase_in_quotation_marks(library: Library) -> None:
    report = library.absent('"the mayor flew"')
    assert (report.places, bool(report.nearest)) == ((), True)


def test_every_passage_holds_all_content_words(library: Library) -> None:
    found = library.every("Which mayors opened something? -nothing")
    texts = [p.passage.text for d in found.documents for p in d.passages]
    assert texts == []
    found = library.every("Has the mayor opened?")
    assert found.count == 2
    assert [d.source.path for d in found.documents] == ["notes.txt", "reports/old.md"]
    for document in found.documents:
        whole = library.document(document.source.path).text
        for one in document.passages:
            marked = {whole[s.start : s.end].lower() for s in one.words}
            assert marked == {"mayor", "opened"}


def test_every_passage_of_a_filter_stands_in_reading_order(library: Library) -> None:
    found = library.every("file:reports before:2022")
    starts = [[p.passage.start for p in d.passages] for d in found.documents]
    assert found.count == 3
    assert [d.source.path for d in found.documents] == [
        "reports/new.md",
        "reports/old.md",
    ]
    assert all(row == sorted(row) for row in starts)
    assert library.every('"THE mayor" closed').count == 1
    assert library.every("zeppelin").count == 0
    assert "no date of theirs" in library.every("mayor after:2000").notice
    with pytest.raises(QuestionError, match="no words"):
        library.every("?!")


def test_every_passage_means_its_own_text_and_reading_order(
    library: Library, content: Path
) -> None:
    text = "\n\n".join(f"The ferry made {n} trips." for n in range(12))
    (content / "Ferries.txt").write_text(text)
    library.update()
    (document,) = library.every("ferry trips file:ferries").documents
    places = [one.passage.paragraph for one in document.passages]
    assert places == list(range(1, 13))
    assert library.every("apple tree").count == 1
    assert library.every("apple tree garden").count == 0  # only its heading says so


def test_the_command_line_counts_every_passage(
    library: Library,
) -> None:
    lines = "\n".join(terminal.every_lines(library.every('"the mayor" -café')))
    assert lines.startswith("2 passages in 2 documents.")
    assert "reports/new.md:" in lines
    found = library.every("file:new")
    plain = every_json(found, library.receipts(of_every(found)))
    assert plain["count"] == 2
    assert plain["documents"][0]["passages"][1]["passage"]["text"].startswith(
        "A follow"
    )
