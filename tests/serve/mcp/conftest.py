"""A folder of documents, and the application that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from assistants import Served
from doubles import WordHashEncoder

from citeback.library import Library
from citeback.settings import Settings

KETTLE = "The blue kettle boils water in four minutes."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a content folder and its index in it."""
    made = tmp_path_factory.mktemp("mcp")
    content = made / "content"
    content.mkdir()
    (content / "kettle.txt").write_text(
        f"{KETTLE}\n\nTea is kept in the third cupboard. Sugar stands beside it."
    )
    (content / "über uns.md").write_text("# Garden\n\nThe apple tree is from 1987.\n")
    (content / "empty.txt").write_text("")
    settings = Settings(content=content, index=made / "index")
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        library.update()
    return made


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The application of the owner's own library."""
    settings = Settings(
        content=folder / "content",
        index=folder / "index",
        citations=tmp_path_factory.mktemp("citations"),
    )
    made = Served(settings)
    made.warm_up.start()
    yield made
    made.close()
