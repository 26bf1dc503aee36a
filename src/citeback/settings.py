"""Every setting, in one frozen record, read from the environment in one place."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from citeback.errors import SettingsError

PREFIX = "CITEBACK_"
# What the tests are told by; no setting begins so.
NOT_SETTINGS = f"{PREFIX}TEST_"


@dataclass(frozen=True, slots=True)
class Settings:
    """Plain values; each is `CITEBACK_` and its name in capitals in the environment.

    `model` is a folder or a hub name of a sentence-transformers model; "" is the
    bundled one. `batch_size` counts texts, `max_file_megabytes` 10^6 bytes of a file,
    `max_question_characters` code points; `passages_per_answer` is how many are shown.
    In `citations` lies what users have pinned, cited and filled in.
    With `ocr`, scans are given text by the system's ocrmypdf.
    Where the page is `shared`, visitors cannot change the content folder: what they add
    is a library of their own.
    """

    content: Path = Path("content")
    index: Path = Path("index")
    model: str = ""
    batch_size: int = 32
    max_file_megabytes: int = 32
    max_seconds_per_file: int = 120
    max_question_characters: int = 2000
    passages_per_answer: int = 5
    port: int = 7860
    judgements: Path = Path("questions.jsonl")
    citations: Path = Path("citations")
    ocr: bool = False
    shared: bool = False

    def __post_init__(self) -> None:
        """Refuse values that no part could work with."""
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is int and value < 1:
                raise SettingsError(
                    f"{PREFIX}{field.name.upper()} is {value}, but it must be 1 or more."
                )
        if self.port > 65535:
            raise SettingsError(f"{PREFIX}PORT is {self.port}, but ports end at 65535.")
        try:
            str(self.index).encode()
        except UnicodeEncodeError:
            raise SettingsError(
                f"The name of the index folder {str(self.index)!r} is not valid text. "
                f"Set {PREFIX}INDEX to a folder with another name."
            ) from None


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment asks for, defaults elsewhere.

    Raises SettingsError for a `CITEBACK_` name that does not exist, with one like it
    or all that do, and for a value that is not of the setting's kind.
    """
    kinds = {field.name: type(field.default) for field in fields(Settings)}
    values: dict[str, Path | str | int | bool] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in kinds:
            raise SettingsError(f"There is no setting {name}.{_nearest(key, kinds)}")
        values[key] = _parse(name, value, kinds[key])
    return Settings(**values)  # type: ignore[arg-type]


def _nearest(key: str, kinds: Mapping[str, type]) -> str:
    near = difflib.get_close_matches(key, kinds, n=1)
    if near:
        return f" Did you mean {PREFIX}{near[0].upper()}?"
    return f" There are: {', '.join(PREFIX + kind.upper() for kind in kinds)}."


def _parse(name: str, value: str, kind: type) -> Path | str | int | bool:
    if kind is bool:
        if value not in ("0", "1"):
            raise SettingsError(
                f"{name} is {value!r}, but it must be 1 (on) or 0 (off)."
            )
        return value == "1"
    if kind is int:
        try:
            return int(value)
        except ValueError:
            raise SettingsError(
                f"{name} is {value!r}, but it must be a whole number."
            ) from None
    if kind is str:
        return value
    if not value.strip():
        raise SettingsError(f"{name} is empty. Name a folder, or unset it.")
    return Path(value)
