"""What the dossier's drawer calls on the page's own server: pin, note, order, export."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Request
from fastapi.responses import Response

from citeback.cite.dossier import Dossier, DossierFile, Pin, pin_of
from citeback.cite.referencing.references import READ_BY_PEOPLE, Style
from citeback.cite.versions import Versions
from citeback.records import Span
from citeback.serve.dossier_files import (
    MEDIA_TYPES,
    Format,
    exported,
    facts_for,
    file_name,
    shown_receipt,
)
from citeback.serve.places import place
from citeback.serve.requests import from_here
from citeback.serve.strings import Words, words_for
from citeback.serve.visitor import Visitors

CHANGED = (
    "This document has changed since the passage was found, so it was not pinned. Ask "
    "again, and pin what it says now."
)


def dossier_routes(visitors: Visitors) -> APIRouter:
    """The routes under /dossier."""
    routes = APIRouter(prefix="/dossier")

    def changing(request: Request) -> DossierFile:
        from_here(request)
        visitor = visitors.welcome(visitors.key_of(request))
        return DossierFile(visitor.citations)

    def held(request: Request) -> Dossier:
        folders = folders_of(visitors, request)
        # A visitor's own alone: what the owner has pinned is nobody else's.
        if visitors.shared:
            folders = folders[1:]
        return DossierFile(folders[-1]).read() if folders else Dossier("", (), 0)

    @routes.get("")
    def show(request: Request, response: Response) -> dict[str, Any]:
        response.headers["cache-control"] = "no-store"
        return view(held(request), words_for(request.headers))

    @routes.post("/pin")
    def pin(
        request: Request,
        path: str = Body(),
        start: int = Body(),
        end: int = Body(),
        state: str = Body(),
        question: str = Body(default=""),
        asked: str = Body(default=""),
        quote: str = Body(default=""),
    ) -> dict[str, Any]:
        from_here(request)
        visitor = visitors.welcome(visitors.key_of(request))
        library = visitor.cites
        document, receipt = shown_receipt(
            library,
            path,
            Span(start, end),
            state=state,
            quote=quote,
            changed=CHANGED,
        )
        made = pin_of(document, receipt, question=question, asked=asked)
        # The text of now stays readable as long as something is pinned in it.
        Versions(visitor.citations).keep(document)
        return view(
            DossierFile(visitor.citations).pin(made), words_for(request.headers)
        )

    @routes.post("/remove")
    def remove(request: Request, key: str = Body(embed=True)) -> dict[str, Any]:
        return view(changing(request).remove(key), words_for(request.headers))

    @routes.post("/restore")
    def restore(request: Request, key: str = Body(embed=True)) -> dict[str, Any]:
        return view(changing(request).restore(key), words_for(request.headers))

    @routes.post("/note")
    def note(
        request: Request, key: str = Body(), text: str = Body(), was: str = Body()
    ) -> dict[str, Any]:
        return view(
            changing(request).note(key, text, was=was), words_for(request.headers)
        )

    @routes.post("/move")
    def move(request: Request, key: str = Body(), to: int = Body()) -> dict[str, Any]:
        return view(changing(request).move(key, to), words_for(request.headers))

    @routes.post("/name")
    def name(request: Request, title: str = Body(embed=True)) -> dict[str, Any]:
        return view(changing(request).name(title), words_for(request.headers))

    @routes.get("/export")
    def export(request: Request, kind: str, style: str) -> Response:
        if kind not in set(Format) or style not in READ_BY_PEOPLE:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        dossier = held(request)
        library = visitors.reads(visitors.key_of(request))
        facts = facts_for(dossier, library, folders_of(visitors, request))
        file = exported(
            dossier, facts, Style(style), Format(kind), words_for(request.headers)
        )
        named = quote(file_name(dossier, Format(kind)))
        return Response(
            file,
            media_type=MEDIA_TYPES[Format(kind)],
            headers={
                "content-disposition": f"attachment; filename*=UTF-8''{named}",
                "cache-control": "no-store",
            },
        )

    return routes


def folders_of(visitors: Visitors, request: Request) -> list[Path]:
    """The citations folders that count for a visitor, their own last."""
    folders = [visitors.library.settings.citations]
    visitor = visitors.of(visitors.key_of(request))
    if visitors.shared and visitor is not None:
        folders.append(visitor.citations)
    return folders


def view(dossier: Dossier, words: Words) -> dict[str, Any]:
    """The dossier as the drawer draws it."""
    return {
        "title": dossier.title,
        "revision": dossier.revision,
        "pins": [_pin_view(pin, words) for pin in dossier.pins],
    }


def _pin_view(pin: Pin, words: Words) -> dict[str, Any]:
    receipt = pin.receipt
    return {
        "key": pin.id,
        "path": receipt.path,
        "title": receipt.title or receipt.path,
        "start": receipt.start,
        "end": receipt.end,
        "state": receipt.document,
        "quote": receipt.quote,
        "place": place(receipt, words),
        "note": pin.note,
        "question": pin.question,
    }
