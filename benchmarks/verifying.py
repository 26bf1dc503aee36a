"""Memos with known errors, checked: python benchmarks/verifying.py FOLDER [FOLDER ...]

Each FOLDER is a BEIR folder, whose passages become documents of a library, beside those
in content/. Quotations are taken from it as they are, or with what is allowed (other
quotation marks, omissions, brackets), or with one known error, and written into memos of
every format and style of marks. Prints how many faithful ones are called exact, how many
altered ones are (none may be), and how many are traced to where they were taken from.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import docx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from volume_encoder import RandomEncoder

from citeback.cite.records import Finding, VerifiedQuotation
from citeback.ingest.sentences import sentence_spans
from citeback.library import Library

SEED = 20261123
PARAGRAPHS = 40  # in a document
ITEMS = 30  # in a memo
FORMATS = (".txt", ".md", ".html", ".docx")
MARKS = (
    "“”", "\"\"", "‘’", "''", "«»", "»«", "„“", "‚‘", "‹›", "””", "「」", "『』",
)  # fmt: skip
ANY_MARK = re.compile(r"[“”„‘’‚«»‹›\"'`「」『』]")
# What Markdown, or the custom of quoting, would read otherwise than as it stands.
SPECIAL = re.compile(r"[\[\]<>*_\\`…#|&{}]|\.\.\.|^\W|\d[\"'”’]|\n|://")
WORD = re.compile(r"[^\W\d_]+")
FAITHFUL = ("as it is", "omission", "bracket", "letter in a bracket", "capital",
            "end", "sic", "dashes and marks")  # fmt: skip
SINGLE = ("word replaced", "word left out", "word put in", "words swapped", "number",
          "negation", "typing error", "capital within")  # fmt: skip
OTHER = ("replaced beside an omission", "left out beside a bracket",
         "comma left out", "of another text")  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A quotation for a memo: what it was taken from, and what was done to it."""

    kind: str
    quote: str
    taken: str
    paragraph: str


