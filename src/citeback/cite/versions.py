"""The texts that were cited, kept as they were then, each once by its digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from citeback.cite.kept import write_whole
from citeback.cite.receipt import digest_of
from citeback.errors import CitationsError
from citeback.index import stored_blocks
from citeback.records import Document, LocatorKind, Mark, Source

FOLDER = "versions"
# Enough of a digest to tell the versions of one's documents apart.
FEWEST_DIGITS = 12


class Versions:
    """Earlier versions of documents, in a folder. Safe to use from threads and processes."""

    def __init__(self, citations: Path) -> None:
        """Under the folder of what is cited; made when there is something to keep."""
        self._folder = citations / FOLDER

    def keep(self, document: Document) -> None:
        """Keep a document's text of now. It is on the disk when this returns.

        Raises CitationsError.
        """
        source = document.source
        file = self._folder / f"{source.digest}.json"
        found = self.find(source.digest)
        if found is not None and self.is_named(source.digest, source.path):
            return
        paths = [*self._paths(source.digest), source.path] if found else [source.path]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(file, _to_json(found or document, paths).encode("ascii"))
        except OSError as error:
            raise CitationsError(
                f"The text that is cited cannot be kept in {self._folder} "
                f"({error.strerror}). Make room there, or set CITEBACK_CITATIONS to a "
                "folder you may write in."
            ) from error

    def find(self, digest: str) -> Document | None:
        """The version that a digest, or how it begins, names; None if it is not kept.

        One whose file is damaged is as good as lost, and not shown.
        """
        if len(digest) < FEWEST_DIGITS or not digest.isalnum():
            return None
        for file in sorted(self._folder.glob(f"{digest}*.json")):
            try:
                document = _from_json(file.read_text(encoding="ascii"))
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if digest_of(document.text) == document.source.digest == file.stem:
                return document
        return None

    def is_named(self, digest: str, path: str) -> bool:
        """Whether the version of that digest was kept of a document of that path."""
        return path in self._paths(digest)

    def _paths(self, digest: str) -> list[str]:
        """The paths of the documents whose text that was."""
        try:
            stored = (self._folder / f"{digest}.json").read_text(encoding="ascii")
            plain: dict[str, Any] = json.loads(stored)
            # Versions that were kept by Citeback before 2026-11-23 have no paths.
            return list(plain.get("paths") or [plain["source"]["path"]])
        except (OSError, ValueError, KeyError, TypeError):
            return []


def _to_json(document: Document, paths: Sequence[str]) -> str:
    return json.dumps(
        {
            "paths": paths,
            "source": asdict(document.source),
            "text": document.text,
            "blocks": stored_blocks.to_json(document.blocks),
            "marks": [[mark.start, mark.kind, mark.label] for mark in document.marks],
        }
    )


def _from_json(stored: str) -> Document:
    plain: dict[str, Any] = json.loads(stored)
    source = plain["source"]
    return Document(
        source=Source(**{**source, "tags": tuple(source["tags"])}),
        text=plain["text"],
        blocks=stored_blocks.from_json(plain["blocks"]),
        marks=tuple(
            Mark(start, LocatorKind(kind), label)
            for start, kind, label in plain["marks"]
        ),
    )
