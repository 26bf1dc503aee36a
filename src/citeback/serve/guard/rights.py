"""What each role may send, and which of it the audit log notes. Pure.

Whoever is signed in may read. What changes something is for curators alone unless it is
listed here: a route that is new, and in no list, is closed to readers.
"""

from __future__ import annotations

import re

from citeback.serve.guard.callers import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# What readers send: questions, and changes of what is theirs alone. That the documents
# that all share are not touched by these is seen to behind (see serve/visitor.py).
_READERS_SEND = re.compile(
    "|".join(
        (
            r"/gradio_api/(queue/join|cancel|reset)/?",
            r"/gradio_api/(run|api|call)/[^/]+/?",
            r"/library/(upload|add|stop|remove|restore)",
            r"/dossier/(pin|remove|restore|note|move|name)",
            r"/citations/quotes",
            r"/reference/fill",
            r"/check/(file|text)",
            r"/api/v1/(ask|absent|(verify|claims)(/file)?)",
            r"/api/v1/(citations(/anchor)?|references)",
            r"/api/v1/(documents(/.+)?|removed/[^/]+/restore|jobs/[^/]+)",
            r"/mcp",
        )
    )
)

# Routes that are given whole files; these, and no others, take large bodies.
_TAKES_FILES = re.compile(
    r"/library/upload|/check/(file|text)|/mcp|/api/v1/(documents|(verify|claims)/file)"
)

# What the audit log calls the changes of documents, by method and path.
_NOTED = (
    (re.compile(r"POST /library/upload"), "upload"),
    (re.compile(r"POST (/library/add|/api/v1/documents)"), "add documents"),
    (
        re.compile(r"POST /library/remove|DELETE /api/v1/documents/.+"),
        "remove document",
    ),
    (re.compile(r"POST (/library/restore|/api/v1/removed/.+)"), "restore document"),
    (re.compile(r"POST (/library/refresh|/api/v1/index)"), "update library"),
)
_NAMED = re.compile(r"/api/v1/documents/(?P<name>.+)")

# What an open page does by itself. It tells nothing of whether somebody is there.
_BY_ITSELF = re.compile(
    r"/state|/api/v1/jobs/.+|/library/job|/gradio_api/heartbeat/[^/]+"
)

# Files of the page itself, the same for everybody.
_UNCOUNTED = re.compile(r"/(assets|static|svelte)/.*|/theme\.css|/favicon\.ico")


def may(role: Role, method: str, path: str) -> bool:
    """Whether a role may send this."""
    if method in SAFE_METHODS or role is Role.CURATOR:
        return True
    return _READERS_SEND.fullmatch(path) is not None


def takes_files(path: str) -> bool:
    """Whether a route is given whole files."""
    return _TAKES_FILES.fullmatch(path) is not None


def noted_as(method: str, path: str) -> str:
    """What the audit log calls it; "" for what it does not note.

    What only curators may send is noted even if it has no name.
    """
    if method in SAFE_METHODS:
        return ""
    sent = f"{method} {path}"
    for pattern, name in _NOTED:
        if pattern.fullmatch(sent):
            return name
    return "" if may(Role.READER, method, path) else sent


def document_in(path: str) -> str:
    """The document that a path names, "" where it names none."""
    found = _NAMED.fullmatch(path)
    return found["name"] if found else ""


def by_itself(path: str) -> bool:
    """Whether an open page asks for it unasked."""
    return _BY_ITSELF.fullmatch(path) is not None


def is_counted(path: str) -> bool:
    """Whether it counts among the requests of a caller."""
    return _UNCOUNTED.fullmatch(path) is None
