"""The library panel in Chromium: files in and out, what is asked, whose files they are."""

from __future__ import annotations

import io
import json
import re
import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip(
    "playwright.sync_api",
    reason="needs playwright: pip install -r requirements-dev.txt",
)

from browser.acts import Visit, ask, assert_no_overflow
from browser.stage import PHONE, ROOT, WORKSHOP, Served, serving
from ingest.pdfs import Paper
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

KETTLE = "The blue kettle boils water in four minutes.\n\nTea stands in the cupboard.\n"
HOW_LONG = "How long does the blue kettle take to boil water?"
MILL = "Who closed the mill?"
DATED = {
    "minutes/old.md": "---\ntitle: Old minutes\ndate: 2019-05-04\n---\n"
    "The mayor Anna closed the mill.\n",
    "minutes/new.md": "---\ntitle: New minutes\ndate: 2021-03-18\ntags: [River, Mills]\n"
    "---\nThe mayor Berta closed the mill.\n",
    "letter.txt": "A letter says that nobody closed the mill.\n",
}


@pytest.fixture
def changing(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library that a test may change."""
    with serving(filled(tmp_path), model=False) as server:
        yield server


@pytest.fixture
def slow(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """One that takes as long to embed as with the model, so that it can be watched."""
    with serving(filled(tmp_path)) as server:
        yield server


@pytest.fixture
def shared(chromium_path: str, tmp_path: Path) -> Iterator[Served]:
    """A library that others visit, too."""
    with serving(filled(tmp_path), model=False, CITEBACK_SHARED="1") as server:
        yield server


def filled(folder: Path) -> Path:
    (folder / "content" / "minutes").mkdir(parents=True)
    shutil.copy(ROOT / "content" / WORKSHOP, folder / "content")
    for name, text in DATED.items():
        (folder / "content" / name).write_text(text, encoding="utf-8")
    return folder


def file(name: str, text: str) -> dict[str, object]:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def long_text(count: int = 4000) -> str:
    lines = (f"Barrel {n} holds apples. Crate {n} holds pears." for n in range(count))
    return "\n\n".join(lines)


def open_library(page: Page) -> None:
    page.get_by_role("button", name="Library", exact=True).click()
    expect(page.locator("#files li").first).to_be_visible()


def add(page: Page, *files: dict[str, object]) -> None:
    page.locator("#upload").set_input_files(list(files))  # type: ignore[arg-type]


def drop(page: Page, name: str, text: str) -> None:
    """As the browser tells of a file that is dragged over the page and let go."""
    page.evaluate(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, { type: 'text/plain' }));
            window.dropping = (kind) => document.querySelector('#chat').dispatchEvent(
                new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
            for (const kind of ['dragenter', 'dragover']) window.dropping(kind);
        }""",
        [name, text],
    )


def result(page: Page, name: str):  # type: ignore[no-untyped-def]
    return page.locator("#panel .result").filter(has_text=name)


def row(page: Page, title: str):  # type: ignore[no-untyped-def]
    return page.locator("#files li").filter(has_text=title)


def titles(page: Page) -> set[str]:
    """The documents of the newest answer's passages."""
    found = page.locator("#chat .answer").last.locator(".card .title")
    return set(found.all_text_contents())


def test_files_are_added_by_the_button_and_each_is_told_of(
    changing: Served, visit: Visit
) -> None:
    page = visit(changing)
    open_library(page)
    expect(page.locator("#panel")).to_contain_text(str(changing.content))
    add(
        page,
        file("kettle.txt", KETTLE),
        file("tool.exe", "MZ"),
        file("<b>ठूलो.txt", "The pot is red."),
        file("letter.txt", "Another letter."),
    )
    expect(result(page, "kettle.txt")).to_contain_text("Added, 2 paragraphs")
    expect(result(page, "tool.exe")).to_contain_text("Refused: files ending in .exe")
    expect(result(page, "<b>ठूलो.txt")).to_contain_text("Added, 1 paragraph")
    expect(result(page, "letter.txt")).to_contain_text("Added")
    expect(row(page, "kettle.txt")).to_contain_text("2 paragraphs")
    expect(page.locator("#header .size")).to_contain_text("7 documents")
    names = {path.name for path in changing.content.iterdir() if path.is_file()}
    added = {"kettle.txt", "_b_ठूलो.txt", "letter (2).txt"}
    assert names == {WORKSHOP, "letter.txt", *added}
    assert (changing.content / "letter.txt").read_text() == DATED["letter.txt"]
    add(page, file("kettle.txt", KETTLE))
    expect(result(page, "kettle.txt")).to_contain_text("Was there already")
    page.keyboard.press("Escape")
    answer = ask(page, HOW_LONG)
    expect(answer.locator(".lead blockquote")).to_contain_text("four minutes")
    # Nothing of what was sent lies about.
    sent = changing.content.parent / "index" / "private"
    assert list(sent.rglob("arriving-*")) == []


