"""From `python app.py` to a page that can be used, beside the bare imports for it.

PYTHONPATH=src python benchmarks/ready.py

Both are measured in turns in one run, so that a busy machine is busy for both. The page
can be used when its address answers with the whole of it; what the model and the
documents take goes on behind it and is told as well.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
BARE = "import gradio, fastapi, uvicorn"
TIMES = 5
# Its own scripts stand in its head.
PART_OF_THE_PAGE = "citebackHistory"


def bare_seconds() -> float:
    started = time.monotonic()
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    subprocess.run([sys.executable, "-c", BARE], check=True, env=environment)
    return time.monotonic() - started


def page_seconds(folder: Path) -> tuple[float, float]:
    """Until the page is there, and until the model and the index are."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "CITEBACK_CONTENT": str(ROOT / "content"),
        "CITEBACK_INDEX": str(folder / "index"),
        "CITEBACK_PORT": str(port),
    }
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        while PART_OF_THE_PAGE not in text_of(url):
            time.sleep(0.01)
        page = time.monotonic() - started
        while not json.loads(text_of(f"{url}healthz") or "{}").get("ready"):
            time.sleep(0.1)
        return page, time.monotonic() - started
    finally:
        process.terminate()
        process.wait()


def text_of(url: str) -> str:
    """What the address answers, "" while nothing does."""
    try:
        with urllib.request.urlopen(url, timeout=30) as reply:
            text: str = reply.read().decode()
            return text
    except (urllib.error.URLError, OSError):
        return ""


def main() -> None:
    bare, pages, whole = [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for _ in range(TIMES):
            shutil.rmtree(folder / "index", ignore_errors=True)
            bare.append(bare_seconds())
            page, ready = page_seconds(folder)
            pages.append(page)
            whole.append(ready)
    print(f"imports alone           {median(bare):5.2f} s")
    print(f"page can be used        {median(pages):5.2f} s")
    print(f"model and index ready   {median(whole):5.2f} s")
    print(f"page / imports alone    {median(pages) / median(bare):5.2f}")


if __name__ == "__main__":
    main()
