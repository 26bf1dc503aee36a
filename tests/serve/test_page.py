"""The parts of the page as Gradio hands them out: plain values, copied at each opening."""

from __future__ import annotations

from functools import partial

import pytest

from citeback.serve.page import _drawn
from citeback.serve.strings import ASSETS

OF_PARTS = ("asking", "check", "dossier", "finding", "history", "judging", "library")
OF_PARTS += ("around", "header", "reader", "welcome", "writing")


@pytest.mark.parametrize("name", OF_PARTS)
def test_no_part_is_handed_out_with_the_application_in_it(name: str) -> None:
    """A word in a part's script can be taken for an event of it (see history.js)."""
    assert (ASSETS / f"{name}.js").is_file()
    held = _drawn(f"{name}.js", elem_id=name).get_config()
    assert [key for key, value in held.items() if isinstance(value, partial)] == []
