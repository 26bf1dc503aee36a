"""What went wrong, as RFC 9457 has it told: type, title, status, detail, instance."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from citeback.errors import (
    CitationsError,
    CitebackError,
    ContentError,
    DraftError,
    EncoderError,
    IndexBusyError,
    IndexStateError,
    QuestionError,
    StorageFullError,
    UnknownDocumentError,
)
from citeback.serve.requests import UploadError
from citeback.serve.visitor import BusyError, NotYoursError, UnknownJobError

MEDIA_TYPE = "application/problem+json"
JSON = re.compile(r"application/(.+\+)?json", re.IGNORECASE)
# A client that is told to come back later does so after so many seconds.
RETRY_SECONDS = 5
# Of what is wrong in a request so much is told.
MOST_FAULTS = 20

UNEXPECTED = (
    "Something went wrong that was not foreseen; the window that Citeback was started "
    "in says more. Nothing that was complete is lost."
)


class Kind(StrEnum):
    """The kinds of problems; each is the last part of its type's address."""

    UNREADABLE_BODY = "unreadable-body"
    NOT_SEARCHABLE = "not-searchable"
    DRAFT_UNREADABLE = "draft-unreadable"
    NOT_CITED = "no-citation"
    NOT_YOURS = "not-yours"
    NO_VISITOR = "no-visitor"
    NO_ADDRESS = "no-such-address"
    NO_DOCUMENT = "no-such-document"
    NO_PASSAGE = "no-such-passage"
    NO_QUOTE = "no-such-quote"
    NO_JOB = "no-such-job"
    METHOD = "method-not-allowed"
    BUSY = "busy"
    CONTENT = "documents-unchangeable"
    CITATIONS = "citations-unusable"
    CHANGED = "document-changed"
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "unsupported-media-type"
    INVALID = "invalid-request"
    OTHER = "request-refused"
    UNEXPECTED = "unexpected"
    NOT_READY = "not-ready"
    INDEX = "index-unusable"
    STORAGE_FULL = "storage-full"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind of problem is: its status, its name, and what to do about it."""

    status: HTTPStatus
    title: str
    advice: str


MEANINGS: Mapping[Kind, Meaning] = {
    Kind.UNREADABLE_BODY: Meaning(
        HTTPStatus.BAD_REQUEST,
        "The body of the request cannot be read",
        "Send JSON, or a form with files where files are taken.",
    ),
    Kind.NOT_SEARCHABLE: Meaning(
        HTTPStatus.BAD_REQUEST,
        "This cannot be searched for",
        "Ask with words that may stand in the documents; the detail says what to mend.",
    ),
    Kind.DRAFT_UNREADABLE: Meaning(
        HTTPStatus.BAD_REQUEST,
        "The text cannot be checked",
        "Send another file; the detail says what is wrong with this one.",
    ),
    Kind.NOT_CITED: Meaning(
        HTTPStatus.BAD_REQUEST,
        "This is no citation",
        "Send a link or a receipt as Citeback made it, all of it.",
    ),
    Kind.NOT_YOURS: Meaning(
        HTTPStatus.FORBIDDEN,
        "This belongs to somebody else",
        "Ask the owner of the library.",
    ),
    Kind.NO_VISITOR: Meaning(
        HTTPStatus.FORBIDDEN,
        "It is not known who you are",
        "This library is shared, and what you add is yours alone: send the cookie that "
        "the list of documents sets (curl: -c jar -b jar).",
    ),
    Kind.NO_ADDRESS: Meaning(
        HTTPStatus.NOT_FOUND,
        "There is nothing at this address",
        "openapi.json lists the addresses that there are.",
    ),
    Kind.NO_DOCUMENT: Meaning(
        HTTPStatus.NOT_FOUND,
        "There is no such document",
        "The list of documents has the path of each.",
    ),
    Kind.NO_PASSAGE: Meaning(
        HTTPStatus.NOT_FOUND,
        "The document has no such passage",
        "Count letters from 0, the end not included, as answers do.",
    ),
    Kind.NO_QUOTE: Meaning(
        HTTPStatus.NOT_FOUND,
        "The text that was quoted is not at hand",
        "Send the whole receipt, or a link with the quote in it.",
    ),
    Kind.NO_JOB: Meaning(
        HTTPStatus.NOT_FOUND,
        "There is no such job",
        "The list of documents shows what was done.",
    ),
    Kind.METHOD: Meaning(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "This cannot be done at this address",
        "The header Allow names what can be.",
    ),
    Kind.BUSY: Meaning(
        HTTPStatus.CONFLICT,
        "Another change is under way",
        "Try again when it is done.",
    ),
    Kind.CONTENT: Meaning(
        HTTPStatus.CONFLICT,
        "The documents cannot be changed",
        "The detail says what stands in the way.",
    ),
    Kind.CITATIONS: Meaning(
        HTTPStatus.CONFLICT,
        "This cannot be cited",
        "The detail says what stands in the way.",
    ),
    Kind.CHANGED: Meaning(
        HTTPStatus.PRECONDITION_FAILED,
        "The document has changed",
        "Fetch its text again, and decide anew.",
    ),
    Kind.TOO_LARGE: Meaning(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request is too large",
        "Send less at once.",
    ),
    Kind.MEDIA_TYPE: Meaning(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The request is in a form that is not taken",
        "Send JSON with the header Content-Type: application/json, or files as "
        "multipart/form-data where files are taken.",
    ),
    Kind.INVALID: Meaning(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request is not as it should be",
        "The errors say which parts, and openapi.json what each must be.",
    ),
    Kind.OTHER: Meaning(
        HTTPStatus.BAD_REQUEST,
        "The request was refused",
        "The detail says why.",
    ),
    Kind.UNEXPECTED: Meaning(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong",
        "The window that Citeback was started in says more.",
    ),
    Kind.NOT_READY: Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Citeback is still starting",
        "Try again in some seconds.",
    ),
    Kind.INDEX: Meaning(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The index or the model cannot be used",
        "The detail says what to do.",
    ),
    Kind.STORAGE_FULL: Meaning(
        HTTPStatus.INSUFFICIENT_STORAGE,
        "The disk is full",
        "Make room and try again; nothing that was there is lost.",
    ),
}

# The nearest kind of an error's class and those above it counts.
_OF_ERRORS: Mapping[type[Exception], Kind] = {
    QuestionError: Kind.NOT_SEARCHABLE,
    DraftError: Kind.DRAFT_UNREADABLE,
    UnknownDocumentError: Kind.NO_DOCUMENT,
    UnknownJobError: Kind.NO_JOB,
    NotYoursError: Kind.NOT_YOURS,
    BusyError: Kind.BUSY,
    IndexBusyError: Kind.BUSY,
    StorageFullError: Kind.STORAGE_FULL,
    IndexStateError: Kind.INDEX,
    EncoderError: Kind.INDEX,
    ContentError: Kind.CONTENT,
    CitationsError: Kind.CITATIONS,
    UploadError: Kind.TOO_LARGE,
    CitebackError: Kind.UNEXPECTED,
}
_OF_STATUSES: Mapping[int, Kind] = {
    400: Kind.UNREADABLE_BODY,
    404: Kind.NO_ADDRESS,
    405: Kind.METHOD,
    413: Kind.TOO_LARGE,
    415: Kind.MEDIA_TYPE,
}
_COME_BACK = frozenset({Kind.BUSY, Kind.NOT_READY})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one part of a request; `part` is as in "body.question"."""

    part: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What every error is told as (RFC 9457).

    `type` is an address that explains the kind of problem, `instance` the address that
    was asked for. `errors` tell what is wrong with each part of a request.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: tuple[Fault, ...] = ()


