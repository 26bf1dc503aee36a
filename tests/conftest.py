"""What most tests share: small libraries, and the bundled model loaded once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from doubles import WordHashEncoder
from milvus_server import MilvusServer, WordsServer, named, why_not

from citeback.index.encoder import Encoder, load_encoder
from citeback.library import Library
from citeback.settings import Settings

SHARED = Path(__file__).resolve().parents[2] / "shared"
CONTENT = Path(__file__).resolve().parents[1] / "content"

TEXTS = {
    "kettle.txt": "The blue kettle boils water in four minutes.\n\n"
    "Tea is kept in the third cupboard. Sugar stands beside it.",
    "garden.md": "# The garden\n\n## Trees\n\nThe apple tree was planted in 1987.\n\n"
    "## Tools\n\nThe shed holds:\n\n- a spade\n- a rake\n",
}

MakeLibrary = Callable[..., Library]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder with two small documents."""
    folder = tmp_path / "content"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def make_library(tmp_path: Path, content: Path) -> Iterator[MakeLibrary]:
    """Opens libraries over the content folder with the word-hash encoder."""
    opened = []

    def make(encoder: Encoder | None = None) -> Library:
        library = Library.open(
            content,
            tmp_path / "index",
            settings=Settings(citations=tmp_path / "citations"),
            encoder=encoder or WordHashEncoder(),
        )
        opened.append(library)
        return library

    yield make
    for library in opened:
        library.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks a server of vectors takes its time."""
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        if names & {"milvus_server", "words_server", "named_server"}:
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A real server, started once for all tests."""
    if why := why_not():
        pytest.skip(why)
    server = MilvusServer(tmp_path_factory.mktemp("milvus"))
    yield server
    server.close()


@pytest.fixture(scope="session")
def words_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a stand-in for a server that ranks by words, without a name."""
    if importlib.util.find_spec("milvus_lite") is None:
        pytest.skip("milvus-lite is not installed")
    server = WordsServer(tmp_path_factory.mktemp("words"))
    yield server.address
    server.close()


@pytest.fixture(scope="session")
def named_server() -> str:
    """The address of the server that MILVUS_URI names, without a library's name."""
    if not (address := named()):
        pytest.skip("MILVUS_URI names no server (http://host:19530)")
    return address


@pytest.fixture(scope="session")
def real_encoder() -> Encoder:
    """The bundled model, loaded once for all tests."""
    return load_encoder("", batch=32)
