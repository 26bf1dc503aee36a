"""The cookie that holds a session's secret: one browser's, and no script's."""

from __future__ import annotations

from typing import Literal

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from citeback.serve.guard.sessions import ABSOLUTE_SECONDS

_SAME_SITE: Literal["lax"] = "lax"  # a link to a question from elsewhere opens it


class Cookie:
    """Reads and writes it."""

    def __init__(self, port: int) -> None:
        """Browsers do not tell the ports of a machine apart, so it is in the name."""
        self._plain = f"citeback-session-{port}"

    def read(self, scope: Scope) -> str | None:
        """The secret, None without one, or where there are two that differ.

        Another server of the same domain can set a cookie of that name as well.
        """
        found = self.all(scope)
        return found.pop() if len(found) == 1 else None

    def all(self, scope: Scope) -> set[str]:
        """Every secret that a browser sent."""
        name = self._name(scope)
        found = set()
        for header in Headers(scope=scope).getlist("cookie"):
            for part in header.split(";"):
                key, _, value = part.strip().partition("=")
                if key == name:
                    found.add(value)
        return found

    def set(self, answer: Response, scope: Scope, secret: str) -> None:
        """Give a browser its secret."""
        answer.set_cookie(
            self._name(scope),
            secret,
            max_age=ABSOLUTE_SECONDS,
            path=_path(scope),
            secure=_is_https(scope),
            httponly=True,
            samesite=_SAME_SITE,
        )

    def forget(self, answer: Response, scope: Scope) -> None:
        """Take it from the browser."""
        answer.delete_cookie(
            self._name(scope),
            path=_path(scope),
            secure=_is_https(scope),
            httponly=True,
            samesite=_SAME_SITE,
        )

    def _name(self, scope: Scope) -> str:
        """Names that browsers let nobody else set, where they know such."""
        if not _is_https(scope):
            return self._plain
        if _path(scope) == "/":
            return f"__Host-{self._plain}"
        return f"__Secure-{self._plain}"


def _is_https(scope: Scope) -> bool:
    return scope.get("scheme") in ("https", "wss")


def _path(scope: Scope) -> str:
    root = str(scope.get("root_path", ""))
    return f"{root}/"
