"""What the README says of files, packages and commands is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from citeback.serve.command_line import _parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCE = ROOT / "src" / "citeback"


def mapped() -> set[str]:
    """The files that the map names, under src/citeback."""
    rows = re.findall(r"^\| (`[^|]+`) \|", README, flags=re.MULTILINE)
    names: set[str] = set()
    for row in rows:
        folder = ""
        for name in re.findall(r"`([^`]+)`", row):
            name = name.removeprefix("src/citeback/")
            folder = name.rpartition("/")[0] or folder
            names.add(name if "/" in name or not folder else f"{folder}/{name}")
    return names


def test_the_file_map_names_every_module() -> None:
    modules = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*.py")
        if not file.name.startswith("__")
    }
    assert modules - mapped() == set()


def test_the_file_map_names_no_file_that_is_not_there() -> None:
    places = (ROOT, SOURCE)
    gone = {n for n in mapped() if not any((p / n).exists() for p in places)}
    assert {n for n in gone if n.endswith((".py", ".sql"))} == set()


def test_every_requirement_has_its_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    names = [re.match(r"[\w-]+(?===)", line) for line in lines]
    for name in filter(None, names):
        assert re.search(rf"^\| ([\w, -]+, )?{name.group()}[ ,]", README, re.MULTILINE)


@pytest.mark.parametrize(
    "command", re.findall(r"^python -m citeback (.+)$", README, flags=re.MULTILINE)
)
def test_every_command_is_understood(command: str) -> None:
    words = [quoted or word for quoted, word in re.findall(r'"([^"]+)"|(\S+)', command)]
    assert _parser().parse_args(words).command


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target
