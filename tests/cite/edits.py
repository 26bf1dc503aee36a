"""A text edited as people edit texts, with what becomes of one quote in it known.

The text is a list of atoms: words, spaces and signs. Those of the quote know it, so that
its true place can be told after any edits.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from citeback.records import Span

ATOMS = re.compile(r"\w+|\s+|[^\w\s]")
# With more letters than this put between its words a quote is in two pieces.
FAR_APART = 1000
SENTENCE_ENDS = frozenset(".!?")


@dataclass(frozen=True, slots=True)
class Atom:
    """`number` is the place among the quote's atoms, -1 if it is none of them."""

    text: str
    number: int = -1
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """The text after its edits, and what became of the quote.

    `pieces` are none where all of it was taken out, and more than one where a part was
    moved away. It `survived` if all its words still stand in one, in their order.
    """

    text: str
    pieces: tuple[Span, ...]
    survived: bool


class Draft:
    """A text with a quote in it, to be edited."""

    def __init__(self, text: str, quote: Span, chance: random.Random) -> None:
        self.chance = chance
        self.spare = ["Meanwhile the weather stayed as it had been for weeks."]
        self.atoms: list[Atom] = []
        number = 0
        for match in ATOMS.finditer(text):
            inside = quote.start <= match.start() and match.end() <= quote.end
            self.atoms.append(Atom(match[0], number if inside else -1))
            number += inside
        self.words = [
            atom.number for atom in self.atoms if atom.number >= 0 and is_word(atom)
        ]

    def truth(self) -> Truth:
        text = "".join(atom.text for atom in self.atoms)
        pieces = [piece for piece in self._pieces() if any(map(is_word, piece[1]))]
        spans = tuple(span for span, _ in pieces)
        words = [[a for a in atoms if is_word(a)] for _, atoms in pieces]
        kept = [[atom.number for atom in of if not atom.replaced] for of in words]
        return Truth(text, spans, kept == [self.words])

    def _pieces(self) -> list[tuple[Span, list[Atom]]]:
        """What is left of the quote, in one piece unless far apart, and where."""
        pieces: list[tuple[Span, list[Atom]]] = []
        at = 0
        for atom in self.atoms:
            end = at + len(atom.text)
            if atom.number >= 0:
                if pieces and at - pieces[-1][0].end <= FAR_APART:
                    span, atoms = pieces.pop()
                    pieces.append((Span(span.start, end), [*atoms, atom]))
                else:
                    pieces.append((Span(at, end), [atom]))
            at = end
        return pieces

    # Where edits fall.

    def somewhere(self, *, near: bool) -> int:
        """An atom, near the quote or anywhere."""
        mine = [i for i, atom in enumerate(self.atoms) if atom.number >= 0]
        if not near or not mine:
            return self.chance.randrange(len(self.atoms))
        low, high = max(0, mine[0] - 60), min(len(self.atoms), mine[-1] + 60)
        return self.chance.randrange(low, high)

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence around an atom, with the spaces after it."""

        def ends(i: int) -> bool:
            atom = self.atoms[i]
            return atom.text in SENTENCE_ENDS or "\n\n" in atom.text

        start = at
        while start > 0 and not ends(start - 1):
            start -= 1
        end = at
        while end < len(self.atoms) and not ends(end):
            end += 1
        while start < at and self.atoms[start].text.isspace():
            start += 1
        return start, min(end + 1, len(self.atoms))

    def paragraph(self, at: int) -> tuple[int, int]:
        """The paragraph around an atom, with the break after it."""
        start = at
        while start > 0 and "\n\n" not in self.atoms[start - 1].text:
            start -= 1
        end = at
        while end < len(self.atoms) and "\n\n" not in self.atoms[end].text:
            end += 1
        return start, min(end + 1, len(self.atoms))


def is_word(atom: Atom) -> bool:
    return any(map(str.isalnum, atom.text))


def atoms_of(text: str) -> list[Atom]:
    return [Atom(match[0]) for match in ATOMS.finditer(text)]


# The edits.


def insert_sentence(draft: Draft, near: bool) -> None:
    start, end = draft.sentence(draft.somewhere(near=near))
    at = draft.chance.choice([start, end])
    draft.atoms[at:at] = atoms_of(f" {draft.chance.choice(draft.spare)} ")


def insert_words(draft: Draft, near: bool) -> None:
    at = draft.somewhere(near=near)
    words = draft.chance.choice(["very", "as it were", "so he said", "in 2019", "not"])
    draft.atoms[at:at] = atoms_of(f" {words} ")


def insert_paragraph(draft: Draft, near: bool) -> None:
    start, end = draft.paragraph(draft.somewhere(near=near))
    at = draft.chance.choice([start, end])
    text = " ".join(draft.chance.sample(draft.spare, min(3, len(draft.spare))))
    draft.atoms[at:at] = atoms_of(f"{text}\n\n")


def delete_sentence(draft: Draft, near: bool) -> None:
    start, end = draft.sentence(draft.somewhere(near=near))
    del draft.atoms[start:end]


def delete_words(draft: Draft, near: bool) -> None:
    at = draft.somewhere(near=near)
    draft.atoms[at : at + draft.chance.randint(1, 7)] = [Atom(" ")]


def delete_paragraph(draft: Draft, near: bool) -> None:
    start, end = draft.paragraph(draft.somewhere(near=near))
    del draft.atoms[start:end]


def reword(draft: Draft, near: bool) -> None:
    for _ in range(draft.chance.randint(1, 4)):
        at = draft.somewhere(near=near)
        if is_word(draft.atoms[at]):
            other = draft.chance.choice(draft.spare).split()[0].strip(".,")
            if other != draft.atoms[at].text:
                atom = replace(draft.atoms[at], text=other, replaced=True)
                draft.atoms[at] = atom


def mistype(draft: Draft, near: bool) -> None:
    at = draft.somewhere(near=near)
    text = draft.atoms[at].text
    if is_word(draft.atoms[at]) and len(text) > 2:
        cut = draft.chance.randrange(1, len(text) - 1)
        other = f"{text[:cut]}{text[cut + 1]}{text[cut]}{text[cut + 2 :]}"
        if other != text:
            draft.atoms[at] = replace(draft.atoms[at], text=other, replaced=True)


def move_sentence(draft: Draft, near: bool) -> None:
    start, end = draft.sentence(draft.somewhere(near=near))
    moved = [*draft.atoms[start:end], Atom(" ")]
    del draft.atoms[start:end]
    if draft.atoms:
        to, _ = draft.sentence(draft.somewhere(near=False))
        draft.atoms[to:to] = moved


def move_paragraph(draft: Draft, near: bool) -> None:
    start, end = draft.paragraph(draft.somewhere(near=near))
    moved = draft.atoms[start:end]
    del draft.atoms[start:end]
    if draft.atoms:
        to, _ = draft.paragraph(draft.somewhere(near=False))
        draft.atoms[to:to] = moved


def join_paragraphs(draft: Draft, near: bool) -> None:
    _, end = draft.paragraph(draft.somewhere(near=near))
    if "\n\n" in draft.atoms[end - 1].text:
        draft.atoms[end - 1] = replace(draft.atoms[end - 1], text=" ")


def split_paragraph(draft: Draft, near: bool) -> None:
    _, end = draft.sentence(draft.somewhere(near=near))
    if end < len(draft.atoms) and draft.atoms[end].text == " ":
        draft.atoms[end] = replace(draft.atoms[end], text="\n\n")


def rewrap(draft: Draft, near: bool) -> None:
    width, column = draft.chance.choice([40, 60, 72, 10_000]), 0
    for i, atom in enumerate(draft.atoms):
        if atom.text.isspace() and "\n\n" not in atom.text:
            text = "\n" if column > width else " "
            column = 0 if text == "\n" else column
            draft.atoms[i] = replace(atom, text=text)
        column = 0 if "\n" in atom.text else column + len(atom.text)


RETYPED: dict[str, tuple[str, ...]] = {
    '"': ("“", "”", "„", "«", "»"),
    "“": ('"', "«", "„"),
    "”": ('"', "»", "“"),
    "'": ("’", "‘"),
    "’": ("'",),
    "‘": ("'",),
    "–": ("-", "—", "--"),
    "—": ("-", "–", " – ", "--"),
    "-": ("–", "‐"),
}


def retype_signs(draft: Draft, near: bool) -> None:
    for i, atom in enumerate(draft.atoms):
        if atom.text in RETYPED:
            other = draft.chance.choice(RETYPED[atom.text])
            draft.atoms[i] = replace(atom, text=other)


def change_case(draft: Draft, near: bool) -> None:
    start, end = draft.sentence(draft.somewhere(near=near))
    for i in range(start, end):
        draft.atoms[i] = replace(draft.atoms[i], text=draft.atoms[i].text.upper())


def decompose(draft: Draft, near: bool) -> None:
    for i, atom in enumerate(draft.atoms):
        draft.atoms[i] = replace(atom, text=unicodedata.normalize("NFD", atom.text))


Edit = Callable[[Draft, bool], None]
EDITS: dict[str, Edit] = {
    "insert a sentence": insert_sentence,
    "insert words": insert_words,
    "insert a paragraph": insert_paragraph,
    "delete a sentence": delete_sentence,
    "delete words": delete_words,
    "delete a paragraph": delete_paragraph,
    "reword": reword,
    "mistype": mistype,
    "move a sentence": move_sentence,
    "move a paragraph": move_paragraph,
    "join paragraphs": join_paragraphs,
    "split a paragraph": split_paragraph,
    "wrap anew": rewrap,
    "retype quotes and dashes": retype_signs,
    "change case": change_case,
    "other Unicode form": decompose,
}
MIX = "a mix"


def edited(
    text: str, quote: Span, kind: str, chance: random.Random, spare: Sequence[str]
) -> Truth:
    """The text after one edit of a kind beside the quote, or after a mix of many."""
    draft = Draft(text, quote, chance)
    draft.spare = list(spare)
    if kind != MIX:
        EDITS[kind](draft, True)
        return draft.truth()
    for name in chance.choices(list(EDITS), k=chance.randint(2, 8)):
        if draft.atoms:
            EDITS[name](draft, chance.random() < 0.6)
    return draft.truth()


def some_quote(text: str, chance: random.Random) -> Span:
    """A stretch as people quote: some words, a sentence, a few, a whole paragraph."""
    atoms = list(ATOMS.finditer(text))
    words = [i for i, atom in enumerate(atoms) if atom[0][0].isalnum()]
    at = chance.choice(words)
    draft = Draft(text, Span(0, 0), chance)
    way = chance.choice(["words", "sentence", "sentence", "sentences", "paragraph"])
    if way == "words":
        end = min(len(words) - 1, words.index(at) + chance.randint(3, 25))
        return Span(atoms[at].start(), atoms[words[end]].end())
    start, end = draft.sentence(at) if way != "paragraph" else draft.paragraph(at)
    if way == "sentences":
        _, end = draft.sentence(min(end + 2, len(atoms) - 1))
    found = text[atoms[start].start() : atoms[end - 1].end()]
    start = atoms[start].start() + len(found) - len(found.lstrip())
    return Span(start, start + len(found.strip()))


def with_repeats(text: str, chance: random.Random) -> str:
    """The text with some of its sentences and a paragraph standing in many places."""
    paragraphs = text.split("\n\n")
    repeated = [
        "The motion was carried.",
        "No one voted against it, and the chair thanked all members for their work.",
        *chance.sample(re.findall(r"[A-Z][^.!?\n]{20,120}\.", text) or [text[:80]], 1),
    ]
    for i, paragraph in enumerate(paragraphs):
        if chance.random() < 0.6:
            paragraphs[i] = f"{paragraph} {chance.choice(repeated)}"
        if chance.random() < 0.3:
            paragraphs[i] = f"{chance.choice(repeated)} {paragraphs[i]}"
    for _ in range(2):
        one = chance.choice(paragraphs)
        paragraphs.insert(chance.randrange(len(paragraphs)), one)
    return "\n\n".join(paragraphs)
