"""The library as Python programs use it, by the examples of the documentation."""

from __future__ import annotations

import ast
import doctest
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CONTENT

import citeback

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.real
def test_the_examples_do_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CONTENT, tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(
        str(DOCS / "python.md"), module_relative=False, encoding="utf-8"
    )
    assert result.attempted > 25
    assert result.failed == 0


def test_each_name_is_what_it_says() -> None:
    for name in citeback._MODULE_OF:
        assert getattr(citeback, name).__name__ == name
        assert name in dir(citeback)
    with pytest.raises(AttributeError, match="Librarian"):
        _ = citeback.Librarian


def test_type_checkers_are_told_the_same_names() -> None:
    tree = ast.parse(Path(citeback.__file__).read_text(encoding="utf-8"))
    imported = {
        alias.asname: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    assert imported == citeback._MODULE_OF


def test_the_package_alone_imports_nothing_large() -> None:
    code = "import citeback, sys; print('numpy' in sys.modules, len(sys.modules) < 90)"
    said = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(DOCS.parent / "src")},
    )
    assert said.stdout.split() == ["False", "True"]


def test_the_site_is_built_and_fetches_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="needs pip install -r requirements-dev.txt")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", tmp_path],
        cwd=DOCS.parent,
        check=True,
        capture_output=True,
    )
    pages = {page.name: page.read_text() for page in tmp_path.glob("*.html")}
    written = {f"{file.stem}.html" for file in DOCS.glob("*.md")}
    assert written <= pages.keys()
    loaded = re.compile(
        r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?(https?:[^\">]+)"
    )
    assert {name: loaded.findall(page) for name, page in pages.items()} == {
        name: [] for name in pages
    }
    # Each method of the library has its entry, with its docstring.
    reference = pages["reference.html"]
    methods = [
        name
        for name, member in vars(citeback.Library).items()
        if callable(member) and not name.startswith("_")
    ]
    assert len(methods) > 20
    for name in methods:
        assert f'id="citeback.library.Library.{name}"' in reference
