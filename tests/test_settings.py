"""Settings from the environment, and what is said of wrong ones."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from citeback.errors import SettingsError
from citeback.settings import PREFIX, Settings, from_environment

README = Path(__file__).resolve().parents[1] / "README.md"


def test_defaults_and_values() -> None:
    assert from_environment({"HOME": "/x"}) == Settings()
    found = from_environment({"CITEBACK_PORT": "8000", "CITEBACK_CONTENT": "texts"})
    assert (found.port, found.content) == (8000, Path("texts"))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("CITEBACK_PROT", "1", "Did you mean CITEBACK_PORT"),
        ("CITEBACK_FROBNICATE", "1", "There are: CITEBACK_CONTENT, .*CITEBACK_PORT"),
        ("CITEBACK_INDEX", "", "CITEBACK_INDEX is empty"),
        ("CITEBACK_CONTENT", " ", "CITEBACK_CONTENT is empty"),
        ("CITEBACK_INDEX", "in\udcffdex", "is not valid text"),
        ("CITEBACK_OCR", "yes", "must be 1 .on. or 0 .off."),
        ("CITEBACK_PORT", "many", "must be a whole number"),
        ("CITEBACK_PORT", "70000", "ports end at 65535"),
        ("CITEBACK_SHARED", "yes", r"must be 1 \(on\) or 0 \(off\)"),
        ("CITEBACK_BATCH_SIZE", "0", "must be 1 or more"),
        ("CITEBACK_HSOTS", "x", "Did you mean CITEBACK_HOSTS"),
        ("CITEBACK_ACCOUNT", "x", "Did you mean CITEBACK_ACCOUNTS"),
        ("CITEBACK_HOST", " ", "CITEBACK_HOST is empty"),
        ("CITEBACK_ROOT_PATH", "texts/", "must be like /citeback"),
        ("CITEBACK_ROOT_PATH", "//evil.example", "must be like /citeback"),
        ("CITEBACK_LOG", "xml", "must be plain or json"),
        ("CITEBACK_PROXIES", "10.0.0.0/8, proxy", "has 'proxy', but its parts must be"),
        ("CITEBACK_PROXY_HEADER", "X-User", "not from where it is believed"),
    ],
)
def test_wrong_settings_are_explained(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        from_environment({name: value})


def test_what_the_tests_are_told_by_is_no_setting() -> None:
    assert from_environment({"CITEBACK_TEST_EVERYTHING": "1"}) == Settings()


def test_the_readme_names_every_setting_with_its_default() -> None:
    text = README.read_text(encoding="utf-8")
    for field in fields(Settings):
        row = f"| `{PREFIX}{field.name.upper()}` | `{field.default}` |"
        assert row.replace("``", "(none)") in text, row
