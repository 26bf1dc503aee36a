"""Quotes found again in texts that were edited, or said to be gone or unsure."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from cite.edits import EDITS, MIX, edited, some_quote, with_repeats

from citeback.cite.anchoring.anchor import Place, find, quoted
from citeback.cite.receipt import receipt_of
from citeback.records import Document, Source, Span

ROOT = Path(__file__).resolve().parents[2]
TEXT = """The council met in May. It cost 12 euros, “far too much”, said the mayor.

Nobody was told about it until the report of June — and then only the press. The
report says that costs had doubled within two years. Nobody was told about it.

The motion was carried.

In autumn the bridge was closed. The motion was carried.

In winter it was opened again. The motion was carried. All went home."""


def looked_for(text: str, quote: str, after: str, nth: int = 1, *, kept: bool) -> Place:
    start = -1
    for _ in range(nth):
        start = text.index(quote, start + 1)
    document = Document(Source("a.txt", "", "", "", "", ""), text, ())
    receipt = receipt_of(document, Span(start, start + len(quote)), 1)
    place = find(after, quoted(receipt, text if kept else None))
    assert place is not None
    return place


def found(
    text: str, quote: str, after: str, nth: int = 1, *, kept: bool = False
) -> str:
    place = looked_for(text, quote, after, nth, kept=kept)
    assert place.certain
    return after[place.best.span.start : place.best.span.end]


COST = "It cost 12 euros, “far too much”, said the mayor."


@pytest.mark.parametrize(
    ("before", "after", "quote"),
    [
        ("The council", "It rained. The council", COST),
        ("“far too much”", '"far too much"', COST.replace("“", '"').replace("”", '"')),
        ("cost 12 euros, “far", "cost 12\neuros,\n“far", COST.replace(" 12 ", " 12\n")),
        ("cost 12", "cost 13", COST.replace("12", "13")),
        ("It cost", "It has cost", COST.replace("It cost", "It has cost")),
        ("too much”, said", "too much”,\n\nsaid", COST.replace("”, ", "”,\n\n")),
        (COST, COST.upper(), COST.upper()),
        (f"The council met in May. {COST}", COST, COST),
    ],
)
def test_a_quote_is_found_as_it_stands_now(before: str, after: str, quote: str) -> None:
    edited_text = TEXT.replace(before, after, 1)
    stands = found(TEXT, COST, edited_text)
    assert stands.split() == quote.split()
    assert stands in edited_text


def test_a_word_replaced_at_either_end_belongs_to_the_quote() -> None:
    after = TEXT.replace(
        "Nobody was told about it until", "People were told about it until"
    )
    quote = "Nobody was told about it until the report of June"
    assert (
        found(TEXT, quote, after)
        == "People were told about it until the report of June"
    )
    after = TEXT.replace("report of June", "report of May")
    assert (
        found(TEXT, quote, after) == "Nobody was told about it until the report of May"
    )


def test_quotation_marks_at_its_ends_belong_to_the_quote_in_any_form() -> None:
    after = TEXT.replace("“far too much”", "«far too much»")
    assert found(TEXT, "“far too much”", after) == "«far too much»"


def test_a_quote_that_was_cut_out_is_gone() -> None:
    document = Document(Source("a.txt", "", "", "", "", ""), TEXT, ())
    start = TEXT.index(COST)
    receipt = receipt_of(document, Span(start, start + len(COST)), 1)
    assert find(TEXT.replace(COST, ""), quoted(receipt)) is None
    assert find("", quoted(receipt)) is None


def test_of_the_same_sentences_the_right_one_is_found_by_what_is_around_it() -> None:
    motion = "The motion was carried."
    after = f"Before all this: nothing.\n\n{TEXT}"
    for nth in (1, 2, 3):
        start = -1
        for _ in range(nth):
            start = after.index(motion, start + 1)
        place = looked_for(TEXT, motion, after, nth, kept=False)
        assert place.best.span == Span(start, start + len(motion))
        assert place.certain


PAGE = (
    "We all met at noon in the old town hall by the river. The motion was carried. "
    "We all went home by the road that leads over the bridge.\n\n"
)


def test_one_of_twins_is_said_to_be_unsure() -> None:
    after = f"Minutes.\n\n{PAGE * 3}"
    place = looked_for(PAGE * 3, "The motion was carried.", after, 2, kept=False)
    assert place.best.span.start == after.index("The motion", len(PAGE))
    assert not place.certain
    assert len(place.others) == 2


def test_the_text_of_then_tells_twins_apart() -> None:
    names = " ".join(f"Member {n} was there." for n in range(40))
    text = f"{names}\n\n{PAGE}{names[::-1]}\n\n{PAGE}"
    after = text.replace("river. The motion was", "river. The motion then was", 1)
    assert not looked_for(text, "The motion was carried.", after, kept=False).certain
    place = looked_for(text, "The motion was carried.", after, kept=True)
    stands = after[place.best.span.start : place.best.span.end]
    assert (stands, place.certain) == ("The motion then was carried.", True)


def test_the_last_of_twins_is_not_taken_for_one_that_was_deleted() -> None:
    text = "It rained. We all went home by night. Nobody sang.\n\n" * 2
    after = text[len(text) // 2 :]
    place = looked_for(text, "We all went home by night.", after, kept=False)
    assert not place.certain


def test_words_that_are_only_alike_are_no_edit() -> None:
    text = "The cat sat here. A dog barked."
    document = Document(Source("a.txt", "", "", "", "", ""), text, ())
    receipt = receipt_of(document, Span(0, 17), 1)
    assert (
        find("We sat in the garden with our cat. It was late.", quoted(receipt)) is None
    )


def test_a_quote_of_which_too_little_is_left_is_gone() -> None:
    quote = (
        "The harbour master counted eleven grey boats before the winter storms began."
    )
    text = f"A beginning. {quote} An end."
    document = Document(Source("a.txt", "", "", "", "", ""), text, ())
    receipt = receipt_of(document, Span(13, 13 + len(quote)), 1)
    half = (
        "Elsewhere the baker counted eleven grey loaves before the morning bell rang."
    )
    assert find(f"Other things. {half} Nothing more.", quoted(receipt)) is None
    most = quote.replace("harbour master", "mayor").replace("eleven", "twelve")
    assert find(f"Other things. {most} Nothing more.", quoted(receipt)) is not None


def test_part_of_a_word_is_not_the_word() -> None:
    text = "They sold art. No more."
    after = "A party was held. They sold some art. No more."
    place = looked_for(text, "art", after, kept=False)
    assert after[: place.best.span.start].endswith("some ")


def test_a_quote_that_begins_within_a_word_is_found() -> None:
    text = "A rehabilitation programme was run by them all."
    after = f"New words before. {text}"
    place = looked_for(text, "habilitation programme was", after, kept=False)
    assert after[place.best.span.start : place.best.span.end].startswith("habilitation")


def test_scripts_without_spaces_are_found_by_their_letters() -> None:
    text = (
        "今日は雨が降っていました。公園には誰もいませんでした。明日は晴れるでしょう。"
    )
    after = "昨日の話です。" + text.replace("誰も", "ほとんど誰も")
    stands = found(text, "公園には誰もいませんでした。", after)
    assert stands == "公園にはほとんど誰もいませんでした。"


def test_signs_alone_are_found_where_they_stand() -> None:
    assert found("One § two", "§", "And one § two") == "§"


def test_a_long_quote_is_found_by_its_ends() -> None:
    chance = random.Random(1)
    words = [f"word{chance.randrange(4000)}" for _ in range(3000)]
    text = " ".join(words)
    quote = " ".join(words[1000:1700])
    after = text.replace(words[1300], "another thing", 1).replace(words[900], "x", 1)
    stands = found(text, quote, after)
    assert stands.split()[0] == words[1000]
    assert stands.split()[-1] == words[1699]


# The same as benchmarks/anchoring.py measures, in texts that are here.
TEXTS = [
    path.read_text(encoding="utf-8")
    for path in (
        ROOT / "content/civil-society-rehabilitation-workshop.txt",
        ROOT / "tests/data/texts/river-mussels.txt",
        ROOT / "tests/data/texts/water-supply.md",
    )
]
TEXTS = [
    *TEXTS,
    *(with_repeats(text, random.Random(n)) for n, text in enumerate(TEXTS)),
]
SPARE = ["The weather stayed as it had been.", "Nobody had asked for more than that."]


@pytest.mark.parametrize("kept", [False, True])
def test_quotes_survive_hundreds_of_edits(kept: bool) -> None:
    chance = random.Random(7)
    survived = exact = 0
    for kind in (*EDITS, MIX, MIX) * 12:
        text = chance.choice(TEXTS)
        span = some_quote(text, chance)
        truth = edited(text, span, kind, chance, SPARE)
        document = Document(Source("a.txt", "", "", "", "", ""), text, ())
        receipt = receipt_of(document, span, 1)
        place = find(truth.text, quoted(receipt, text if kept else None))
        survived += truth.survived
        exact += (
            truth.survived
            and place is not None
            and ((place.best.span,) == truth.pieces)
        )
        if place is not None and place.certain:
            there = place.best.span
            assert any(
                piece.start < there.end and there.start < piece.end
                for piece in truth.pieces
            ), (kind, receipt.quote, truth.text[there.start : there.end])
    assert survived > 150
    assert exact >= 0.99 * survived


def test_a_quote_in_a_long_text_is_found_at_once() -> None:
    chance = random.Random(3)
    names = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ola", "eni", "uri", "apo")]
    text = " ".join(chance.choice(names) for _ in range(400_000))
    start = text.index(" ", 1_200_000) + 1
    document = Document(Source("a.txt", "", "", "", "", ""), text, ())
    receipt = receipt_of(document, Span(start, start + 200), 1)
    after = f"{text[: start + 50]}new {text[start + 60 :]}"
    wanted = quoted(receipt)
    started = time.process_time()
    place = find(after, wanted)
    assert time.process_time() - started < 1.5  # half of a second on an idle machine
    assert place is not None
    assert abs(place.best.span.start - start) < 20
