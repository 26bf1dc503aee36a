"""Text for scanned PDFs, by the system's own OCR where it is there and allowed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from contextvars import ContextVar
from pathlib import Path

from citeback.errors import UnreadableFileError

seconds: ContextVar[int] = ContextVar("seconds", default=0)
"""How long OCR may take; 0: it is off. Set by who asks for a file to be read."""

leads_group: ContextVar[bool] = ContextVar("leads_group", default=False)
"""Whether this process is there for reading alone, and its group holds no other."""


def recognized(data: bytes) -> bytes | None:
    """The PDF with a layer of text; None where OCR is off or not installed.

    Raises UnreadableFileError where it fails.
    """
    at_most = seconds.get()
    program = shutil.which("ocrmypdf") if at_most else None
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="citeback-ocr-") as folder:
        source, target = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        source.write_bytes(data)
        try:
            subprocess.run(
                [program, "--quiet", "--skip-text", "--", source, target],
                check=True,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=at_most,
            )
            return target.read_bytes()
        except subprocess.TimeoutExpired:
            _end_what_it_started()
            raise UnreadableFileError(
                f"it is a scan, and OCR took longer than {at_most} s: run ocrmypdf on it "
                "yourself and put the new file here, or raise "
                "CITEBACK_MAX_SECONDS_PER_FILE."
            ) from None
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", None) or b""
            last = said.decode(errors="replace").strip().rpartition("\n")[2][:200]
            raise UnreadableFileError(
                "it is a scan, and OCR failed"
                f"{f' ({last})' if last else ''}: run ocrmypdf on it yourself to see "
                "why, and put the new file here."
            ) from None


def _end_what_it_started() -> None:
    """End the programs that OCR has left behind, one for each page at work."""
    if leads_group.get():
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)
