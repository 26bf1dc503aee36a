"""The page of results: complete in itself, and harmless whatever the texts hold."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from outcome_doubles import hit, outcome, target

from citeback.evaluate import confidence, measures, page
from citeback.evaluate.records import Found, Outcome
from citeback.evaluate.report import Report, report_json, report_lines
from citeback.records import LibrarySize, Verdict

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
A = replace(target("a"), name=EVIL, text=EVIL)


def report(*outcomes: Outcome) -> Report:
    return Report(
        name=f"set {EVIL}",
        method="citeback",
        made="2026-01-01T00:00:00+00:00",
        machine="Linux",
        encoder="word-hash-1",
        size=LibrarySize(documents=2, paragraphs=2, passages=2, sentences=2),
        unfindable=(EVIL,),
        left_out=0,
        outcomes=outcomes,
        ranking=measures.ranking(outcomes),
        confidence=confidence.confidence(outcomes),
        times=measures.times(outcomes),
    )


@pytest.fixture
def hostile() -> Report:
    second = outcome([[], [A]], [A], text=EVIL, probability=0.3)
    found = tuple(Found(EVIL, hit(text=EVIL), place.targets) for place in second.found)
    return report(
        replace(second, found=found),
        outcome([[]], [A], text=EVIL),
        replace(outcome([], [A], text=EVIL), refusal=EVIL),
        outcome([[]], [], text=EVIL, verdict=Verdict.ANSWERS),
        outcome([[A]], [A]),
    )


class Tags(HTMLParser):
    """Collects every tag and attribute, and checks that tags close in order."""

    VOID = frozenset({"meta", "line", "circle", "path", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.names.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_hostile_text_stays_text(hostile: Report) -> None:
    tags = Tags(page.html(hostile))
    assert not tags.names & {"script", "img", "iframe", "link", "a", "base", "object"}
    assert not {name for name in tags.attributes if name.startswith("on")}
    assert tags.open == []
    assert page.html(hostile).count("&lt;script&gt;") > 8


def test_nothing_is_loaded_from_elsewhere(hostile: Report) -> None:
    html = page.html(hostile)
    tags = Tags(html)
    assert not tags.attributes & {"src", "href", "srcset", "action", "data"}
    assert not re.search(r"https?:|//|url\(|@import", html)


def test_the_page_shows_numbers_plots_and_misses(hostile: Report) -> None:
    html = page.html(hostile)
    # One of the four answerable questions is right.
    assert "<b>0.250</b>R@1" in html
    assert html.count("<svg") == 4
    assert "Right passage not first: 3" in html
    assert "Answered although the texts do not: 1" in html
    assert "Right, on rank 2" in html
    assert "Right, not among the first ten" in html
    assert "<dt>interaction</dt>" in html


def test_a_set_of_unanswerable_questions_has_a_page_too() -> None:
    html = page.html(report(outcome([[]]), outcome([[]])))
    assert html.count("<svg") == 3
    assert "R@1" not in html


def test_the_json_has_what_was_put_first_and_why(hostile: Report) -> None:
    plain = report_json(hostile)
    miss = plain["misses"][0]
    assert miss["rank"] == 2
    assert miss["first"]["parts"]["passage_meaning"] == 0.8
    assert miss["right"]["name"] == EVIL
    assert plain["questions"] == {"asked": 5, "answerable": 4, "left_out": 0}
    assert plain["ranking"]["R@1"]["value"] == 0.25


def test_the_terminal_shows_the_numbers(hostile: Report) -> None:
    text = "\n".join(report_lines(hostile))
    assert re.search(r"R@1 +0\.250 \(95 %: \d\.\d{3}–\d\.\d{3}\)", text)
    assert "p50 20 ms, p95 20 ms" in text
    assert "1 of the documents left no passage" in text
