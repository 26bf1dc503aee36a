"""Quotations held against a library: exact only where they are, altered where not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import WordHashEncoder

from citeback.cite.receipt import check_sum, receipt_text
from citeback.cite.records import (
    Allowance,
    Change,
    Draft,
    Finding,
    ReceiptFinding,
    VerifiedQuotation,
)
from citeback.library import Library
from citeback.settings import Settings

NEGATION, CAPITAL = Allowance.NEGATION, Allowance.CAPITAL
EXACT, ALTERED, MISSING = Finding.EXACT, Finding.ALTERED, Finding.NOT_FOUND

REPORT = """# On the bridge

The bridge wasn't built in 1987 — the board, which met twice, had refused the plan. It
cost 12.5 million; nobody "knew" why the non-profit paid for it. Its span is 6' wide.

In the second year¹ the résumé of the engineer was lost, and the town's water rose to
3 m² of the square. The mayor did not resign.

The third paragraph stands (see table 4) at the end of the text.
"""
OTHER = "As the report says: the mayor did not resign. The old mill still stands there."
TRIAL = """Was the witness heard at all? She was not heard on the first day. The judge, who had
read it, did not call her. Costs rose by 12% and a fund of £900 stood open at 10:30 on
Monday, when the water in the cellar was at –4 degrees the whole time.

The court held that the sale is not valid, and paid for the mid-
day meal. The clerk kept the re-
cords.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("verify")
    content = folder / "content"
    content.mkdir()
    (content / "report.txt").write_text(REPORT, encoding="utf-8")
    (content / "other.txt").write_text(OTHER, encoding="utf-8")
    (content / "trial.txt").write_text(TRIAL, encoding="utf-8")
    with Library.open(content, folder / "index", encoder=WordHashEncoder()) as opened:
        opened.update()
        yield opened


def judged(library: Library, quote: str) -> VerifiedQuotation:
    draft = Draft("memo.txt", f"> {quote}\n")
    (one,) = library.verify(draft).quotations
    return one


@pytest.mark.parametrize(
    ("quote", "allowed"),
    [
        ("which met twice, had refused the plan", ()),
        ("It\ncost 12.5 million", ()),
        ("it cost 12.5 million", (Allowance.CAPITAL,)),
        ("the résumé of the engineer.", (Allowance.END,)),
        ("The mayor did not resign.", ()),
        ("nobody 'knew' why the non-profit paid", (Allowance.QUOTATION_MARKS,)),
        ("built in 1987--the board, which met twice", (Allowance.DASHES,)),
        ("The bridge … had refused the plan.", (Allowance.OMISSIONS, NEGATION)),
        ("the board, [...] refused the plan. . . . It cost", (Allowance.OMISSIONS,)),
        ("the board, which met [three times], had refused", (Allowance.CHANGES,)),
        ("[T]he board, which met twice", (Allowance.CHANGES,)),
        ("the boards[sic], which met twice", None),
        ("the board [sic], which met twice", (Allowance.CHANGES,)),
        ("which met twice (emphasis added)", (Allowance.CHANGES,)),
        ("the second year the résumé of the engineer", (Allowance.NOTES,)),
        ("The third paragraph stands (see table 4) at the end", ()),
        ("at the end of the text. (Smith 2020, 7)", (Allowance.REFERENCE,)),
        ("The bridge … The board, which met", (Allowance.OMISSIONS, NEGATION, CAPITAL)),
        ("resign.\n>\n> The third paragraph stands", ()),
        ("Was the witness heard at all", ()),
        ("Costs rose by 12% and a fund", ()),
        ("paid for the mid-day meal", (Allowance.HYPHEN,)),
        ("at the end of the text (see page 7)", (Allowance.REFERENCE,)),
        (
            "at the end of the text (Smith 2020, 7, emphasis added)",
            (Allowance.REFERENCE,),
        ),
        ("She was … heard on the first day.", (Allowance.OMISSIONS, NEGATION)),
        ("The judge … did not call her.", (Allowance.OMISSIONS,)),
        ("heard at all? … The judge, who had", (Allowance.OMISSIONS,)),
        ("the sale is [now] valid", (Allowance.CHANGES, NEGATION)),
        ("She was [not] heard on the first day", (Allowance.CHANGES,)),
        ("Costs [have not] rose by 12%", (Allowance.CHANGES, NEGATION)),
    ],
)
def test_exact_but_for_what_is_allowed(
    library: Library, quote: str, allowed: tuple[Allowance, ...] | None
) -> None:
    one = judged(library, quote)
    if allowed is None:
        assert one.finding is ALTERED
        return
    assert (one.finding, one.allowances) == (EXACT, allowed)
    for place in one.places:
        text = library.document(place.source.path).text
        assert text[place.start : place.end] == place.quote


