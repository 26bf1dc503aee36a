"""Text for scanned PDFs, by the system's own OCR where it is there and allowed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from citeback.errors import UnreadableFileError
from citeback.settings import from_environment

# OCR must end before the process that reads is ended for taking too long.
SECONDS_LEFT = 5


def recognized(data: bytes) -> bytes | None:
    """The PDF with a layer of text; None where OCR is off or not installed.

    Raises UnreadableFileError where it fails.
    """
    settings = from_environment()
    program = shutil.which("ocrmypdf") if settings.ocr else None
    if program is None:
        return None
    seconds = max(1, settings.max_seconds_per_file - SECONDS_LEFT)
    with tempfile.TemporaryDirectory(prefix="citeback-ocr-") as folder:
        source, target = Path(folder, "in.pdf"), Path(folder, "out.pdf")
        source.write_bytes(data)
        try:
            subprocess.run(
                [program, "--quiet", "--skip-text", "--", source, target],
                check=True,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=seconds,
            )
            return target.read_bytes()
        except subprocess.TimeoutExpired:
            raise UnreadableFileError(
                f"it is a scan, and OCR took longer than {seconds} s: run ocrmypdf on it "
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
