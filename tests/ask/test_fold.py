"""What is folded away says the same; what says something else is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeLibrary

from citeback.ask.fold import groups

BASE = (
    "The minister said on Monday in the capital that the new programme for former "
    "prisoners will be funded by the state from the next year onwards in all districts."
)


@pytest.mark.parametrize(
    "other",
    [
        BASE.upper(),
        BASE.replace("the next year", "next year").replace(" in the", ", in a"),
        BASE.replace(" that", ",\nthat") + "..",
    ],
)
def test_the_same_in_other_spelling_is_folded(other: str) -> None:
    assert groups(2, {0: BASE, 1: other}) == [[0, 1]]


@pytest.mark.parametrize(
    "other",
    [
        BASE.replace("will be", "will not be"),
        BASE.replace("will be", "won't be"),
        BASE.replace("for former", "without former"),
        BASE.replace("funded", "refused"),
        BASE.replace("will be", "may be"),
        BASE.replace("from the next", "before the next"),
        BASE.replace("state", "state 5"),
        BASE.replace("districts.", "districts?"),
        BASE.replace("minister", "state").replace("by the state", "by the minister"),
    ],
)
def test_what_says_something_else_is_not_folded(other: str) -> None:
    assert groups(2, {0: BASE, 1: other}) == [[0], [1]]


def test_marks_beside_numbers_count() -> None:
    texts = {0: "It fell by 5.", 1: "It fell by -5.", 2: "It fell by 5%.", 3: "$5"}
    assert groups(4, texts) == [[0], [1], [2], [3]]


def test_a_contradiction_has_a_card_of_its_own(
    make_library: MakeLibrary, content: Path
) -> None:
    (content / "p.txt").write_text(BASE)
    (content / "q.txt").write_text(BASE.replace("will be", "will not be"))
    library = make_library()
    library.update()
    hits = library.ask("Will the programme for former prisoners be funded?").hits
    assert {hits[0].source.path, hits[1].source.path} == {"p.txt", "q.txt"}
