"""What users have filled in about their documents, beside and never in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from citeback.cite.kept import KeptFile, Value
from citeback.cite.referencing.facts import Field, Kind, one_line, parsed_day
from citeback.errors import CitationsError

FILE = "references.json"
MOST_LETTERS = 1000


class FilledIn:
    """The fields filled in by a document's path, kept in the citations folder.

    They go by the path alone: a new version of a document has the same author.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is made before something is filled in."""
        self._kept = KeptFile(folder / FILE)

    def of(self, path: str) -> dict[str, str]:
        """What is filled in about one document. Raises CitationsError."""
        found = self._kept.read().get("documents", {}).get(path, {})
        return {
            key: value
            for key, value in found.items()
            if key in set(Field) and isinstance(value, str)
        }

    def fill(self, path: str, values: Mapping[str, str]) -> dict[str, str]:
        """Fill in fields, empty ones being forgotten; returns all that is filled in.

        Raises CitationsError for a value that no reference could be made of.
        """
        wanted = {
            field: one_line(values[field])[:MOST_LETTERS]
            for field in Field
            if field in values
        }
        for field in (Field.DATE, Field.ACCESSED):
            if wanted.get(field) and parsed_day(wanted[field]) is None:
                raise CitationsError(
                    f"“{wanted[field]}” is not understood as a date. Write it as 2021, "
                    "2021-03 or 2021-03-18."
                )
        if wanted.get(Field.KIND) and wanted[Field.KIND] not in set(Kind):
            raise CitationsError(
                f"“{wanted[Field.KIND]}” is no kind of document. There are: "
                f"{', '.join(Kind)}."
            )

        def change(value: Value) -> dict[str, str]:
            value["version"] = 1
            documents = value.setdefault("documents", {})
            held = {**documents.get(path, {}), **wanted}
            documents[path] = {str(key): text for key, text in held.items() if text}
            if not documents[path]:
                del documents[path]
            return dict(documents.get(path, {}))

        return self._kept.change(change)
