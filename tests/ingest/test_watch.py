"""Changes in the content folder are told while they happen."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from citeback.ingest import watch as watching
from citeback.ingest.watch import changes

SOON = 10  # seconds
STILL = 1.5


@pytest.fixture
def told(content: Path) -> Iterator[queue.Queue[None]]:
    """An entry for each change that was told, the one at the beginning taken."""
    stop = threading.Event()
    entries: queue.Queue[None] = queue.Queue()

    def follow() -> None:
        for _ in changes(content, stop):
            entries.put(None)

    thread = threading.Thread(target=follow)
    thread.start()
    entries.get(timeout=SOON)
    yield entries
    stop.set()
    thread.join(SOON)
    assert not thread.is_alive()


def test_every_kind_of_change_is_told(content: Path, told: queue.Queue[None]) -> None:
    (content / "below").mkdir()
    told.get(timeout=SOON)
    for change in (
        lambda: (content / "below" / "new.txt").write_text("New words."),
        lambda: (content / "kettle.txt").write_text("Other words."),
        lambda: (content / "kettle.txt").rename(content / "pot.txt"),
        lambda: (content / "pot.txt").unlink(),
    ):
        change()
        told.get(timeout=SOON)


def test_hidden_files_are_passed_over(content: Path, told: queue.Queue[None]) -> None:
    (content / ".removed").mkdir()
    (content / ".removed" / "a.txt").write_text("Words.")
    (content / ".kettle.txt.swp").write_text("Words.")
    with pytest.raises(queue.Empty):
        told.get(timeout=STILL)


def test_a_folder_that_goes_and_comes_back_is_told(
    content: Path, told: queue.Queue[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ABSENT_SECONDS", 0.1)
    content.rename(content.with_name("elsewhere"))
    told.get(timeout=SOON)
    while not told.empty():
        told.get()
    content.with_name("elsewhere").rename(content)
    told.get(timeout=SOON)