def test_a_file_dropped_anywhere_is_added(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    drop(page, "kettle.txt", KETTLE)
    expect(page.locator(".drop-here")).to_have_text(re.compile("Drop files here"))
    page.evaluate("window.dropping('drop')")
    expect(page.locator(".drop-here")).to_have_count(0)
    expect(page.locator("#library")).to_be_visible()
    expect(result(page, "kettle.txt")).to_contain_text("Added, 2 paragraphs")
    assert (changing.content / "kettle.txt").read_text() == KETTLE


def test_a_dropped_folder_is_walked(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    drop(page, "folder", "")
    # As the browser gives out a folder: a few entries at a time, until there are none.
    page.evaluate(
        """() => {
            const file = (name, text) => ({
                name, isDirectory: false, file: (then) => then(new File([text], name)),
            });
            const folder = (name, ...batches) => ({
                name,
                isDirectory: true,
                createReader: () => {
                    const left = [...batches];
                    return { readEntries: (then) => then(left.shift() || []) };
                },
            });
            const inner = folder('inner', [file('pot.txt', 'The pot is red.')]);
            const outer = folder(
                'outer',
                [file('pan.txt', 'The pan is blue.'), file('.hidden', 'No.')],
                [inner, folder('.git', [file('config.txt', 'No.')])],
            );
            DataTransferItem.prototype.webkitGetAsEntry = () => outer;
            window.dropping('drop');
        }"""
    )
    for name in ("pan.txt", "pot.txt"):
        expect(result(page, name)).to_contain_text("Added, 1 paragraph")
    expect(page.locator("#panel .result")).to_have_count(2)
    page.evaluate(
        """() => {
            const none = { name: 'empty', isDirectory: true };
            none.createReader = () => ({ readEntries: (then) => then([]) });
            DataTransferItem.prototype.webkitGetAsEntry = () => none;
            window.dropping('drop');
        }"""
    )
    expect(result(page, "empty")).to_contain_text("no files in this folder")


def test_an_archive_leaves_and_comes_back_as_a_whole(
    changing: Served, visit: Visit
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as box:
        box.writestr("inner.txt", "The green pot stands in the box.")
        box.writestr("deep/other.txt", "The brown pan lies in the box.")
    zipped = {"name": "box.zip", "mimeType": "", "buffer": packed.getvalue()}
    page = visit(changing)
    open_library(page)
    add(page, zipped)
    expect(result(page, "box.zip")).to_contain_text("Added, 2 paragraphs")
    archive = page.locator("#files li.archive")
    expect(archive).to_contain_text("Archive of 2 files, removed as a whole")
    for title in ("Inner", "Other"):
        expect(row(page, title)).to_be_visible()
        expect(row(page, title).locator(".remove")).to_have_count(0)
    page.get_by_role("button", name="Remove box.zip").click()
    expect(page.locator("#note")).to_contain_text("“box.zip” was removed.")
    expect(archive).to_have_count(0)
    expect(row(page, "Inner")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(archive.get_by_role("button", name="Remove box.zip")).to_be_focused()
    expect(row(page, "Other")).to_be_visible()


def test_what_to_know_of_a_document_is_told(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    open_library(page)
    letters = "Das Fährhaus wurde von den Brüdern Müller gebaut.".encode("cp1252")
    add(page, {"name": "ferry.txt", "mimeType": "", "buffer": letters})
    expect(result(page, "ferry.txt")).to_contain_text("read as Windows-1252")
    expect(row(page, "ferry.txt").locator(".remark")).to_contain_text("Windows-1252")


def test_progress_is_told_and_the_library_answers_meanwhile(
    slow: Served, visit: Visit
) -> None:
    page = visit(slow)
    open_library(page)
    add(page, file("barrels.txt", long_text()))
    told = page.locator("#panel .progress p")
    expect(told).to_contain_text(
        re.compile(
            r"0 of 1 files · [1-9][\d,]* passages · about \d+ (second|minute)s? left"
        )
    )
    page.keyboard.press("Escape")
    ask(page, MILL)
    assert "New minutes" in titles(page)
    open_library(page)
    expect(told).to_contain_text("0 of 1 files")  # it was not waited for
    # Another tab, or this one loaded again, sees the same.
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(1)
    open_library(page)
    expect(told).to_contain_text("0 of 1 files")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#note")).to_contain_text("Stopped.")
    expect(result(page, "barrels.txt")).to_contain_text("Not added: stopped")
    expect(row(page, "barrels.txt")).to_have_count(0)
    assert not (slow.content / "barrels.txt").exists()


def test_what_is_removed_can_be_put_back(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    open_library(page)
    row(page, "New minutes").get_by_role("button", name="Remove New minutes").click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect(row(page, "New minutes")).to_have_count(0)
    assert not (changing.content / "minutes" / "new.md").exists()
    page.keyboard.press("Enter")
    expect(row(page, "New minutes")).to_be_visible()
    file = changing.content / "minutes" / "new.md"
    assert file.read_text() == DATED["minutes/new.md"]
    # Long after, too.
    page.get_by_role("button", name="Remove New minutes").click()
    expect(undo).to_be_visible()
    ask_in = visit(changing)
    ask(ask_in, MILL)
    assert "New minutes" not in titles(ask_in)
    page.reload()
    open_library(page)
    page.get_by_text("Removed (1)").click()
    expect(page.locator("#panel .removed")).to_contain_text(".removed")
    page.get_by_role("button", name="Put back minutes/new.md").click()
    expect(row(page, "New minutes")).to_be_visible()
    expect(page.locator("#panel .removed")).to_be_hidden()
    assert file.read_text() == DATED["minutes/new.md"]


def test_only_what_is_chosen_is_asked(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    open_library(page)
    row(page, "New minutes").get_by_role("checkbox").check()
    page.get_by_role("checkbox", name="Ask Letter").check()
    page.keyboard.press("Escape")
    line = page.locator("#asking .scope-line")
    expect(line).to_contain_text("Asking 2 of 4 documents")
    answer = ask(page, MILL)
    assert titles(page) == {"New minutes", "Letter"}
    expect(answer.locator(".notice").first).to_contain_text("new.md, letter.txt")
    # A link asks the same documents, and a tab that is loaded again does as well.
    assert "in=letter.txt" in page.url
    link = visit(changing, query=page.url.partition("/?")[2].join(("?", "")))
    expect(link.locator("#chat .answer")).to_have_count(1)
    assert titles(link) == {"New minutes", "Letter"}
    expect(link.locator("#asking .scope-line")).to_contain_text("2 of 4")
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(1)
    assert titles(page) == {"New minutes", "Letter"}
    expect(line).to_contain_text("Asking 2 of 4 documents")
    page.get_by_role("button", name="Ask all").click()
    expect(line).to_be_hidden()
    ask(page, f"{MILL} Really?")
    assert "Old minutes" in titles(page)
    # The answer before stays what it was, although more is asked now.
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(2)
    before = page.locator("#chat .answer").first.locator(".card .title")
    assert set(before.all_text_contents()) == {"New minutes", "Letter"}


def test_tags_and_dates_choose_documents(changing: Served, visit: Visit) -> None:
    page = visit(changing)
    open_library(page)
    tag = page.get_by_role("button", name="minutes", exact=True)
    tag.click()
    expect(tag).to_have_attribute("aria-pressed", "true")
    expect(tag).to_be_focused()
    expect(page.locator("#panel .chosen")).to_contain_text("Asking 2 of 4 documents")
    page.get_by_label("and before").fill("2021-01-01")
    expect(page.locator("#panel .chosen")).to_contain_text("Asking 1 of 4 documents")
    page.keyboard.press("Escape")
    ask(page, MILL)
    assert titles(page) == {"Old minutes"}
    expect(page.locator("#chat .answer .notice").first).to_contain_text(
        "tag minutes, dated before 2021-01-01"
    )
    assert "tag=minutes&before=2021-01-01" in page.url


def test_a_document_is_found_among_many(
    chromium_path: str, tmp_path: Path, visit: Visit
) -> None:
    folder = filled(tmp_path)
    for number in range(1000):
        (folder / "content" / f"note {number}.txt").write_text("Nothing of note.\n")
    with serving(folder, model=False) as server:
        page = visit(server)
        open_library(page)
        expect(page.locator("#files li")).to_have_count(1004)
        page.get_by_role("searchbox", name="Find a document").fill("note 77")
        expect(page.locator("#files li")).to_have_count(19)
        expect(page.locator("#panel .found-count")).to_have_text("19 of 1004 shown")
        assert_no_overflow(page)


def test_two_visitors_never_see_each_others_files(shared: Served, visit: Visit) -> None:
    one, other = visit(shared), visit(shared, PHONE)
    open_library(one)
    expect(one.locator("#panel")).to_contain_text("seen by you alone")
    expect(one.get_by_role("button", name="Refresh library")).to_be_hidden()
    expect(one.locator("#files .remove")).to_have_count(0)
    add(one, file("kettle.txt", KETTLE))
    expect(result(one, "kettle.txt")).to_contain_text("Added, 2 paragraphs")
    expect(row(one, "kettle.txt")).to_contain_text("Only you see this")
    expect(one.locator("#header .size")).to_contain_text("5 documents")
    one.keyboard.press("Escape")
    answer = ask(one, HOW_LONG)
    expect(answer.locator(".lead blockquote")).to_contain_text("four minutes")
    answer.locator(".card button.cite").first.click()
    expect(one.locator(".reader mark.best").first).to_contain_text("four minutes")
    link = answer.locator(".card button.link").first.get_attribute("data-link")
    # It outlasts loading the page again, and both libraries answer as one.
    one.reload()
    expect(one.locator("#chat .lead blockquote")).to_contain_text("four minutes")
    ask(one, MILL)
    assert {"Old minutes", "New minutes"} <= titles(one)

    # The other visitor: list, answers, every passage, reader by path, link.
    open_library(other)
    expect(other.locator("#files li")).to_have_count(4)
    expect(other.locator("#files")).not_to_contain_text("kettle")
    other.keyboard.press("Escape")
    ask(other, HOW_LONG)
    assert "Kettle" not in titles(other)
    expect(other.locator("#chat")).not_to_contain_text("four minutes")
    for query in (link, "?doc=kettle.txt&start=0&end=9", "?q=%22blue+kettle%22"):
        reached = visit(shared, query=str(query))
        expect(reached.locator("body")).not_to_contain_text("four minutes")
    expect(other.locator("#header .size")).to_contain_text("4 docu")

    # Their files of the same name are two, and removing concerns one's own alone.
    open_library(other)
    add(other, file("kettle.txt", "The black kettle boils water in nine minutes."))
    expect(result(other, "kettle.txt")).to_contain_text("Added, 1 paragraph")
    other.keyboard.press("Escape")
    answer = ask(other, HOW_LONG)
    expect(answer.locator(".card").first).to_contain_text("nine minutes")
    expect(other.locator("#chat")).not_to_contain_text("four minutes")
    open_library(other)
    other.get_by_role("button", name="Remove Kettle").click()
    expect(row(other, "Kettle")).to_have_count(0)
    open_library(one)
    expect(row(one, "Kettle")).to_be_visible()
    expect(one.locator("#panel .removed")).to_be_hidden()
    # What everybody reads has not changed.
    assert {p.name for p in shared.content.iterdir()} == {
        WORKSHOP,
        "minutes",
        "letter.txt",
    }


def test_pages_of_ones_own_pdf_are_shown_to_nobody_else(
    shared: Served, visit: Visit
) -> None:
    paper = Paper(title="Secret")
    paper.text(50, 100, 400, "The secret recipe of the house asks for saffron.", 12)
    paper.canvas.showPage()
    paper.canvas.save()
    one, other = visit(shared), visit(shared)
    open_library(one)
    sheet = {"name": "s.pdf", "mimeType": "", "buffer": paper.buffer.getvalue()}
    add(one, sheet)
    expect(result(one, "s.pdf")).to_contain_text("Added")
    for path in (
        "picture?path=s.pdf&number=1&width=300",
        "boxes?path=s.pdf&start=0&end=9",
    ):
        assert one.request.get(f"{shared.url}{path}").status == 200
        for whose in (other, visit(shared)):
            reply = whose.request.get(f"{shared.url}{path}")
            assert reply.status == 404
            assert "s.pdf" in reply.text()


def test_what_visitors_added_is_gone_when_the_page_is_stopped(
    chromium_path: str, tmp_path: Path, visit: Visit
) -> None:
    private = tmp_path / "index" / "private"
    with serving(filled(tmp_path), model=False, CITEBACK_SHARED="1") as server:
        page = visit(server)
        open_library(page)
        add(page, file("kettle.txt", KETTLE))
        expect(result(page, "kettle.txt")).to_contain_text("Added")
        assert list(private.rglob("kettle.txt"))
    assert not list(private.rglob("*.txt"))


def test_another_site_cannot_change_the_library(changing: Served) -> None:
    def status(path: str, **headers: str) -> int:
        request = urllib.request.Request(
            f"{changing.url}library/{path}", data=b"[]", headers=headers, method="POST"
        )
        request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            return error.code

    remove = "remove?path=letter.txt"
    assert status(remove) == 403
    for site in ("cross-site", "same-site"):
        headers = {"x-citeback": "page", "sec-fetch-site": site}
        assert status(remove, **headers) == 403
        assert status("upload?name=a.txt", **headers) == 403
    assert (changing.content / "letter.txt").exists()
    with urllib.request.urlopen(f"{changing.url}library") as reply:
        assert len(json.load(reply)["documents"]) == 4
    assert status(remove, **{"x-citeback": "page"}) == 200
    assert not (changing.content / "letter.txt").exists()
