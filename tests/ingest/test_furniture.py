"""Page furniture is marked at the edges of a text; prose about it is not."""

import pytest

from citeback.ingest import furniture
from citeback.ingest.formats import plain
from citeback.ingest.layout import draft, lay_out
from citeback.records import BlockKind

BODY = "The workshop brought together experts from eight countries for three days."
SECOND = "They spoke about prisons, families and the work of local organisations."


def marked(text: str) -> list[str]:
    blocks = furniture.mark(text, plain.blocks(text))
    notes = [block for block in blocks if block.kind.value == "furniture"]
    assert all(block.note and not block.items for block in notes)
    return [text[block.start : block.end] for block in notes]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to receive periodic email updates and the Center’s Newsletters",
        "Sign up for our newsletter!",
        "Subscribe",
        "Email address *",
        "Share this",
        "Share this article: Facebook | Twitter | LinkedIn",
        "Follow us on Twitter",
        "Related Posts",
        "Read more »",
        "Home > News > Workshops",
        "← Previous post".lstrip("← "),
        "© 2015 Global Center. All rights reserved.",
        "Copyright 2015 by the Institute",
        "Privacy Policy | Terms of Use | Contact",
        "Leave a Reply",
        "Tags: prisons, reintegration",
        "We use cookies to improve this site. Accept all or see our policy.",
        "• This field is for validation purposes and should be left unchanged.",
    ],
)
@pytest.mark.parametrize("order", ["last", "first"])
def test_furniture_at_an_edge_is_marked(line: str, order: str) -> None:
    parts = [BODY, SECOND, line] if order == "last" else [line, BODY, SECOND]
    assert marked("\n\n".join(parts)) == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to receive periodic email updates and the Center’s Newsletters",
        "Share this",
        "Related Posts",
        "© 2015 Global Center. All rights reserved.",
    ],
)
def test_the_same_words_amid_the_text_stay(line: str) -> None:
    assert marked(f"{BODY}\n\n{line}\n\n{SECOND}") == []


def test_a_form_field_is_marked_anywhere() -> None:
    field = "This field is for validation purposes and should be left unchanged."
    assert marked(f"{BODY}\n\n{field}\n\n{SECOND}") == [field]


def test_the_title_of_a_form_goes_with_it_and_a_title_of_the_text_does_not() -> None:
    form = "Our News Updates\n\nSubscribe to the newsletter"
    assert marked(f"{BODY}\n\n{form}") == form.split("\n\n")
    assert marked(f"Subscribe now\n\nNews from the Valley\n\n{BODY}") == [
        "Subscribe now"
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "The centre sends a newsletter, and readers subscribe to receive updates.",
        "Subscribers to the newsletter doubled in 2015.",
        "Members share this view and follow us in thinking so.",
        "Copyright law protects the authors of 2015 and all who follow.",
        "“This field is for validation purposes and should be left unchanged,” he read.",
        "Cookies were served, and we used them to break the ice.",
        "Related posts in the ministry were cut by half that year.",
        "News of the workshop spread by email.",
    ],
)
def test_prose_about_such_things_stays(prose: str) -> None:
    assert marked(f"{BODY}\n\n{prose}") == []
    assert marked(f"{prose}\n\n{BODY}") == []


def test_a_text_of_nothing_else_stays() -> None:
    assert marked("Subscribe to our newsletter\n\nShare this") == []


def test_furniture_has_no_number_and_heads_nothing() -> None:
    text = f"{BODY}\n\nNews Updates\n=====\n\nSubscribe to our newsletter"
    blocks = lay_out(furniture.mark(text, plain.blocks(text)))
    assert [(block.paragraph, block.headings) for block in blocks] == [
        (1, ()),
        (0, ()),
        (0, ()),
    ]


@pytest.mark.parametrize("kind", [BlockKind.ROW, BlockKind.NOTE])
def test_rows_and_footnotes_are_never_furniture(kind: BlockKind) -> None:
    text = f"{BODY}\n\nE-mail address"
    blocks = [
        draft(BlockKind.PARAGRAPH, 0, len(BODY)),
        draft(kind, len(BODY) + 2, len(text)),
    ]
    assert furniture.mark(text, blocks) == tuple(blocks)
