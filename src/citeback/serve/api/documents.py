"""The documents over HTTP: the list, each one's layout, text and passages, removal."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from citeback.cite.receipt import paragraph_at
from citeback.records import AddedFile, Document, Removed, Span
from citeback.serve.api.door import Door
from citeback.serve.api.problems import Kind, ProblemError
from citeback.serve.api.wire import (
    MOST_CONTEXT,
    MOST_OFFSET,
    SentDocument,
    SentFiles,
    SentPassage,
    SentRemoved,
    encoded,
    reply,
)
from citeback.serve.as_json import file_json
from citeback.serve.citing import receipt_json
from citeback.serve.library_view import Listed

MOST_FILES = 1000
# A text stays in the client's hands, and is asked for anew each time.
REVALIDATED = "private, no-cache"

PathOf = Annotated[str, Path(description="A document's path, as the list has it")]
KeyOf = Annotated[str, Path(description="The key that came when it was removed")]
Matching = Annotated[str | None, Header(description="A document's ETag")]
Start = Annotated[int, Query(ge=0, le=MOST_OFFSET)]
End = Annotated[int, Query(ge=0, le=MOST_OFFSET)]
Context = Annotated[int, Query(ge=0, le=MOST_CONTEXT, description="Letters around it")]
Limit = Annotated[int, Query(ge=1, le=MOST_FILES)]
TEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The text, as UTF-8; its ETag is its SHA-256.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
        "headers": {"ETag": {"schema": {"type": "string"}, "required": True}},
    },
    304: {"description": "The text is the one that If-None-Match names."},
}


def document_routes(door: Door) -> APIRouter:
    """The routes about what the library holds."""
    routes = APIRouter(tags=["Documents"])

    @routes.get("/documents", response_model=SentFiles)
    def documents(
        request: Request, limit: Limit = MOST_FILES, offset: Start = 0
    ) -> Response:
        """List the files with their state, what was left out of each, and its head."""
        key, visitor = door.key(request), door.visitor(request)
        files = door.visitors.listed(key)
        removed = visitor.removed() if visitor else ()
        sent = reply(
            {
                "total": len(files),
                "documents": [_file(one) for one in files[offset : offset + limit]],
                "removed": [asdict(one) for one in removed],
            }
        )
        door.visitors.give_key(key, sent)
        return sent

    @routes.get("/documents/{path:whole}", response_model=SentDocument)
    def document(request: Request, path: PathOf) -> Response:
        """Tell what is known of a document, and where its blocks and pages begin."""
        found = door.reads(request).document(path)
        body = encoded(
            {
                "source": asdict(found.source),
                "characters": len(found.text),
                "blocks": [asdict(block) for block in found.blocks],
                "marks": [asdict(mark) for mark in found.marks],
            }
        )
        tag = hashlib.sha256(body).hexdigest()
        return _tagged(request, body, tag, "application/json")

    @routes.delete("/documents/{path:whole}", response_model=SentRemoved)
    def remove(request: Request, path: PathOf, if_match: Matching = None) -> Response:
        """Put a document's file aside. With If-Match, only if its text is still that."""
        visitor = door.changing(request)
        if if_match is not None:
            digest = door.reads(request).document(path).source.digest
            if not _names(if_match, digest, weak=False):
                raise ProblemError(Kind.CHANGED)
        removed: Removed = visitor.remove(path)
        return reply(asdict(removed))

    @routes.post("/removed/{key}/restore", response_model=AddedFile)
    def restore(request: Request, key: KeyOf) -> Response:
        """Bring back what was removed."""
        return reply(asdict(door.changing(request).restore(key)))

    @routes.get("/texts/{path:whole}", responses=TEXT, response_class=Response)
    def text(
        request: Request, path: PathOf, if_none_match: Matching = None
    ) -> Response:
        """Give a document's text, all of it, exactly as offsets count in it."""
        return _text(request, door.reads(request).document(path))

    @routes.get("/versions/{digest}", responses=TEXT, response_class=Response)
    def version(
        request: Request,
        digest: Annotated[str, Path(description="12 digits of it at least")],
        if_none_match: Matching = None,
    ) -> Response:
        """Give a text as it was when it was cited, by its digest."""
        return _text(request, door.reads(request).version(digest))

    @routes.get("/passages/{path:whole}", response_model=SentPassage)
    def passage(
        request: Request, path: PathOf, start: Start, end: End, context: Context = 0
    ) -> Response:
        """Give a stretch of a document with what stands around it, and its receipt."""
        reads = door.reads(request)
        document = reads.document(path)
        text, span = document.text, Span(start, end)
        try:
            receipt = reads.receipt(path, span)
        except ValueError:
            raise ProblemError(
                Kind.NO_PASSAGE,
                f"The document has {len(text)} letters; there is no stretch from "
                f"{start} to {end} of them.",
            ) from None
        if receipt.document != document.source.digest:
            raise ProblemError(Kind.BUSY, "The document was changed just now.")
        return reply(
            {
                "path": path,
                "document": receipt.document,
                "start": start,
                "end": end,
                "text": receipt.quote,
                "before": text[max(0, start - context) : start],
                "after": text[end : end + context],
                "paragraph": paragraph_at(document, start),
                "headings": _headings(document, start),
                "locator": asdict(receipt.locator) if receipt.locator else None,
                "receipt": receipt_json(receipt),
            }
        )

    return routes


def _file(one: Listed) -> dict[str, Any]:
    more = {"day": one.day, "archive": one.archive, "yours": one.yours}
    return {**file_json(one.file), **more}


def _headings(document: Document, offset: int) -> list[str]:
    blocks = (b for b in document.blocks if b.start <= offset < b.end)
    return [heading for block in blocks for heading in block.headings]


def _text(request: Request, document: Document) -> Response:
    body = document.text.encode("utf-8", errors="surrogatepass")
    return _tagged(request, body, document.source.digest, "text/plain")


def _tagged(request: Request, body: bytes, tag: str, media_type: str) -> Response:
    """The body under its tag, or that it is the one that the client has."""
    headers = {"etag": f'"{tag}"', "cache-control": REVALIDATED}
    held = request.headers.get("if-none-match")
    if held is not None and _names(held, tag, weak=True):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


def _names(header: str, tag: str, *, weak: bool) -> bool:
    """Whether a list of tags has this one (RFC 9110, 8.8.3.2)."""
    listed_tags = [one.strip() for one in header.split(",")]
    if weak:
        listed_tags = [one.removeprefix("W/") for one in listed_tags]
    return "*" in listed_tags or f'"{tag}"' in listed_tags
