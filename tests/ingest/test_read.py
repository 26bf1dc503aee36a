"""Reading a file: what comes out, and what each bad file is told."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citeback.errors import FileAccessError, UnreadableFileError
from citeback.ingest import read as reading
from citeback.ingest.formats import REMEDIES, SUFFIXES, reader_of
from citeback.ingest.read import read
from citeback.records import BlockKind, Document

ARTICLE = "civil-society-rehabilitation-workshop.txt"
CONTENT = Path(__file__).parents[2] / "content"


def read_bytes(folder: Path, data: bytes, name: str = "a.txt") -> Document:
    path = folder / Path(name).name
    path.write_bytes(data)
    return read(path, name, max_bytes=10_000)


def test_the_article_has_four_paragraphs_and_three_pieces_of_furniture() -> None:
    document = read(CONTENT / ARTICLE, ARTICLE, max_bytes=10**6)
    kinds = [block.kind for block in document.blocks]
    assert kinds == [BlockKind.PARAGRAPH] * 4 + [BlockKind.FURNITURE] * 3
    assert [block.paragraph for block in document.blocks] == [1, 2, 3, 4, 0, 0, 0]
    assert all(block.note for block in document.blocks[4:])
    assert document.source.title == "Civil society rehabilitation workshop"


def test_text_is_unchanged_but_for_the_byte_order_mark(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, b"\xef\xbb\xbfOne.\r\n\r\nTwo.\rThree.\n")
    assert document.text == "One.\r\n\r\nTwo.\rThree.\n"
    assert document.source.digest == hashlib.sha256(document.text.encode()).hexdigest()
    assert [block.start for block in document.blocks] == [0, 8]


@pytest.mark.parametrize("suffix", ["", ".txt", ".text", ".md", ".markdown"])
def test_every_suffix_is_read_in_any_case(tmp_path: Path, suffix: str) -> None:
    document = read_bytes(tmp_path, b"Some words.", f"sub/note{suffix.upper()}")
    assert document.source.path == f"sub/note{suffix.upper()}"
    assert document.source.title == "Note"


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_names_the_document_and_is_no_paragraph(
    tmp_path: Path, name: str
) -> None:
    matter = "---\r\ntitle: Jobs: a study\r\nauthor: 'A. Roy'\r\ndate: 2015-03-02\r\n"
    text = matter + "url: https://example.org/a\r\n---\r\n\r\nBody text.\r\n"
    document = read_bytes(tmp_path, text.encode(), name)
    source = document.source
    assert (source.title, source.author) == ("Jobs: a study", "A. Roy")
    assert (source.date, source.url) == ("2015-03-02", "https://example.org/a")
    matter_block, body = document.blocks
    assert matter_block.kind is BlockKind.FURNITURE
    assert document.text[body.start : body.end] == "Body text."
    assert body.paragraph == 1


def test_several_authors_are_joined_and_other_keys_left(tmp_path: Path) -> None:
    text = b"---\nauthors: [A. Roy, B. Sen]\ntags: {x: [1]}\n---\nBody.\n"
    assert read_bytes(tmp_path, text, "a.md").source.author == "A. Roy, B. Sen"


def test_a_date_and_a_number_stay_as_written(tmp_path: Path) -> None:
    text = b"---\ntitle: 1984\ndate: 2015-03-02T10:00\n---\nBody.\n"
    source = read_bytes(tmp_path, text).source
    assert (source.title, source.date) == ("1984", "2015-03-02T10:00")


def test_a_rule_at_the_top_is_not_front_matter(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, b"---\nJust words here.\n---\n\nMore.\n")
    assert "Just words here." in document.text[document.blocks[0].start :]
    assert document.source.title == "A"


def test_an_interview_between_rules_is_not_front_matter(tmp_path: Path) -> None:
    text = b"---\nAnna: Where was it built?\nBen: In Friedrichshafen.\n---\n\nMore.\n"
    document = read_bytes(tmp_path, text)
    kept = [b for b in document.blocks if b.kind is not BlockKind.FURNITURE]
    assert "Friedrichshafen" in document.text[kept[0].start : kept[0].end]


def test_front_matter_of_a_site_generator_is_known_by_its_keys(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, b"---\nlayout: post\n---\n\nBody.\n", "a.md")
    assert document.blocks[0].kind is BlockKind.FURNITURE


def test_the_first_top_heading_is_the_title(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, b"## Small\n\n# The *big* one\n\nBody.", "a.md")
    assert document.source.title == "The big one"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty: write"),
        (b" \r\n\t\xc2\xa0\n", "it is empty: write"),
        (b"\xef\xbb\xbf", "it is empty: write"),
        (b"words\0more", "binary data: open it"),
        (b"%PDF-1.7 and so on", "a PDF under another name"),
        (b"x" * 10_001, r"too large \(0.0 MB, and the limit is 0.01 MB\): split"),
    ],
)
def test_a_bad_file_is_told_why_and_what_to_do(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_bytes(tmp_path, data)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a.ods", r"ending in \.ods are not read: .*LibreOffice.* save it as \.xlsx"),
        ("a.ODP", r"ending in \.ODP are not read: .* save it as \.pptx"),
        ("a.docm", r"save it as \.docx"),
        ("a.mht", r"in a browser, save the page as \.html"),
        ("a.rar", r"unpack it"),
    ],
)
def test_what_can_be_made_readable_is_told_how(
    tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(UnreadableFileError, match=told):
        read_bytes(tmp_path, b"x", name)


def test_no_ending_is_both_read_and_refused() -> None:
    assert not set(REMEDIES) & set(SUFFIXES)
    assert not any(reader_of(f"a{ending}") for ending in REMEDIES)


def test_fifty_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(UnreadableFileError, match=r"50\.0 MB, and the limit is 32 MB"):
        read(path, "big.txt", max_bytes=32_000_000)


def test_other_kinds_of_file_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"ending in \.xyz are not read"):
        read_bytes(tmp_path, b"words", "a.xyz")


def test_a_missing_file_may_be_back_later(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="cannot be opened just now"):
        read(tmp_path / "gone.txt", "gone.txt", max_bytes=100)


def test_a_forbidden_file_may_be_readable_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "a.txt"
    path.write_text("words")
    # Rights do not bind the root user, under whom tests may run.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileAccessError, match="permissions do not let it be opened"):
        read(path, "a.txt", max_bytes=100)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableFileError, match="not an ordinary file"):
        read(tmp_path / "pipe.txt", "pipe.txt", max_bytes=100)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_any_text_comes_back_as_it_is(tmp_path: Path, name: str, text: str) -> None:
    data = text.encode()
    if not text.strip().strip("\ufeff").strip():
        return
    document = read_bytes(tmp_path, data, name)
    assert document.text.encode() == data.removeprefix(b"\xef\xbb\xbf")
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        words = document.text[block.start : block.end]
        assert words == words.strip()
        position = block.end


def test_a_list_of_millions_of_words_is_told_to_be_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_BLOCKS", 1_200)
    assert len(read_bytes(tmp_path, b"a\n\n" * 1_200).blocks) == 1_200
    with pytest.raises(UnreadableFileError, match="1,201 paragraphs or rows, and the"):
        read_bytes(tmp_path, b"a\n\n" * 1_201)
