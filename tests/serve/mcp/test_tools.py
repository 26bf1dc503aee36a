"""What every client of the tools sees, asked by the SDK's own one over both ways in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from assistants import Served, given, refused, started, text_of
from mcp import Client, MCPError

from citeback.cite.receipt import receipt_text
from citeback.cite.written import read_receipts
from citeback.library import Library
from citeback.serve.citing import receipt_json
from citeback.serve.mcp.results import whole

KETTLE = "The blue kettle boils water in four minutes."
Act = Callable[[Callable[[Client], Awaitable[None]]], None]


def runs(way: Callable[[], Any]) -> Act:
    async def acting(what: Callable[[Client], Awaitable[None]]) -> None:
        async with Client(way()) as client:
            await what(client)

    return lambda what: asyncio.run(acting(what))


@pytest.fixture
def act(served: Served) -> Act:
    """Runs what a client does, over HTTP."""
    return runs(lambda: served.url)


@pytest.fixture(params=["stdio", "http"])
def act_both(request: pytest.FixtureRequest, folder: Path, served: Served) -> Act:
    """The same over each way in."""
    way = {"stdio": lambda: started(folder), "http": lambda: served.url}
    return runs(way[request.param])


def test_they_say_how_to_quote_and_what_they_give(act: Act) -> None:
    async def look(client: Client) -> None:
        tools = {one.name: one for one in (await client.list_tools()).tools}
        assert list(tools) == ["search", "read", "cite", "verify"]
        assert "the text does not say" in (tools["search"].description or "")
        for name, tool in tools.items():
            assert tool.output_schema
            assert tool.annotations
            assert tool.annotations.read_only_hint is (name != "cite")
            assert tool.annotations.destructive_hint is False
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)

    act(look)


def test_a_question_is_answered_in_the_texts_own_words_with_a_receipt(
    act_both: Act, folder: Path
) -> None:
    async def look(client: Client) -> None:
        result = await client.call_tool(
            "search", {"question": "How long does the blue kettle take?", "limit": 1}
        )
        (passage,) = result.structured_content["passages"]
        receipt = passage["receipt"]
        text = (folder / "content" / "kettle.txt").read_text()
        assert text[receipt["start"] : receipt["end"]] == receipt["quote"] == KETTLE
        assert passage["quote"] == KETTLE
        (written,) = read_receipts(text_of(result))
        assert written.receipt is not None
        assert written.receipt.proves(receipt["digest"])
        assert f"««{KETTLE}»»" in text_of(result)
        assert passage["link"] in text_of(result)
        assert passage["link"].startswith("http://127.0.0.1:")

    act_both(look)


def test_a_document_is_read_in_windows_that_end_with_paragraphs(
    act: Act, folder: Path
) -> None:
    async def look(client: Client) -> None:
        text = (folder / "content" / "kettle.txt").read_text()
        first = await given(client, "read", document="kettle.txt", length=60)
        assert first["text"] == KETTLE == text[first["start"] : first["end"]]
        assert [one["number"] for one in first["paragraphs"]] == [1]
        rest = await given(
            client, "read", document="kettle.txt", start=first["next_start"]
        )
        assert first["text"] + rest["text"] == text
        assert rest["next_start"] is None
        second = await given(client, "read", document="kettle.txt", paragraph=2)
        assert second["text"].startswith("Tea is kept")
        cut = await given(client, "read", document="kettle.txt", length=10)
        assert cut["text"] == "The blue"
        # A window that begins with a space and a longer word goes on all the same.
        word = await given(
            client, "read", document="kettle.txt", start=cut["end"], length=4
        )
        assert word["text"] == " ket"

    act(look)


def test_a_quote_is_cited_by_its_words_or_its_place(act_both: Act) -> None:
    async def look(client: Client) -> None:
        cited = await given(
            client,
            "cite",
            document="kettle.txt",
            quote="the third  cupboard",
            style="apa",
        )
        receipt = cited["receipt"]
        assert cited["quote"] == receipt["quote"] == "the third cupboard"
        assert "(Kettle, n.d., para. 2)" in cited["reference"]
        placed = await given(
            client,
            "cite",
            document="kettle.txt",
            start=receipt["start"],
            end=receipt["end"],
        )
        assert placed["receipt"] == receipt
        assert placed["reference"] == ""
        checked = await given(client, "verify", text=f"So: {receipt['text']}")
        assert checked["receipts"][0]["finding"] == "holds"

    act_both(look)


def test_a_draft_is_told_what_of_it_is_not_exact(act: Act) -> None:
    async def look(client: Client) -> None:
        draft = (
            f"It says “{KETTLE}” and “The blue kettle boils water in three minutes.” "
            "and “The cook has left the house for good.”"
        )
        result = await client.call_tool("verify", {"text": draft})
        checked = result.structured_content
        found = [one["finding"] for one in checked["quotations"]]
        assert found == ["exact", "altered", "not found"]
        assert not checked["holds"]
        assert checked["quotations"][1]["places"][0]["quote"] == KETTLE
        assert f"The document says: ««{KETTLE}»»" in text_of(result)
        nothing = await client.call_tool("verify", {"text": "It boils quickly."})
        assert text_of(nothing).startswith("Nothing is quoted")

    act(look)


def test_what_goes_wrong_is_said_in_words(act_both: Act) -> None:
    async def look(client: Client) -> None:
        said = await refused(client, "read", document="kettel.txt")
        assert said == (
            "There is no document 'kettel.txt' in the library. There is: 'kettle.txt' "
            "and 1 more."
        )
        said = await refused(
            client, "search", question="Where is tea?", documents=["tea.txt"]
        )
        assert said.startswith("There is no document 'tea.txt'")
        assert "2,000" in await refused(client, "search", question="tea " * 600)
        assert await refused(client, "search") == "question: field required."
        assert "20" in await refused(client, "search", question="tea", limit=21)
        said = await refused(client, "read", document="kettle.txt", start=9999)
        assert "nothing from 9999" in said
        said = await refused(client, "read", document="kettle.txt", paragraph=9)
        assert "its last one is 2" in said
        said = await refused(client, "cite", document="kettle.txt")
        assert said.startswith("Give either the quote")
        said = await refused(client, "cite", document="kettle.txt", start=5, end=5)
        assert "nothing from 5 to 5" in said
        said = await refused(client, "cite", document="kettle.txt", quote="red kettle")
        assert "do not stand so" in said
        assert "There is no tool 'write'" in await refused(client, "write")

    act_both(look)


def test_documents_are_resources(act_both: Act, folder: Path) -> None:
    async def look(client: Client) -> None:
        held = (await client.list_resources()).resources
        assert [one.name for one in held] == ["kettle.txt", "über uns.md"]
        for one in held:
            (content,) = (await client.read_resource(one.uri)).contents
            assert content.text == (folder / "content" / one.name).read_text()
        with pytest.raises(MCPError, match=r"There is no document 'a/b.txt'"):
            await client.read_resource("citeback://document/a/b.txt")
        with pytest.raises(MCPError, match="There is no resource"):
            await client.read_resource("file:///etc/passwd")

    act_both(look)


def test_the_receipt_is_the_one_that_every_door_gives(
    make_library: Callable[[], Library],
) -> None:
    library = make_library()
    library.update()
    receipt = library.quoted("kettle.txt", "blue kettle")
    assert asdict(whole(receipt)) == receipt_json(receipt)
    assert whole(receipt).text == receipt_text(receipt)
