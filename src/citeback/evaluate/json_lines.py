"""Lines of JSON → checked fields, each complaint with its file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citeback.errors import QuestionSetError


def lines(path: Path) -> list[str]:
    """The lines of a text file. Raises QuestionSetError where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise QuestionSetError(f"{path} is missing.") from None
    except OSError as error:
        raise QuestionSetError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path} is not text in UTF-8 ({error}).") from error


@dataclass(frozen=True, slots=True)
class Row:
    """One line's object; `number` counts lines from 1."""

    path: Path
    number: int
    fields: dict[str, Any]

    def error(self, message: str) -> QuestionSetError:
        """A complaint about this line."""
        return QuestionSetError(f"{self.path}, line {self.number}: {message}")

    def text(self, name: str) -> str:
        """A field that must be text with something in it."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f'"{name}" must be a text that is not empty.')
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self.error(f'"{name}" holds half of a character.') from None
        return value

    def answerable(self, fields: dict[str, Any]) -> bool:
        """The flag of that name among the line's fields, or true."""
        value = fields.get("answerable", True)
        if not isinstance(value, bool):
            raise self.error('"answerable" must be true or false.')
        return value


def rows(path: Path) -> Iterator[Row]:
    """One row for each line that is not blank."""
    for number, line in enumerate(lines(path), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise QuestionSetError(
                f"{path}, line {number}: this is not JSON ({error})."
            ) from None
        row = Row(path, number, value)
        if not isinstance(value, dict):
            raise row.error("this must be a JSON object: {...}.")
        yield row
