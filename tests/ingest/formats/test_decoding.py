"""Bytes in any letters become the text that was written, or are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest.formats.checking import reading_of

from citeback.errors import UnreadableFileError
from citeback.ingest.formats.decoding import decoded

RUSSIAN = "Все люди рождаются свободными и равными в своем достоинстве и правах."
WRITTEN = {
    "cp1252": "Größe, café, “naïve” — 12 €.",
    "cp1250": "Zażółć gęślą jaźń: wszyscy ludzie rodzą się wolni i równi.",
    "iso8859_2": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "cp1254": "Bütün insanlar hür ve eşit doğarlar, akıl ve vicdana sahiptirler.",
    "cp1257": "Visi žmonės gimsta laisvi ir lygūs savo orumu; jiems suteiktas protas.",
    "cp1251": RUSSIAN,
    "koi8_r": RUSSIAN,
    "cp866": RUSSIAN,
    "cp1253": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "cp1255": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "cp1256": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.",
    "shift_jis": "すべての人間は、生まれながらにして自由であり、平等である。",
    "euc_jp": "すべての人間は、生まれながらにして自由であり、平等である。",
    "gb18030": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心。",
    "big5": "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心。",
    "euc_kr": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
}


@pytest.mark.parametrize("encoding", WRITTEN)
def test_old_letters_are_told_apart(encoding: str) -> None:
    found = decoded(WRITTEN[encoding].encode(encoding))
    assert found.text == WRITTEN[encoding]
    assert "if letters look wrong, save it as UTF-8" in found.remark


@pytest.mark.parametrize(
    "words", ["café noir", "Señor", "£5", "naïve", "Ærø", "façade"]
)
def test_a_few_words_are_western(words: str) -> None:
    found = decoded(words.encode("latin-1"))
    assert found.text == words
    assert "Windows-1252 (Western European)" in found.remark


def test_markup_around_words_does_not_make_them_western() -> None:
    text = f"<item><title>{RUSSIAN}</title><link>http://example.org/</link></item>" * 9
    assert decoded(text.encode("cp1251")).text == text


def test_japanese_made_of_ascii_is_read() -> None:
    words = WRITTEN["shift_jis"]
    assert decoded(words.encode("iso2022_jp")).text == words
    assert decoded(b"\x1b$ is no Japanese \x1b[0m").text.endswith("[0m")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-8"])
@pytest.mark.parametrize("words", ["plain", RUSSIAN, "人人生而自由", "𝕏 and é"])
def test_unicode_is_read_with_its_mark_and_without_remark(
    encoding: str, words: str
) -> None:
    found = decoded(words.encode(encoding))
    assert (found.text, found.remark) == (words, "")


@pytest.mark.parametrize(
    "encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("words", ["plain words — here", RUSSIAN])
def test_wide_letters_need_no_mark(encoding: str, words: str) -> None:
    assert decoded(words.encode(encoding)).text == words


def test_a_few_damaged_bytes_do_not_turn_unicode_into_something_else() -> None:
    data = RUSSIAN.encode()
    found = decoded(data[:20] + b"\xff" + data[20:])
    assert found.text.replace("\ufffd", "") == RUSSIAN
    assert "1 of its signs are damaged" in found.remark


@pytest.mark.parametrize(
    "data",
    [
        b"words\0more",
        b"\x000",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0",
        b"\xff\xfew\0\0\0o\0",
        bytes(range(256)),
        b"\x00\x01\x02" * 100,
        b"\x01\x02\x03\x80\x90" * 20,
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="binary data: open it"):
        decoded(data)


def test_the_remark_reaches_the_reading() -> None:
    for name in ("a.txt", "a.md"):
        assert "Windows-1252" in reading_of(b"caf\xe9 noir", name).remark
        assert reading_of(b"cafe noir", name).remark == ""


@given(st.text(st.characters(exclude_characters="\0\ufeff", codec="utf-8")))
def test_what_is_unicode_stays_as_it_is(text: str) -> None:
    assert decoded(text.encode()).text == text
    assert decoded(text.encode("utf-16")).text == text
