"""The command line as a person or a script uses it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TEXTS
from doubles import WordHashEncoder

from citeback import library as library_module
from citeback.cite.dossier import DossierFile, pin_of
from citeback.cite.written import read_receipts
from citeback.library import Library
from citeback.serve.command_line import main
from citeback.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, content: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def fake(*_: object, **__: object) -> WordHashEncoder:
        return WordHashEncoder()

    monkeypatch.setattr(library_module, "load_encoder", fake)
    monkeypatch.setenv("CITEBACK_CITATIONS", str(tmp_path / "citations"))

    def call(command: str, *arguments: str) -> int:
        folders = ("--content", str(content), "--index", str(tmp_path / "index"))
        return main([command, *folders, *arguments])

    return call


def test_ask_quotes_and_says_where(run: Run, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "What does the blue kettle do with water?") == 0
    out = capsys.readouterr().out
    assert "“The blue kettle boils water in four minutes.” [1]" in out
    assert "[1] Kettle › ¶ 1" in out
    assert "kettle.txt:0-44" in out


def test_ask_says_when_the_text_does_not(
    run: Run, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The coefficients are the real model's; the word-hash encoder has no such scale.
    monkeypatch.setattr("citeback.ask.answer.probability", lambda _: 0.01)
    assert run("ask", "Why do whales sing?") == 0
    out = capsys.readouterr().out
    assert out.startswith("The text does not say.")
    assert "Words the text never uses: whales, sing." in out


def test_ask_json_is_one_object(run: Run, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "--json", "blue kettle boils water") == 0
    answer = json.loads(capsys.readouterr().out)
    hit = answer["hits"][0]
    assert answer["verdict"] == "answers"
    assert hit["quote"] == "The blue kettle boils water in four minutes."
    assert hit["source"]["path"] == "kettle.txt"


def test_index_and_list_as_text_and_json(
    run: Run, capsys: pytest.CaptureFixture, content: Path
) -> None:
    (content / "empty.txt").touch()
    assert run("list") == 0
    assert "Nothing is indexed yet" in capsys.readouterr().out
    assert run("index") == 0
    assert "2 added" in capsys.readouterr().out
    assert run("list") == 0
    out = capsys.readouterr().out
    assert "empty.txt: not read: " in out
    assert "kettle.txt: 2 paragraphs, 2 passages" in out
    assert run("index", "--json") == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == [
        "garden.md",
        "kettle.txt",
    ]
    assert run("list", "--json") == 0
    assert [f["state"] for f in json.loads(capsys.readouterr().out)] == [
        "refused",
        "indexed",
        "indexed",
    ]


def test_index_rebuild(run: Run, capsys: pytest.CaptureFixture) -> None:
    assert run("index") == 0
    assert run("index", "--rebuild") == 0
    assert "2 changed" in capsys.readouterr().out


def test_errors_are_one_sentence_and_status_2(
    run: Run, capsys: pytest.CaptureFixture, content: Path
) -> None:
    assert run("ask", " ") == 2
    assert capsys.readouterr().err.endswith("citeback: Type a question first.\n")
    content.rename(content.with_name("gone"))
    assert run("index") == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_damaged_index_is_told_of_by_every_command(
    run: Run, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    assert run("index") == 0
    (tmp_path / "index" / "catalog.sqlite").write_bytes(b"no database" * 1000)
    capsys.readouterr()
    assert run("list") == 0
    assert "damaged" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["list"], ["ask", "What?"], ["index"]])
def test_a_command_in_the_wrong_place_leaves_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == (0 if command == ["list"] else 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--limit", "abc"), "'abc' is not a whole number from 1 up"),
        (("--limit", "0"), "'0' is not a whole number from 1 up"),
        (("--index", ""), "it is empty; name a folder"),
        (("--content", " "), "it is empty; name a folder"),
    ],
)
def test_wrong_options_are_explained(
    run: Run,
    capsys: pytest.CaptureFixture,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    with pytest.raises(SystemExit):
        run("ask", "What?", *arguments)
    assert message in capsys.readouterr().err


def started(
    tmp_path: Path, content: Path, *command: str, encoding: str = "utf-8"
) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, with the bundled model."""
    folders = ["--content", str(content), "--index", str(tmp_path / "index")]
    return subprocess.Popen(
        [sys.executable, "-m", "citeback", *command, *folders],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "src", "PYTHONIOENCODING": encoding},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_an_output_that_lacks_a_sign_shows_a_question_mark(
    run: Run, tmp_path: Path, content: Path
) -> None:
    (content / "नेपाल.txt").write_text("Words.", encoding="utf-8")
    assert run("index") == 0
    out, err = started(tmp_path, content, "list", encoding="cp1252").communicate()
    assert b"?????.txt: 1 paragraph" in out
    assert err == b""