@pytest.mark.parametrize(
    "quote",
    [
        "The bridge was built in 1987",
        "The bridge wasn't built in 1978",
        "bridge wasn't built in 1987 — the board met twice",
        "the board, who met twice, had refused the plan",
        "the board, which twice met, had refused the plan",
        "the board, which met twice, had refused the Plan",
        "the board which met twice, had refused the plan",
        "It cost 12 million",
        "It cost 125 million",
        "cost 12.6 million; nobody",
        "nobody knew why the non-profit paid for it",
        "profit paid for it. Its span is",
        'Its span is 6" wide',
        "the resume of the engineer was lost",
        "the résume of the engineer was lost",
        "water rose to 3 m of the square",
        "In the second year² the résumé of the engineer",
        "the Board, which [had] twice, had refused the plan",
        "water rose to 3 m³ of the square",
        "the town water rose to 3",
        "The mayor did resign",
        "The mayor did.",
        "The third paragraph stands (see table 4) at the end.",
        "the third paragraph stands (see table 5) at the end",
        "The third paragraph stands (see table 5)",
        "The third paragraph stands at the end",
        "The bridge … had accepted the plan.",
        "had refused the plan … the board, which met twice",
        "The bridge … the old mill still stands",
        "the board, which met twice, had [not] refused plan",
        "the [new] boards, which met twice",
        "The third paragraph stands [5] at the end of",
        "the non-profit paid for it,'",
        "Was the witness heard at all.",
        "Costs rose by 12",
        "900 stood open at 10:30",
        "stood open at 10",
        "30 on Monday, when the water",
        "4 degrees the whole time",
        "a fund of \u202e£900\u202c stood open",
        "at the end of the text (and it killed 500).",
    ],
)
def test_no_alteration_passes(library: Library, quote: str) -> None:
    one = judged(library, quote)
    assert one.finding is not EXACT, one.places
    if one.finding is ALTERED:
        assert one.places[0].quote
        assert any(d.change is not Change.SAME for d in one.differences)


def test_markdown_that_may_hide_words_is_no_emphasis(library: Library) -> None:
    told = []
    for tag in ("<b>", "<span style='display:none'>"):
        draft = Draft("memo.md", f"> She was {tag}not</b> heard on the", (), True)
        told.append(library.verify(draft).quotations[0].finding)
    assert told == [EXACT, ALTERED]


def test_the_difference_is_told_word_by_word(library: Library) -> None:
    one = judged(library, "The bridge was built in 1978 — the board")
    told = [(d.change, d.text) for d in one.differences if d.change is not Change.SAME]
    assert told == [
        (Change.REMOVED, "wasn't"),
        (Change.ADDED, "was"),
        (Change.REMOVED, "1987"),
        (Change.ADDED, "1978"),
    ]


def test_every_place_is_named(library: Library) -> None:
    one = judged(library, "mayor did not resign")
    assert [place.source.path for place in one.places] == ["other.txt", "report.txt"]
    assert one.places[1].paragraph == 3


