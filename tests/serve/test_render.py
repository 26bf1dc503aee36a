"""The HTML of answers and the reader's values: exact quotes, nothing live."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citeback.cite.receipt import paragraph_at
from citeback.records import (
    Answer,
    Block,
    BlockKind,
    Document,
    Evidence,
    Hit,
    LibrarySize,
    Parts,
    Passage,
    Place,
    Source,
    Span,
    Verdict,
)
from citeback.serve.cards import citation, keeps_lines
from citeback.serve.links import link_query
from citeback.serve.panels import (
    header_html,
    welcome_html,
)
from citeback.serve.reading import (
    Cited,
    cited_in,
    reader_view,
    surroundings,
)
from citeback.serve.render import (
    CARD_CHARACTERS,
    answer_html,
    problem_html,
    question_markdown,
)
from citeback.serve.strings import words_of

ENGLISH = words_of("en")

HOSTILE = (
    "<script>window.__xss=1</script>",
    '"><img src=x onerror=window.__xss=1>',
    "' onmouseover='window.__xss=1",
    "${window.__xss=1} {{value}} {@html 1}",
    "![a](http://example.invalid/a.png) [b](javascript:alert(1))",
    "</article></li></script><iframe src=//example.invalid>",
    "&lt;script&gt; &#60;img src=x&#62;",
    "a\u202egnp.exe\u0000 \ud83d\ude00".encode("utf-16", "surrogatepass").decode(
        "utf-16"
    ),
)


PARTS = Parts(**{field.name: 0.5 for field in fields(Parts)})


def source(**changes: str) -> Source:
    made = Source(
        path="a/b.txt", digest="0", title="The title", author="", date="", url=""
    )
    return replace(made, **changes)


def hit(text: str, best: str, *, start: int = 100, number: int = 1) -> Hit:
    """A hit whose passage has one sentence per period, in a document at `start`."""
    sentences = tuple(
        Span(start + found.start(), start + found.end())
        for found in re.finditer(r"\S[^.]*\.?", text)
    )
    at = start + text.index(best)
    passage = Passage(
        id=number,
        path="a/b.txt",
        start=start,
        end=start + len(text),
        text=text,
        paragraph=3,
        part=1,
        parts=1,
        headings=(),
        lead_in=None,
        sentences=sentences,
    )
    return Hit(
        number=number,
        passage=passage,
        source=source(),
        score=1.0,
        parts=PARTS,
        best=Span(at, at + len(best)),
        words=(),
        also_in=(),
    )


def answer(*hits: Hit, verdict: Verdict = Verdict.ANSWERS) -> Answer:
    return Answer(
        question="What is it?",
        verdict=verdict,
        probability=0.9,
        evidence=Evidence(score=1.0, lead=0.1, named=0.0, words=9),
        hits=hits,
        unseen=(),
        notice="",
        build=1,
        seconds=0.1,
    )


class Reading(HTMLParser):
    """Collects tags, attributes, and the text of chosen elements."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def text_of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]


OURS = {
    "article", "p", "i", "figure", "blockquote", "figcaption", "button", "span",
    "cite", "bdi", "h1", "h2", "h3", "ol", "ul", "li", "div", "mark", "details",
    "summary", "dl", "dt", "dd", "q", "header", "small", "code",
}  # fmt: skip


