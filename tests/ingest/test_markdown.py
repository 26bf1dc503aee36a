"""Blocks of Markdown, with exact offsets whatever the line ends are."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ingest.layouts import check_order, items, shown

from citeback.ingest.formats.markdown import blocks
from citeback.ingest.layout import lay_out

PAGE = """# The *title* of [it](https://example.org) #

Hard-wrapped
text. The steps:

- open
  - a nested one
- close

> Quoted words
> go on.

Under line
----------

| year | count |
|------|-------|
| 2014 | 12    |
| 2015 | 15    |

```python
code = 1
```

<!-- not shown -->

[ref]: https://example.org

## Next

The last one.
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_page_is_laid_out(end: str) -> None:
    text = PAGE.replace("\n", end)
    made = lay_out(blocks(text))
    check_order(text, made)
    assert shown(text, made) == [
        ("heading", "The *title* of [it](https://example.org)"),
        ("list", "Hard-wrapped text. The steps: - open - a nested one - close"),
        ("paragraph", "Quoted words > go on."),
        ("heading", "Under line"),
        (
            "list",
            "| year | count | |------|-------| | 2014 | 12 | | 2015 | 15 |",
        ),
        ("paragraph", "code = 1"),
        ("furniture", "<!-- not shown -->"),
        ("furniture", "[ref]: https://example.org"),
        ("heading", "Next"),
        ("paragraph", "The last one."),
    ]
    assert items(text, made[1]) == ["- open", "- a nested one", "- close"]
    assert items(text, made[4]) == ["| 2014 | 12 |", "| 2015 | 15 |"]
    assert [block.paragraph for block in made] == [0, 1, 2, 0, 3, 4, 0, 0, 0, 5]
    assert made[1].headings == ("The title of it",)
    assert made[4].headings == ("The title of it", "Under line")
    assert made[9].headings == ("The title of it", "Next")


def test_a_list_right_below_a_paragraph_belongs_to_it() -> None:
    text = "Buy\n- eggs\n- milk\n\nRest.\n\n- other\n"
    assert [kind for kind, _ in shown(text, blocks(text))] == [
        "list",
        "paragraph",
        "list",
    ]


def test_html_with_words_is_kept_and_a_script_is_not() -> None:
    text = "<p>Some words.</p>\n\n<script>\nvar a = 1;\n</script>\n\n<hr>\n"
    made = shown(text, blocks(text))
    assert made[0] == ("paragraph", "<p>Some words.</p>")
    assert {kind for kind, _ in made[1:]} == {"furniture"}


def test_blocks_start_after_front_matter() -> None:
    text = "---\r\ntitle: x\r\n---\r\n\r\nBody.\r\n"
    (block,) = blocks(text, text.index("\r\n\r\n"))
    assert text[block.start : block.end] == "Body."


def test_what_is_nested_too_deep_is_not_lost() -> None:
    text = "> " * 60 + "deep words\n\nAfter.\n"
    words = " ".join(words for _, words in shown(text, blocks(text)))
    assert "deep words" in words
    assert "After." in words


@pytest.mark.parametrize(
    "text",
    [">" * 200_000, "[" * 200_000, "- " * 100_000, "[a](<b" * 30_000, "# [" * 60_000],
)
def test_hostile_nesting_takes_no_time(text: str) -> None:
    begin = time.perf_counter()
    blocks(text)
    assert time.perf_counter() - begin < 2


SIGNS = st.text(st.sampled_from("aé1. :-*=#|>`<[]\n\r\t\u2028\u00a0!"), max_size=80)
LINES = st.lists(
    st.sampled_from(
        [
            "# a",
            "a:",
            "- b",
            "  - c",
            "> d",
            "|a|b|",
            "|-|-|",
            "```",
            "",
            "[r]: e",
            "1. f",
        ]
    ),
    max_size=12,
)


@given(SIGNS | st.text(max_size=80) | LINES.map("\r\n".join) | LINES.map("\n".join))
@example("a:\n\n[a]: b\n- é")
def test_blocks_are_in_order_and_lose_no_letter(text: str) -> None:
    made = blocks(text)
    check_order(text, made)
    held = "".join(text[block.start : block.end] for block in made)
    if "```" not in text:
        # The name of a code block's language is not shown.
        assert held.count("é") == text.count("é")
        assert held.count("a") == text.count("a")