class ProblemError(CitebackError):
    """A problem of this door's own."""

    def __init__(self, kind: Kind, detail: str = "") -> None:
        """The advice of its kind is its detail where there is no other."""
        super().__init__(detail or MEANINGS[kind].advice)
        self.kind = kind


def of_library(request: Request, error: Exception) -> Response:
    """An error of the library, or of this door, as a problem."""
    if isinstance(error, ProblemError):
        return told(request, error.kind, str(error))
    kind = next(_OF_ERRORS[one] for one in type(error).__mro__ if one in _OF_ERRORS)
    detail = str(error)
    if kind is Kind.TOO_LARGE:
        detail = f"The file is not taken: {detail}"
    if kind is Kind.NO_DOCUMENT:
        detail = detail.replace(
            "`python -m citeback list` shows what there is.",
            "The list of documents shows what there is.",
        )
    return told(request, kind, detail)


def of_framework(request: Request, error: Exception) -> Response:
    """What the web framework refuses, as a problem."""
    assert isinstance(error, HTTPException)
    kind = _OF_STATUSES.get(error.status_code, Kind.OTHER)
    return told(request, kind, headers=error.headers, status=error.status_code)


def of_validation(request: Request, error: Exception) -> Response:
    """Parts of a request that are not as they should be; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return told(request, Kind.UNREADABLE_BODY, "The body is not valid JSON.")
    if _is_other_form(request, faults):
        return told(request, Kind.MEDIA_TYPE)
    errors = [
        Fault(".".join(str(part)[:80] for part in fault["loc"]), str(fault["msg"]))
        for fault in faults[:MOST_FAULTS]
    ]
    detail = f"{errors[0].part}: {errors[0].detail}."
    if len(errors) > 1:
        detail += " The other errors, or what other forms of it lack, are listed."
    return told(request, Kind.INVALID, detail, errors=errors)


def _is_other_form(request: Request, faults: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a body came that is said to be no JSON."""
    if all(fault["loc"][0] != "body" or fault["type"] == "missing" for fault in faults):
        return False
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    return not JSON.fullmatch(media_type)


def of_system(request: Request, error: Exception) -> Response:
    """That the disk is full; anything else of the system's nobody foresaw."""
    assert isinstance(error, OSError)
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        raise error
    return told(request, Kind.STORAGE_FULL)


def unexpected(request: Request, _: Exception) -> Response:
    """What nobody foresaw; the server's log has the rest."""
    return told(request, Kind.UNEXPECTED, UNEXPECTED)


def told(
    request: Request,
    kind: Kind,
    detail: str = "",
    *,
    errors: Sequence[Fault] = (),
    headers: Mapping[str, str] | None = None,
    status: int = 0,
) -> Response:
    """The response that tells a problem."""
    meaning = MEANINGS[kind]
    problem = Problem(
        type=f"{request.scope.get('root_path', '')}/problems/{kind}",
        title=meaning.title,
        status=status or meaning.status,
        detail=detail or meaning.advice,
        instance=quote(request.scope["path"], safe="/:@!$&'()*+,;=~"),
        errors=tuple(errors),
    )
    plain = asdict(problem)
    if not errors:
        del plain["errors"]
    sent = dict(headers or {})
    if kind in _COME_BACK:
        sent["retry-after"] = str(RETRY_SECONDS)
    return Response(
        json.dumps(plain),
        status_code=problem.status,
        headers=sent,
        media_type=MEDIA_TYPE,
    )
