"""When a model is asked, with what, and that nothing is sent anywhere otherwise."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeLibrary
from writing_server import FakeServer

from citeback.errors import SettingsError, WriterError
from citeback.records import Answer, Verdict
from citeback.settings import Settings, from_environment
from citeback.write.writer import key_of, writer_of
from citeback.write.writing import write


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with FakeServer() as made:
        yield made


@pytest.fixture
def answer(make_library: MakeLibrary) -> Answer:
    library = make_library()
    library.update()
    return library.ask("How long does the blue kettle take?")


def test_the_question_and_the_numbered_passages_are_sent(
    server: FakeServer, answer: Answer
) -> None:
    server.asked.clear()
    settings = Settings(writer_url=server.url, writer_model="honest")
    told = write(answer, settings)
    assert not told.is_empty
    ((_, headers, body),) = server.asked
    assert "authorization" not in {name.lower() for name in headers}
    system, user = body["messages"]
    assert "copy letter by letter" in system["content"]
    for hit in answer.hits:
        assert f"passage {hit.number} -----\n{hit.passage.text}" in user["content"]
    assert user["content"].endswith("Question: How long does the blue kettle take?")


def test_where_the_text_does_not_say_the_model_is_not_asked(
    server: FakeServer, answer: Answer
) -> None:
    server.asked.clear()
    settings = Settings(writer_url=server.url, writer_model="honest")
    with pytest.raises(WriterError, match="does not say, so the language model"):
        write(replace(answer, verdict=Verdict.SILENT), settings)
    assert not server.asked


def test_without_the_setting_nothing_is_sent(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it reached out")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(WriterError, match="nothing was sent anywhere"):
        write(answer, Settings())


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("127.0.0.1:11434", "must be an address like"),
        ("ftp://a.example/v1", "must be an address like"),
        ("http://", "must be an address like"),
        ("http://a.example:99999", "must be an address like"),
        ("https://a.example/v1?key=1", "must be an address like"),
        ("https://me:secret@a.example/v1", "has a name or a password in it"),
        ("http://[::1", "must be an address like"),
    ],
)
def test_a_wrong_address_is_told_without_what_is_secret(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as raised:
        writer_of(Settings(writer_url=url, writer_model="m"))
    assert "secret" not in str(raised.value)


def test_a_model_must_be_named() -> None:
    with pytest.raises(SettingsError, match="CITEBACK_WRITER_MODEL is not"):
        writer_of(Settings(writer_url="http://127.0.0.1/v1"))


@pytest.mark.parametrize(
    ("url", "local", "plain"),
    [
        ("http://127.0.0.1:11434/v1", True, False),
        ("http://[::1]:8080/v1/", True, False),
        ("http://localhost/v1", True, False),
        ("http://127.0.0.1.evil.example/v1", False, True),
        ("http://192.168.1.5:8000/v1", False, True),
        ("https://a.example/v1", False, False),
    ],
)
def test_it_is_known_whether_passages_leave_the_machine(
    url: str, local: bool, plain: bool
) -> None:
    writer = writer_of(Settings(writer_url=url, writer_model="m"))
    assert writer is not None
    assert (writer.local, writer.plain) == (local, plain)


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("sk-secret\n")
    assert key_of(Settings(writer_key_file=str(file))) == "sk-secret"
    assert "sk-secret" not in repr(Settings(writer_key="sk-secret"))
    with pytest.raises(SettingsError, match="both set") as raised:
        from_environment(
            {"CITEBACK_WRITER_KEY": "sk-secret", "CITEBACK_WRITER_KEY_FILE": "key"}
        )
    assert "sk-secret" not in str(raised.value)
    with pytest.raises(WriterError, match="signs that no key has") as wrong:
        key_of(Settings(writer_key="sk-secret\r\nx-evil: 1"))
    assert "sk-secret" not in str(wrong.value)
    with pytest.raises(WriterError, match="cannot be read"):
        key_of(Settings(writer_key_file=str(tmp_path / "none")))