def assert_harmless(html: str) -> Reading:
    reading = Reading(html)
    assert set(reading.tags) <= OURS
    names = {name for name, _ in reading.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {"src", "href", "srcdoc", "formaction", "id"}
    return reading


def test_an_answer_leads_with_the_best_sentence() -> None:
    html = answer_html(answer(hit("It is blue. It is old.", "It is old.")), 2, ENGLISH)
    reading = assert_harmless(html)
    assert "The text answers this." in html
    assert reading.text_of("blockquote")[0] == "It is old."
    assert reading.text_of("mark") == ["It is old."]
    assert 'aria-label="Open source 1, The title, paragraph 3"' in html
    assert ("data-turn", "2") in reading.attributes
    assert "¶ 3" in html


def test_a_touching_answer_has_no_lead_quote() -> None:
    html = answer_html(answer(hit("One.", "One."), verdict=Verdict.TOUCHES), 0, ENGLISH)
    assert "The text touches on this but may not answer it." in html
    assert "<figure" not in html
    assert ">Passages<" in html


def test_a_silent_answer_says_so_and_names_unseen_words() -> None:
    silent = answer(hit("One.", "One."), verdict=Verdict.SILENT)
    html = answer_html(replace(silent, unseen=("elephant", "<b>")), 0, ENGLISH)
    reading = assert_harmless(html)
    assert reading.text_of("h3") == ["The text does not say.", "Nearest passages"]
    assert reading.text_of("q") == ["elephant", "<b>"]
    assert "<figure" not in html


def test_a_silent_answer_without_passages() -> None:
    html = answer_html(answer(verdict=Verdict.SILENT), 0, ENGLISH)
    assert "The text does not say." in html
    assert "Nearest" not in html


def test_the_notice_is_shown() -> None:
    noticed = replace(answer(), notice="Only the first 2,000 <letters> were used.")
    assert "Only the first 2,000 &lt;letters&gt; were used." in answer_html(
        noticed, 0, ENGLISH
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_how_often_such_a_verdict_was_right_stands_below_it(verdict: Verdict) -> None:
    said = replace(answer(verdict=verdict), assurance="In tests, <9> of 10.")
    html = answer_html(said, 0, ENGLISH)
    assert "In tests, &lt;9&gt; of 10." in html
    assert html.index("verdict") < html.index("In tests")
    assert "assurance" not in answer_html(answer(verdict=verdict), 0, ENGLISH)


def test_a_part_of_a_paragraph_is_named_and_headings_are_shown() -> None:
    one = hit("One.", "One.")
    passage = replace(one.passage, part=2, parts=3, headings=("A & B", "C"))
    html = answer_html(answer(replace(one, passage=passage)), 0, ENGLISH)
    assert "¶ 3 (part 2 of 3)" in html
    assert "A &amp; B › C" in html


def test_a_heading_that_says_what_the_title_says_is_not_shown_again() -> None:
    one = hit("One.", "One.")
    passage = replace(one.passage, headings=("The Title", "Below it"))
    html = answer_html(answer(replace(one, passage=passage)), 0, ENGLISH)
    assert '<span class="path"><bdi>Below it</bdi></span>' in html
    passage = replace(one.passage, headings=("The title",))
    html = answer_html(answer(replace(one, passage=passage)), 0, ENGLISH)
    assert '<span class="path">' not in html


def test_bars_stay_between_0_and_100() -> None:
    parts = replace(PARTS, passage_words=1.4, sentence_words=-0.1)
    html = answer_html(answer(replace(hit("One.", "One."), parts=parts)), 0, ENGLISH)
    widths = re.findall(r"width:(\d+)%", html)
    assert sorted(widths) == sorted(["100", "0"] + ["50"] * (len(fields(Parts)) - 2))


def test_every_part_has_its_label() -> None:
    html = answer_html(answer(hit("One.", "One.")), 0, ENGLISH)
    labels = [ENGLISH(f"part_{field.name}") for field in fields(Parts)]
    assert Reading(html).text_of("dt") == labels


def test_near_duplicates_can_be_opened() -> None:
    place = Place(source=source(title="Other <b>"), paragraph=9, start=5, end=9)
    html = answer_html(
        answer(replace(hit("One.", "One."), also_in=(place,))), 0, ENGLISH
    )
    assert_harmless(html)
    assert 'data-n="1" data-also="0"' in html
    assert "Other &lt;b&gt;" in html
    assert "¶ 9" in html


def test_the_lead_in_of_a_list_stands_before_its_later_part() -> None:
    html = answer_html(
        answer(hit("- a rake", "- a rake")), 0, ENGLISH, {1: "The shed holds:"}
    )
    assert Reading(html).text_of("p")[1].strip() == "The shed holds:"


def test_a_copied_quote_is_exact_and_says_where_it_is_from() -> None:
    quoted = hit('He said\n"no" & left.', 'He said\n"no" & left.')
    html = answer_html(answer(quoted), 0, ENGLISH)
    assert (
        citation(quoted.quote, quoted.source, quoted.passage, ENGLISH)
        == '“He said\n"no" & left.” — The title, ¶ 3'
    )
    copies = [v for name, v in Reading(html).attributes if name == "data-copy"]
    assert (
        copies == [citation(quoted.quote, quoted.source, quoted.passage, ENGLISH)] * 2
    )


def test_a_long_passage_is_folded_but_complete() -> None:
    filler = " ".join(f"Sentence number {i} says little." for i in range(60))
    text = f"{filler} This one matters. {filler}"
    html = answer_html(answer(hit(text, "This one matters.")), 0, ENGLISH)
    card = html.split('<ol class="cards">')[1]
    quote = card.split("<blockquote")[1].split("</blockquote>")[0].split(">", 1)[1]
    gapless = re.sub(r'<span class="gap".*?</span>', "", quote)
    assert unescape(re.sub(r"<[^>]+>", "", gapless)) == text
    shown = re.sub(r'<span class="rest">.*?</span>', "", gapless)
    assert len(re.sub(r"<[^>]+>", "", shown)) <= 2 * CARD_CHARACTERS
    assert "Sentence number 59 says little. <mark>This one matters.</mark>" in shown
    assert "Show all" in card


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    sentence = text.replace(".", "")
    one = hit(f"{sentence} More.", sentence)
    bad = source(title=text, path=text, author=text, date=text, url=text)
    place = Place(source=bad, paragraph=1, start=0, end=1)
    passage = replace(one.passage, headings=(text, text))
    one = replace(one, source=bad, passage=passage, also_in=(place,))
    asked = replace(answer(one), question=text, notice=text, unseen=(text,))
    for verdict in Verdict:
        html = answer_html(replace(asked, verdict=verdict), 0, ENGLISH, {1: text})
        reading = assert_harmless(html)
        assert reading.text_of("mark") == [sentence]
        assert text in reading.text_of("bdi")
    assert_harmless(problem_html(text, 0, text))
    assert ("data-question", text) in assert_harmless(
        welcome_html([text], ENGLISH, empty=False)
    ).attributes


@given(st.text(max_size=600))
def test_a_question_is_shown_letter_by_letter(text: str) -> None:
    shown = question_markdown(text)
    pairs = re.findall(r"\\([!-/:-@\[-`{-~])|([^!-/:-@\[-`{-~])", shown)
    assert "".join(escaped or other for escaped, other in pairs) == text
    assert len(shown) == sum(2 if escaped else 1 for escaped, _ in pairs)


def test_a_very_long_question_is_cut_in_the_chat() -> None:
    assert question_markdown("a" * 5000) == "a" * 600 + "…"


@given(st.text(min_size=1), st.data())
def test_a_quote_survives_rendering(text: str, data: st.DataObject) -> None:
    # HTML itself turns carriage returns into line feeds and has no NUL.
    text = text.replace("\r", "\n").replace("\0", "0")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    one = hit(text, text)
    one = replace(one, best=Span(100 + start, 100 + end))
    html = answer_html(answer(one, verdict=Verdict.TOUCHES), 0, ENGLISH)
    assert "".join(Reading(html).text_of("mark")) == text[start:end]


def test_lines_are_kept_only_where_they_mean_something() -> None:
    assert keeps_lines("Roses are red\nviolets are blue")
    assert not keeps_lines("One line")
    assert not keeps_lines(f"{'A wrapped line of an editor ' * 3}\nand its rest")


def test_the_header_counts() -> None:
    size = LibrarySize(documents=1, paragraphs=4, passages=4, sentences=9)
    reading = assert_harmless(header_html(size, ENGLISH))
    assert reading.text_of("p") == ["1 document · 4 paragraphs"]
    assert reading.text_of("span")[0] == " · works offline"
    html = header_html(size, ENGLISH, away="https://api.example.org")
    (said,) = assert_harmless(html).text_of("span")[:1]
    assert said == " · offline, but for what you let https://api.example.org write"


def test_an_empty_library_says_what_to_do() -> None:
    html = welcome_html((), ENGLISH, empty=True)
    assert "content/" in html
    assert "The library is empty" in html
    theirs = welcome_html((), ENGLISH, empty=True, shared=True)
    assert "content/" not in theirs
    assert "seen by you alone" in theirs


# ---- the reader's values


def document(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Document:
    blocks, at = [], 0
    for number, text in enumerate(texts, start=1):
        end = at + len(text)
        blocks.append(Block(kind, at, end, number, (), 0, (), ""))
        at = end + 2
    return Document(source(), "\n\n".join(texts), tuple(blocks))


def test_marks_are_cut_per_block() -> None:
    cited = Cited(2, Span(4, 14), Span(6, 9), (Span(7, 8),), 1, 1, 1)
    view = reader_view(document("0123456789", "abcdef"), [cited], key="0:2", active=2)
    first, second = view["blocks"]
    assert [(r["text"], r["cited"], r["best"], r["words"]) for r in first["runs"]] == [
        ("0123", [], [], []),
        ("45", [2], [], []),
        ("6", [2], [2], []),
        ("7", [2], [2], [2]),
        ("8", [2], [2], []),
        ("9", [2], [], []),
    ]
    assert (first["after"], second["after"]) == ("\n\n", "")
    assert [(r["text"], r["cited"]) for r in second["runs"]] == [
        ("ab", [2]),
        ("cdef", []),
    ]
    assert (view["earlier"], view["later"]) == (-1, -1)


@given(
    st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=4),
)
def test_runs_join_to_the_text(texts: list[str], spans: list[tuple[int, int]]) -> None:
    cited = [
        Cited(n, Span(min(s), max(s)), Span(min(s), max(s)), (), 1, 1, 1)
        for n, s in enumerate(spans, start=1)
    ]
    view = reader_view(document(*texts), cited, key="")
    shown = ""
    for block, text in zip(view["blocks"], texts, strict=True):
        assert "".join(run["text"] for run in block["runs"]) == text
        shown += text + block["after"]
    assert shown == document(*texts).text


def test_a_long_document_is_windowed_at_whole_blocks() -> None:
    texts = [f"{i:04d} " + "word " * 200 for i in range(400)]
    long = document(*texts)
    middle = long.blocks[200].start
    view = reader_view(long, (), key="", around=middle)
    shown = [block["start"] for block in view["blocks"]]
    assert middle in shown
    assert len(shown) < 140
    assert view["earlier"] == shown[0]
    assert view["later"] > shown[-1]
    assert (
        view["blocks"][0]["runs"][0]["text"]
        == texts[view["blocks"][0]["paragraph"] - 1]
    )
    assert reader_view(long, (), key="", around=0)["earlier"] == -1
    assert reader_view(long, (), key="", around=10**9)["later"] == -1


def test_one_giant_paragraph_is_windowed_too() -> None:
    giant = document("x" * 1_000_000)
    (block,) = reader_view(giant, (), key="", around=500_000)["blocks"]
    assert len(block["runs"][0]["text"]) == 120_000


def test_passages_of_other_documents_are_not_stops() -> None:
    here, there = hit("One.", "One.", start=50), hit("Two.", "Two.", number=2)
    there = replace(there, source=source(path="other.txt"))
    third = hit("Three.", "Three.", start=10, number=3)
    stops = cited_in(answer(here, there, third), "a/b.txt")
    assert [cited.number for cited in stops] == [3, 1]


def test_the_words_that_met_the_question_stand_out() -> None:
    made = hit("Tea is <hot>. The cup is full.", "Tea is <hot>.")
    words = (Span(100, 103), Span(108, 111))
    shown = answer_html(answer(replace(made, words=words)), 0, ENGLISH)
    assert "<mark><b>Tea</b> is &lt;<b>hot</b>&gt;.</mark>" in shown


def test_a_link_names_the_sentence_and_the_state_of_its_document() -> None:
    odd = replace(source(path="a b/ü&?.txt"), digest="0123456789abcdef")
    made = replace(hit("One. Two.", "Two."), source=odd)
    query = "?doc=a+b%2F%C3%BC%26%3F.txt&start=105&end=109&state=0123456789ab"
    assert link_query(odd, made.best) == query
    reading = Reading(answer_html(answer(made), 0, ENGLISH))
    assert [v for name, v in reading.attributes if name == "data-link"] == [query]


def test_an_answer_carries_the_states_of_what_it_quotes() -> None:
    made = replace(hit("One.", "One."), source=source(digest="0123456789abcdef"))
    seen = dict(Reading(answer_html(answer(made), 0, ENGLISH)).attributes)["data-seen"]
    assert json.loads(seen) == {"a/b.txt": "0123456789ab"}


def test_a_note_stands_above_the_passages() -> None:
    html = answer_html(answer(hit("One.", "One.")), 0, ENGLISH, None, "Now <new>.")
    assert html.index("Now &lt;new&gt;.") < html.index("cards")


def test_what_stands_around_a_paragraph() -> None:
    three = document("One.", "Two.", "Three.")
    assert surroundings(three, 1) == ("", "Two.")
    assert surroundings(three, 2) == ("One.", "Three.")
    assert surroundings(three, 3) == ("Two.", "")
    assert paragraph_at(three, three.text.index("wo")) == 2
    assert paragraph_at(three, len(three.text)) == 0


def test_the_outline_holds_the_headings_of_the_whole_document() -> None:
    titles = [f"Heading\n{i}" for i in range(2000)]
    outline = reader_view(document(*titles, kind=BlockKind.HEADING), (), key="")[
        "outline"
    ]
    assert outline[1] == {"title": "Heading 1", "level": 0, "start": 11}
    assert len(outline) == 1000
    assert reader_view(document("One."), (), key="")["outline"] == []
