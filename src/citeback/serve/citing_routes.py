"""What the page asks its server for when a quote is taken along: receipts and links.

What is cited so is kept, so that it stays readable when the document changes.
"""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request

from citeback.errors import UnknownDocumentError
from citeback.records import Source, Span
from citeback.serve.citing import citation_json
from citeback.serve.requests import from_here
from citeback.serve.visitor import Visitors

# No conversation holds more.
MOST_QUOTES = 5000


def citing_routes(visitors: Visitors) -> APIRouter:
    """The routes under /citations."""
    routes = APIRouter(prefix="/citations")

    @routes.post("/quotes")
    def quotes(
        request: Request, cited: list[dict[str, Any]]
    ) -> list[dict[str, Any] | None]:
        """What each is cited by, in order; null for one whose text is no more."""
        from_here(request)
        key = visitors.key_of(request)
        keeping = visitors.cites(key)
        library = keeping or visitors.reads(key)
        try:
            receipts = library.receipts(map(_place, cited[:MOST_QUOTES]))
        except (KeyError, TypeError, ValueError):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
        for path in dict.fromkeys(one.path for one in receipts if one is not None):
            # What is no longer there was found among the texts that are kept.
            with contextlib.suppress(UnknownDocumentError):
                if keeping is not None:
                    keeping.keep(path)
        return [citation_json(one, "") if one else None for one in receipts]

    return routes


def _place(cited: dict[str, Any]) -> tuple[Source, Span]:
    """A stretch as the page names it; `state` is how the document's digest begins."""
    source = Source(str(cited["doc"]), str(cited["state"]), "", "", "", "")
    return source, Span(int(cited["start"]), int(cited["end"]))