def stretches(paragraph: str, rng: random.Random) -> Iterator[str]:
    """A sentence or two of a paragraph, or some words out of the middle of one."""
    spans = sentence_spans(paragraph)
    first = rng.randrange(len(spans))
    last = min(len(spans) - 1, first + rng.choice((0, 0, 1)))
    text = paragraph[spans[first].start : spans[last].end]
    if rng.random() < 0.4:
        words = text.split()
        cut = rng.randrange(max(1, len(words) // 3))
        text = " ".join(
            words[cut : len(words) - rng.randrange(max(1, len(words) // 3))]
        )
    if 6 <= len(text.split()) <= 70 and not SPECIAL.search(text):
        yield text


def changed(kind: str, text: str, words: Sequence[str], rng: random.Random) -> str:
    """The stretch with that done to it; "" where it cannot be done."""
    parts = text.split(" ")
    inner = [
        at for at in range(1, len(parts) - 1) if WORD.fullmatch(parts[at])
    ]  # with no sign beside it
    if not inner:
        return ""
    at = rng.choice(inner)
    new = rng.choice(words)
    if kind == "as it is":
        return text
    if kind == "omission":
        mark = rng.choice((" … ", " ... ", " […] ", " [...] ", " . . . "))
        if len(parts) < 9:
            return ""
        cut = rng.randrange(3, len(parts) - 5)
        left = rng.randrange(1, len(parts) - cut - 2)
        return " ".join(parts[:cut]) + mark + " ".join(parts[cut + left :])
    if kind == "bracket":
        return " ".join([*parts[:at], f"[{new}]", *parts[at + 1 :]])
    if kind == "letter in a bracket":
        first = text[0]
        return f"[{first.swapcase()}]{text[1:]}" if first.isalpha() else ""
    if kind == "capital":
        return text[0].swapcase() + text[1:] if text[0].isalpha() else ""
    if kind == "end":
        return (
            text.rstrip(".,") + rng.choice(".,")
            if text[-1] in ".," or WORD.fullmatch(parts[-1])
            else ""
        )
    if kind == "sic":
        return " ".join([*parts[: at + 1], "[sic]", *parts[at + 1 :]])
    if kind == "dashes and marks":
        other = text.replace(" - ", " – ").replace("'", "’")
        return other if other != text else ""
    if kind == "word replaced" and new.lower() != parts[at].lower():
        return " ".join([*parts[:at], new, *parts[at + 1 :]])
    if kind == "word left out" and parts[at] not in (parts[at - 1], parts[at + 1]):
        return " ".join([*parts[:at], *parts[at + 1 :]])
    if kind == "word put in":
        return " ".join([*parts[:at], new, *parts[at:]])
    if kind == "words swapped" and at + 1 in inner and parts[at] != parts[at + 1]:
        return " ".join([*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])
    if kind == "number":
        figures = list(re.finditer(r"\d", text))
        if not figures:
            return ""
        one = rng.choice(figures)
        digit = rng.choice([d for d in "0123456789" if d != one.group()])
        return text[: one.start()] + digit + text[one.end() :]
    if kind == "negation":
        without = re.sub(r" (?:not|never|no)\b|n['’]t\b", "", text, count=1)
        if without != text and not text.startswith("no"):
            return without
        verb = re.search(r"\b(?:is|was|are|were|has|had|can|could|did|will) ", text)
        return text[: verb.end()] + "not " + text[verb.end() :] if verb else ""
    if kind == "typing error" and len(parts[at]) >= 4:
        word, spot = parts[at], rng.randrange(1, len(parts[at]) - 1)
        letter = rng.choice([c for c in "aeinrst" if c != word[spot].lower()])
        return " ".join(
            [*parts[:at], word[:spot] + letter + word[spot + 1 :], *parts[at + 1 :]]
        )
    if kind == "capital within":
        word = parts[at]
        return " ".join([*parts[:at], word[0].swapcase() + word[1:], *parts[at + 1 :]])
    if kind == "replaced beside an omission":
        whole = changed("word replaced", text, words, rng)
        shown = changed("omission", whole, words, rng) if whole else ""
        kept = list(re.split(r" (?:…|\.\.\.|\[…\]|\[\.\.\.\]|\. \. \.) ", shown))
        return "" if all(part in text for part in kept) else shown
    if kind == "left out beside a bracket" and len(inner) > 4:
        other = [i for i in inner if abs(i - at) > 3]
        if not other:
            return ""
        drop = rng.choice(other)
        marked = [*parts[:at], f"[{new}]", *parts[at + 1 :]]
        if parts[drop] in (parts[drop - 1], parts[drop + 1]):
            return ""
        return " ".join([*marked[:drop], *marked[drop + 1 :]])
    if kind == "comma left out":
        commas = [m.start() for m in re.finditer(r"(?<=[a-z]),(?= [a-z])", text)]
        if not commas:
            return ""
        comma = rng.choice(commas)
        return text[:comma] + text[comma + 1 :]
    return ""


def made(
    paragraphs: Sequence[str], others: Sequence[str], count: int, rng: random.Random
) -> list[Item]:
    """So many items of each kind, none of whose altered words stand anywhere."""
    whole = "\n".join(" ".join(p.split()) for p in paragraphs)
    words = [
        w
        for p in rng.sample(list(paragraphs), min(400, len(paragraphs)))
        for w in WORD.findall(p)
    ]
    items: list[Item] = []
    for kind in (*FAITHFUL, *SINGLE, *OTHER):
        tries = found = 0
        while found < count and tries < 60 * count:
            tries += 1
            source = others if kind == "of another text" else paragraphs
            paragraph = " ".join(rng.choice(source).split())
            for text in stretches(paragraph, rng) if paragraph else ():
                quote = (
                    text
                    if kind == "of another text"
                    else changed(kind, text, words, rng)
                )
                if not quote or (kind not in FAITHFUL and quote in whole):
                    continue
                items.append(Item(kind, quote, text, paragraph))
                found += 1
    rng.shuffle(items)
    return items


def memo(items: Sequence[Item], suffix: str, rng: random.Random) -> bytes:
    """The items in a file of that format, each in some style."""
    shown = []
    for number, item in enumerate(items):
        free = [m for m in MARKS if not ANY_MARK.search(item.quote)] or ["「」", "『』"]
        marks = rng.choice(free)
        block = rng.random() < 0.25
        shown.append((number, item.quote, marks, block))
    if suffix == ".docx":
        document = docx.Document()
        for number, quote, marks, block in shown:
            if block:
                document.add_paragraph(f"Item {number} of mine:")
                document.add_paragraph(
                    quote, style=rng.choice(("Quote", "Intense Quote"))
                )
            else:
                document.add_paragraph(
                    f"Item {number} of mine: {marks[0]}{quote}{marks[1]} it says."
                )
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()
    if suffix == ".html":
        body = "".join(
            f"<p>Item {number} of mine:</p><blockquote><p>{html.escape(quote)}</p></blockquote>"
            if block
            else f"<p>Item {number} of mine: {marks[0]}{html.escape(quote)}{marks[1]} it says.</p>"
            for number, quote, marks, block in shown
        )
        return f"<html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()
    lines = [
        f"Item {number} of mine:\n\n> {wrapped(quote, '> ')}"
        if block
        else wrapped(f"Item {number} of mine: {marks[0]}{quote}{marks[1]} it says.", "")
        for number, quote, marks, block in shown
    ]
    return "\n\n".join(lines).encode()


def wrapped(text: str, before: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        # A line that begins like an item or a heading would be one.
        if len(line) + len(word) > 76 and word[:1].isalpha():
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return f"\n{before}".join([*lines, line])


def document(paragraphs: Sequence[str], suffix: str) -> bytes:
    """Paragraphs as a document of the library."""
    if suffix == ".docx":
        written = docx.Document()
        for paragraph in paragraphs:
            written.add_paragraph(" ".join(paragraph.split()))
        buffer = io.BytesIO()
        written.save(buffer)
        return buffer.getvalue()
    if suffix == ".html":
        body = "".join(f"<p>{html.escape(p)}</p>" for p in paragraphs)
        return f"<html><head><meta charset='utf-8'></head><body><main>{body}</main></body></html>".encode()
    return "\n\n".join(wrapped(" ".join(p.split()), "") for p in paragraphs).encode()


def right_place(item: Item, one: VerifiedQuotation) -> bool:
    """Whether the place shown lies in the item's paragraph, and is mostly its words."""
    for place in one.places[:1]:
        shown = "".join(place.quote.split())
        if shown in "".join(item.paragraph.split()):
            ratio = SequenceMatcher(
                None, place.quote.split(), item.taken.split()
            ).ratio()
            return ratio > 0.5
    return False


def measure(
    folder: Path,
    paragraphs: Sequence[str],
    others: Sequence[str],
    count: int,
    seed: int,
) -> tuple[dict[str, Counter[str]], list[str], float]:
    """Counts by kind, what went wrong, and the seconds for each quotation."""
    rng = random.Random(seed)
    content = folder / "content"
    content.mkdir(parents=True)
    for at in range(0, len(paragraphs), PARAGRAPHS):
        suffix = FORMATS[at // PARAGRAPHS % len(FORMATS)]
        data = document(paragraphs[at : at + PARAGRAPHS], suffix)
        (content / f"part-{at:06}{suffix}").write_bytes(data)
    items = made(paragraphs, others, count, rng)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: list[str] = []
    seconds = 0.0
    with Library.open(content, folder / "index", encoder=RandomEncoder()) as library:
        library.update()
        for at in range(0, len(items), ITEMS):
            some = items[at : at + ITEMS]
            suffix = FORMATS[at // ITEMS % len(FORMATS)]
            file = folder / f"memo{suffix}"
            file.write_bytes(memo(some, suffix, rng))
            draft = library.draft(file)
            begun = time.perf_counter()
            report = library.verify(draft)
            seconds += time.perf_counter() - begun
            judged = {}
            for one in report.quotations:
                before = re.findall(
                    r"Item (\d+) of mine", draft.text[: one.quotation.start]
                )
                judged.setdefault(int(before[-1]) if before else -1, one)
            for number, item in enumerate(some):
                outcome = told(item, judged.get(number))
                counts[item.kind][outcome] += 1
                if outcome in (
                    "PASSED",
                    "altered",
                    "not found",
                    "wrong place",
                    "unseen",
                ):
                    wrong.append(
                        f"{suffix} {item.kind}: {outcome}: {item.quote!r} ({item.taken!r})"
                    )
    return counts, wrong, seconds / max(1, len(items))


def told(item: Item, one: VerifiedQuotation | None) -> str:
    if one is None:
        return "unseen"
    if item.kind in FAITHFUL:
        return str(one.finding)
    if one.finding is Finding.EXACT:
        return "PASSED"
    if item.kind == "of another text":
        return "held to be another's" if one.finding is Finding.ALTERED else "right"
    if one.finding is Finding.ALTERED:
        return "right" if right_place(item, one) else "wrong place"
    return str(one.finding)


def passages(folder: Path) -> list[str]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines if line]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    sets = {folder.name: passages(folder) for folder in options.folders}
    article = [
        paragraph
        for file in sorted((ROOT / "content").glob("*.txt"))
        for paragraph in file.read_text(encoding="utf-8").split("\n\n")
        if paragraph.strip()
    ]
    total: Counter[tuple[str, str]] = Counter()
    for number, (name, texts) in enumerate(sets.items()):
        others = list(sets.values())[number - 1] if len(sets) > 1 else ["Whales sing."]
        with tempfile.TemporaryDirectory() as folder:
            counts, wrong, seconds = measure(
                Path(folder), [*texts, *article], others, options.count, options.seed
            )
        print(f"\n{name}: {len(texts)} passages, {1000 * seconds:.0f} ms a quotation")
        for kind, outcomes in counts.items():
            print(f"  {kind:28}", dict(outcomes))
            total.update({(kind, outcome): n for outcome, n in outcomes.items()})
        for line in wrong[:40]:
            print("   ", line[:400])
    for title, kinds in (
        ("faithful", FAITHFUL),
        ("one word altered", SINGLE),
        ("other", OTHER),
    ):
        every = sum(n for (kind, _), n in total.items() if kind in kinds)
        print(f"\n{title}: {every}")
        for outcome in sorted({o for k, o in total if k in kinds}):
            n = sum(total[kind, outcome] for kind in kinds)
            print(f"  {outcome:22} {n:6}  {100 * n / every:.2f} %")


if __name__ == "__main__":
    main()