def test_a_reader_that_has_seen_enough_is_no_error(
    run: Run, tmp_path: Path, content: Path
) -> None:
    for number in range(3000):
        (content / f"refused-{number}-{'x' * 60}.png").touch()
    assert run("index") == 0
    process = started(tmp_path, content, "list")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_control_signs_do_not_reach_the_terminal(
    run: Run, capsys: pytest.CaptureFixture, content: Path
) -> None:
    (content / "bad.txt").write_text("The escape\x1b[2J sequence clears the screen.")
    assert run("ask", "Which escape sequence clears the screen?") == 0
    assert "\x1b" not in capsys.readouterr().out


def test_it_runs_from_a_plain_checkout(tmp_path: Path) -> None:
    """As the README says: in the project's folder, with its requirements installed."""
    done = subprocess.run(
        [sys.executable, "-m", "citeback", "list", "--index", str(tmp_path / "index")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "Nothing is indexed yet. Run: python -m citeback index\n"


def test_a_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(tmp_path / "wheel"),
            ".",
        ],
        cwd=tmp_path,
        check=True,
    )
    (wheel,) = (tmp_path / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    source = tmp_path / "src"
    wanted = {
        file.relative_to(source).as_posix()
        for file in (source / "citeback").rglob("*")
        if file.is_file()
    }
    assert "citeback/index/schema.sql" in wanted
    assert wanted - names == set()


def ignored(_: str, names: list[str]) -> set[str]:
    return {name for name in names if name.endswith((".egg-info", "__pycache__"))}


def test_verify_tells_what_holds_and_what_does_not(
    run: Run, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    memo = tmp_path / "memo.md"
    memo.write_text("It “boils water in four minutes”.", encoding="utf-8")
    assert run("verify", str(memo)) == 0
    out = capsys.readouterr().out
    assert "1 quotation in memo.md, against 2 documents: 1 exact." in out
    assert "Kettle · ¶ 1  kettle.txt:16-43" in out

    memo.write_text("It “boils water in five minutes”.", encoding="utf-8")
    assert run("verify", str(memo)) == 1
    shown = capsys.readouterr()
    assert "changed: boils water in [-four-]{+five+} minutes" in shown.out
    assert "1 of 1 quotation not exact." in shown.err
    assert run("verify", "--json", str(memo)) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["holds"] is False
    assert report["quotations"][0]["finding"] == "altered"

    memo.write_text("Nothing here.", encoding="utf-8")
    assert run("verify", str(memo)) == 0
    assert "Nothing is quoted in memo.md" in capsys.readouterr().out
    assert run("verify", str(tmp_path / "none.md")) == 2
    assert "none.md cannot be checked" in capsys.readouterr().err


QUOTE = "The blue kettle boils water in four minutes."


@pytest.mark.parametrize("command", ["ask", "every", "absent"])
def test_json_gives_each_quotation_its_receipt(
    run: Run, capsys: pytest.CaptureFixture, command: str
) -> None:
    assert run(command, "--json", "blue kettle") == 0
    plain = json.loads(capsys.readouterr().out)
    shown = {
        "ask": lambda: plain["hits"],
        "every": lambda: plain["documents"][0]["passages"],
        "absent": lambda: plain["places"],
    }[command]()
    receipt = shown[0]["receipt"]
    text = TEXTS["kettle.txt"]
    assert receipt["quote"] == text[receipt["start"] : receipt["end"]]
    assert receipt["document"] == hashlib.sha256(text.encode()).hexdigest()
    (read,) = read_receipts(receipt["text"])
    assert read.receipt is not None
    assert (read.receipt.path, read.receipt.start) == ("kettle.txt", receipt["start"])


def test_ask_shows_receipts_on_request(run: Run, capsys: pytest.CaptureFixture) -> None:
    assert run("ask", "blue kettle boils water") == 0
    assert "citeback:" not in capsys.readouterr().out
    assert run("ask", "--receipts", "blue kettle boils water") == 0
    assert "\n[1] citeback:kettle.txt#char=0,44;" in capsys.readouterr().out


def test_cite_prints_receipt_and_link_and_keeps_the_text(
    run: Run, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    assert (
        run("cite", "kettle.txt", "the blue kettle boils\nwater in four minutes") == 0
    )
    receipt, link = capsys.readouterr().out.splitlines()
    assert receipt.startswith("citeback:kettle.txt#char=0,43;")
    assert link.startswith(
        "http://127.0.0.1:7860/?doc=kettle.txt&start=0&end=43&state="
    )
    assert "&quote=The+blue+kettle+boils+water+in+four+minutes&" in link
    (kept,) = (tmp_path / "citations" / "versions").iterdir()
    assert kept.stem == hashlib.sha256(TEXTS["kettle.txt"].encode()).hexdigest()
    assert run("cite", "--json", "kettle.txt", QUOTE) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain["receipt"]["quote"] == QUOTE
    assert plain["annotation"]["target"]["selector"][0]["exact"] == QUOTE
    assert plain["web_link"] == ""


@pytest.mark.parametrize(
    ("path", "quote", "told"),
    [
        ("kettle.txt", "The red kettle", "do not stand so in kettle.txt"),
        ("kettle.txt", " ", "do not stand so in kettle.txt"),
        ("kettle.txt", "in", "in 2 places"),
        ("pot.txt", QUOTE, "There is no document 'pot.txt'"),
    ],
)
def test_cite_refuses_what_is_no_quote(
    run: Run, capsys: pytest.CaptureFixture, path: str, quote: str, told: str
) -> None:
    assert run("cite", path, quote) == 2
    assert told in capsys.readouterr().err


def test_cite_prints_a_reference_and_says_what_is_missing(
    run: Run, capsys: pytest.CaptureFixture
) -> None:
    assert run("cite", "kettle.txt", QUOTE, "--style", "apa") == 0
    printed = capsys.readouterr()
    assert printed.out == f"“{QUOTE}” (Kettle, n.d., para. 1)\n\nKettle. (n.d.).\n"
    assert "Not known of this document: author, date, publisher." in printed.err


@pytest.mark.parametrize("ending", ["docx", "md", "html"])
def test_an_exported_dossier_is_proven_by_verify(
    run: Run,
    capsys: pytest.CaptureFixture,
    tmp_path: Path,
    content: Path,
    ending: str,
) -> None:
    # Its title stands in quotation marks in the references, and in no text.
    name = "all-pots-of-the-house.txt"
    (content / name).write_text(f"{QUOTE} And so on.\n", encoding="utf-8")
    assert run("dossier") == 0
    assert "Nothing is pinned yet" in capsys.readouterr().out
    assert run("index") == 0
    settings = Settings(
        content=tmp_path / "content",
        index=tmp_path / "index",
        citations=tmp_path / "citations",
    )
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        document = library.document(name)
        receipt = library.quoted(name, QUOTE)
        DossierFile(settings.citations).pin(pin_of(document, receipt, question="When?"))
    file = tmp_path / f"dossier.{ending}"
    assert run("dossier", "--export", str(file)) == 0
    capsys.readouterr()
    assert run("verify", str(file)) == 0
    said = capsys.readouterr().out
    assert "1 exact" in said
    assert "document's title" in said
    assert "altered" not in said
    assert "not found" not in said
    # One word is another now: the proof does not hold any more.
    if ending == "md":
        changed = file.read_text().replace(f"> {QUOTE}", f"> {QUOTE} not", 1)
        file.write_text(changed)
        assert run("verify", str(file)) == 1
    assert run("dossier", "--export", str(tmp_path / "dossier.exe")) == 2
    assert ".docx, .md, .html or .pdf" in capsys.readouterr().err


def test_claims_shows_what_is_related(
    run: Run, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    memo = tmp_path / "memo.md"
    memo.write_text("The blue kettle boils water fast.", encoding="utf-8")
    assert run("claims", str(memo)) == 0
    out = capsys.readouterr().out
    assert "[1] Related" in out
    assert "“The blue kettle boils water in four minutes.”" in out
    assert "proves" in out.split("[1]")[0]
    assert run("claims", "--json", str(memo)) == 0
    assert json.loads(capsys.readouterr().out)["claims"][0]["verdict"] == "answers"
    memo.write_text("Short one.", encoding="utf-8")
    assert run("claims", str(memo)) == 0
    assert "no sentence in memo.md" in capsys.readouterr().out


def test_one_of_a_kind_is_not_told_as_several(
    run: Run, content: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    for name in list(TEXTS)[1:]:
        (content / name).unlink()
    assert run("index") == 0
    assert run("doctor") == 0
    assert run("backup", str(tmp_path / "copy")) == 0
    told = capsys.readouterr().out
    assert "Looked at 1 document," in told
    assert "Copied 1 document and" in told
