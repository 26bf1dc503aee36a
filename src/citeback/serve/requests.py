"""What routes ask of a request: did the page send it, what does it bring.

A request that changes something counts only if the page itself sent it: a header of
ours, which a page from elsewhere cannot set, and the browser's word on where the request
began.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse

from citeback.errors import CitebackError

MOST_ENDING = 16
OUR_HEADER = "x-citeback"
HERE = ("same-origin", "none", None)
NOT_FROM_HERE = "This request did not come from the page of Citeback."
NOT_UNDERSTOOD = "This is not what the page of Citeback sends. Load the page again."


def from_here(request: Request) -> None:
    """Raise HTTPException for a request that the page itself did not send."""
    begun = request.headers.get("sec-fetch-site")
    if request.headers.get(OUR_HEADER) != "page" or begun not in HERE:
        raise HTTPException(HTTPStatus.FORBIDDEN, NOT_FROM_HERE)


def not_understood(_: Request, __: Exception) -> JSONResponse:
    """That parts of a request are not as they should be; none of it is repeated.

    The framework's own answer repeats what was sent, and fails where JSON cannot hold it.
    """
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return JSONResponse({"reason": NOT_UNDERSTOOD}, status_code=status)


@contextmanager
def draft_file(name: str = "") -> Iterator[Path]:
    """Where to write a draft that is called so; it is deleted afterwards.

    The name may be anything, and only its ending says something.
    """
    ending = PurePosixPath(name).suffix[:MOST_ENDING].replace("\0", "")
    with tempfile.TemporaryDirectory(prefix="citeback-check-") as folder:
        yield Path(folder) / f"draft{ending}"


async def receive(request: Request, file: Path, most: int) -> None:
    """Write what is sent into a file. Raises HTTPException where it is too much."""
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdigit() else 0
    with file.open("xb") as target:
        if size <= most:
            size = 0
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    break
                target.write(chunk)
    if size > most:
        raise UploadError(size, most)


class UploadError(CitebackError):
    """A file that is being sent is larger than what is taken."""

    def __init__(self, size: int, most: int) -> None:
        """Both in bytes."""
        super().__init__(
            f"it is too large ({size / 1e6:.1f} MB, and there is room for "
            f"{max(most, 0) / 1e6:g} MB): split it into several files."
        )
