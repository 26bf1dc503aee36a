"""What copying a quote calls on the page's own server: its reference, what is missing."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from citeback.cite.referencing.facts import WANTED, Field, facts_of
from citeback.cite.referencing.filled import FilledIn
from citeback.cite.referencing.references import Style, reference
from citeback.errors import CitationsError
from citeback.records import Span
from citeback.serve.dossier_files import filled_in, shown_receipt
from citeback.serve.dossier_routes import folders_of
from citeback.serve.requests import from_here
from citeback.serve.visitor import Visitors

CHANGED = (
    "This document has changed since the passage was found, so it was not copied. Ask "
    "again, and copy what it says now."
)


def reference_routes(visitors: Visitors) -> APIRouter:
    """The routes under /reference."""
    routes = APIRouter(prefix="/reference")

    @routes.get("")
    def show(
        request: Request,
        response: Response,
        path: str,
        start: int,
        end: int,
        state: str,
        style: str,
        quote: str = "",
    ) -> dict[str, Any]:
        response.headers["cache-control"] = "no-store"
        if style not in set(Style):
            raise CitationsError(f"There is no style {style!r}. Choose another.")
        library = visitors.reads(visitors.key_of(request))
        document, receipt = shown_receipt(
            library,
            path,
            Span(start, end),
            state=state,
            quote=quote,
            changed=CHANGED,
        )
        source = document.source
        filled = filled_in(folders_of(visitors, request), path)
        made = reference(receipt, source, filled, Style(style))
        kind = facts_of(source, filled).kind
        own = {
            Field.AUTHOR: source.author,
            Field.DATE: source.date,
            Field.TITLE: source.title,
            Field.URL: source.url,
            Field.KIND: kind,
        }
        fields = (*WANTED[kind], Field.URL, Field.ACCESSED, Field.KIND)
        return {
            "copied": made.copied,
            "note": made.note,
            "entry": made.entry,
            "missing": list(made.missing),
            "doubtful": list(made.doubtful),
            "fields": [
                {"name": field, "value": filled.get(field) or own.get(field, "")}
                for field in dict.fromkeys(fields)
            ],
        }

    @routes.post("/fill")
    def fill(
        request: Request,
        path: Annotated[str, Body()],
        values: Annotated[dict[str, str], Body()],
    ) -> dict[str, str]:
        from_here(request)
        visitor = visitors.welcome(visitors.key_of(request))
        visitors.reads(visitors.key_of(request)).document(path)
        return FilledIn(visitor.citations).fill(path, values)

    return routes
