"""Where an update of the catalog has its documents from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from citeback.index import stamps
from citeback.index.encoder import Encoder
from citeback.index.stamps import Stamp
from citeback.ingest import worker
from citeback.ingest.read import Outcome
from citeback.ingest.scan import FoundFile, scan
from citeback.ingest.stage import Prepared, Staged

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes of it, and seconds to read it, OCR with them."""

    max_bytes: int
    max_seconds: int
    ocr: bool = False

    def __str__(self) -> str:
        """As kept with a file's stamp: other limits may read it otherwise."""
        return f"{self.max_bytes} {self.max_seconds} {self.ocr}"

    def met_by(self) -> tuple[str, ...]:
        """The limits by which a file has been read as well as by these.

        What OCR has read once stays without it: it is off in another window, say.
        """
        return tuple(str(one) for one in {self, replace(self, ocr=True)})


class Origin(Protocol):
    """Gives the files of the content folder and what is in each of them."""

    def files(self) -> list[FoundFile]:
        """All files by name. Raises ContentError."""

    def stamp(self, file: FoundFile) -> Stamp | None:
        """How the file looked when it was read; asked before `outcomes`."""

    def outcomes(self, file: FoundFile) -> Iterable[Outcome]:
        """What became of each document in it. Raises FileAccessError and Stopped."""

    def prepared(self, outcome: Outcome, encoder: Encoder) -> Prepared:
        """The document of such an outcome, ready to be written."""


class Folder:
    """Reads the files themselves. Implements Origin."""

    def __init__(
        self,
        content: Path,
        limits: Limits,
        *,
        files: Sequence[FoundFile] | None = None,
        stop: Stop = lambda: False,
    ) -> None:
        """The files are those of the content folder, where none are given."""
        self._content = content
        self._limits = limits
        self._files = files
        self._stop = stop

    def files(self) -> list[FoundFile]:
        """All files by name. Raises ContentError."""
        return scan(self._content) if self._files is None else list(self._files)

    def stamp(self, file: FoundFile) -> Stamp | None:
        """How the file looks now."""
        return stamps.take(file.path, str(self._limits))

    def outcomes(self, file: FoundFile) -> Iterable[Outcome]:
        """What is in the file, read in a process of its own."""
        if file.refusal:
            return [Outcome(file.name, refusal=file.refusal)]
        return worker.SHARED.read(
            file.path,
            file.name,
            max_bytes=self._limits.max_bytes,
            seconds=self._limits.max_seconds,
            ocr=self._limits.ocr,
            stop=self._stop,
        )

    def prepared(self, outcome: Outcome, encoder: Encoder) -> Prepared:
        """The document split for the encoder."""
        if outcome.document is None:
            raise ValueError(f"nothing was read of {outcome.name}")
        return Staged(outcome.document, encoder, outcome.remark)