def test_a_heading_counts_and_a_few_words_are_not_judged(library: Library) -> None:
    assert judged(library, "On the bridge").finding is EXACT
    assert judged(library, "the bridge").finding is Finding.SHORT
    assert judged(library, "Whales sing to their calves in winter").finding is MISSING


def test_what_is_not_judged_fails_nothing(library: Library) -> None:
    report = library.verify(Draft("memo.txt", "A “scare quote” and “On the bridge”."))
    assert report.holds
    assert not library.verify(Draft("memo.txt", "“Whales sing to calves”")).holds
    assert library.verify(Draft("memo.txt", "Nothing is quoted.")).quotations == ()


def test_receipts_hold_or_not(library: Library) -> None:
    receipt = receipt_text(library.quoted("report.txt", "The mayor did not resign"))
    digest = receipt.split(";quote=")[1][:32]
    line = receipt.rsplit(";check=", 1)[0].replace(digest, "0" * 32)
    forged = f"{line};check={check_sum(line)}"
    other = line.replace(receipt.split(";doc=")[1][:32], "1" * 32)
    unknown = f"{other};check={check_sum(other)}"
    broken = receipt.replace("char=", "char=1", 1)

    def found(text: str) -> list[ReceiptFinding]:
        report = library.verify(Draft("memo.txt", text))
        assert report.holds == all(one.holds for one in report.receipts)
        return [one.finding for one in report.receipts]

    assert found(f"It is so ({receipt}).") == [ReceiptFinding.HOLDS]
    assert found(forged) == [ReceiptFinding.FALSE]
    assert found(unknown) == [ReceiptFinding.UNKNOWN]
    assert found(broken) == [ReceiptFinding.DAMAGED]
    moved = receipt.rsplit(";check=", 1)[0].replace(";par=3;", ";par=7;")
    assert found(f"{moved};check={check_sum(moved)}") == [ReceiptFinding.MISPLACED]


@pytest.mark.parametrize(
    ("sign", "forged"),
    [
        ("char=", "char=" + "1" * 5000),
        (";par=", ";par=" + "1" * 5000),
        ("report", "%FF"),
        ("report", "%ED%A0%80"),
    ],
)
def test_a_forged_receipt_stops_no_check(
    library: Library, sign: str, forged: str
) -> None:
    receipt = receipt_text(library.quoted("report.txt", "The mayor did not resign"))
    line = receipt.rsplit(";check=", 1)[0].replace(sign, forged)
    draft = Draft("memo.txt", f"{line};check={check_sum(line)}")
    assert {one.finding for one in library.verify(draft).receipts} == {
        ReceiptFinding.DAMAGED
    }


def test_a_receipt_of_an_earlier_version(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    file = content / "report.txt"
    file.write_text(REPORT, encoding="utf-8")
    settings = Settings(
        content=content, index=tmp_path / "index", citations=tmp_path / "citations"
    )
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        library.update()
        receipt = receipt_text(library.quoted("report.txt", "The mayor did not resign"))
        library.keep("report.txt")
        file.write_text(REPORT.replace("did not", "did"), encoding="utf-8")
        library.update()
        (one,) = library.verify(Draft("memo.txt", receipt)).receipts
        lying = receipt.rsplit(";check=", 1)[0].replace("report.txt", "verdict.txt")
        lying = f"{lying};check={check_sum(lying)}"
        (other,) = library.verify(Draft("memo.txt", lying)).receipts
        # The same text under another name counts for that name, too, once it is kept.
        (content / "verdict.txt").write_text(REPORT, encoding="utf-8")
        library.update()
        library.keep("verdict.txt")
        library.remove("verdict.txt")
        (named,) = library.verify(Draft("memo.txt", lying)).receipts
        (still,) = library.verify(Draft("memo.txt", receipt)).receipts
    assert one.finding is ReceiptFinding.EARLIER
    assert one.quote == "The mayor did not resign"
    assert (other.finding, other.quote) == (ReceiptFinding.UNKNOWN, "")
    assert named.finding is still.finding is ReceiptFinding.EARLIER
