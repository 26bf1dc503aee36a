"""The gate in front of the whole application: nobody passes without saying who they are.

Everything is closed but the form to sign in and a sign of life, which the gate answers
itself. What it lets through carries its caller (see callers.py).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from starlette._utils import get_route_path
from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from citeback.errors import AccountsError
from citeback.serve.guard import rights
from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.arrival import HEALTH
from citeback.serve.guard.audit import Audit, Result
from citeback.serve.guard.callers import OWNER, Caller, Role
from citeback.serve.guard.cookie import Cookie
from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.serve.guard.sessions import Sessions
from citeback.serve.guard.sign_in import PATHS, SignIn, to_sign_in, wants_page
from citeback.serve.guard.throttle import Throttle, of_address

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in. `curators` are those whom a proxy names."""

    accounts: Accounts
    curators: frozenset[str]
    requests_per_minute: int
    port: int


@dataclass(frozen=True, slots=True)
class _Known:
    """Who sends a request, and what tells later whether they still may."""

    caller: Caller
    still: Callable[[], bool]


class Gate:
    """Finds out who sends a request, and whether they may."""

    def __init__(self, app: ASGIApp, *, rules: Rules) -> None:
        """Stand in front of an application."""
        self._app = app
        self._rules = rules
        self._accounts = rules.accounts
        self._audit = Audit(rules.accounts.folder)
        self._sessions = Sessions()
        self._throttle = Throttle(rules.requests_per_minute)
        self._cookie = Cookie(rules.port)
        self._sign_in = SignIn(
            self._accounts, self._sessions, self._throttle, self._audit, self._cookie
        )
        # Names the visitors of this run; nobody outside can tell them.
        self._secret = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what its caller may send, and refuse everything else."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            await self._decide(scope, receive, send)
        except RefusedError as refused:
            self._note_refused(scope, refused)
            await refuse(refused, scope, receive, send)
        except AccountsError as error:
            told = RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
            await refuse(told, scope, receive, send)

    async def _decide(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, is_http = get_route_path(scope), scope["type"] == "http"
        method = scope["method"] if is_http else "WEBSOCKET"
        try:
            known = self._known(scope, active=not rights.by_itself(path))
        except RefusedError:
            await self._count(f"address {_address(scope)}")
            raise
        if known is None or rights.is_counted(path):
            who = f"account {known.caller.name}" if known else None
            await self._count(who or f"address {_address(scope)}")
        if is_http and path in PATHS:
            caller = known.caller if known else None
            await self._sign_in(scope, receive, send, caller)
        elif known is not None:
            await self._pass_on(scope, receive, send, known, method, path)
        elif is_http and path == HEALTH and method in ("GET", "HEAD"):
            await JSONResponse({"ok": True})(scope, receive, send)
        elif self._accounts.all() and wants_page(scope):
            await to_sign_in(scope)(scope, receive, send)
        else:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "Nobody knows who you are. Sign in on the page first; a script sends the "
                "token of an account.",
                {"www-authenticate": "Bearer"},
            )

    async def _pass_on(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        known: _Known,
        method: str,
        path: str,
    ) -> None:
        caller = known.caller
        state = scope.setdefault("state", {})
        state["caller"] = caller
        if not rights.may(caller.role, method, path):
            raise RefusedError(
                HTTPStatus.FORBIDDEN,
                "Only curators of this library can do that. Whoever runs it can make "
                "you one.",
            )
        answer = _Answer(send, known.still)
        try:
            await self._app(scope, receive, answer.send)
        finally:
            noted = rights.noted_as(method, path)
            if noted:
                done = Result.DONE if answer.status < 400 else Result.FAILED
                query = QueryParams(scope["query_string"])
                named = query.get("path") or query.get("name") or ""
                self._audit.note(
                    caller.name,
                    noted,
                    done,
                    where=_address(scope),
                    about=rights.document_in(path) or named,
                )

    def _known(self, scope: Scope, *, active: bool) -> _Known | None:
        """Who sends a request. Raises RefusedError for a token that is none."""
        headers = Headers(scope=scope)
        given = headers.get("authorization")
        if given is not None:
            return self._by_token(given, headers)
        person = scope.get("state", {}).get("person", "")
        if person:
            return self._by_proxy(person)
        secret = self._cookie.read(scope)
        if not secret:
            return None

        def find(active: bool) -> Caller | None:
            found = self._sessions.account(secret, self._accounts.of_id, active=active)
            return self._caller(found.id, found.name, found.role) if found else None

        caller = find(active)
        if caller is None:
            return None
        return _Known(caller, lambda: find(False) == caller)

    def _by_token(self, given: str, headers: Headers) -> _Known:
        kind, _, text = given.partition(" ")
        several = len(headers.getlist("authorization")) > 1

        def find() -> Caller | None:
            found = self._accounts.of_token(text.strip())
            if found is None:
                return None
            account, token = found
            lower = min(account.role, token.role, key=lambda role: role.rank)
            return self._caller(account.id, account.name, lower)

        caller = find() if kind.lower() == "bearer" and not several else None
        if caller is None:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED,
                "This token is not known, or not any more. Whoever runs the library "
                "makes a new one with `citeback accounts token`.",
                {"www-authenticate": 'Bearer error="invalid_token"'},
            )
        return _Known(caller, lambda: find() == caller)

    def _by_proxy(self, person: str) -> _Known:
        name = person.casefold()
        if len(name) > _LONGEST_NAME or not name.isprintable():
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED, "The proxy gave a name that cannot be one."
            )
        role = Role.CURATOR if name in self._rules.curators else Role.READER
        return _Known(self._caller(f"proxy {name}", name, role), lambda: True)

    def _caller(self, key: str, name: str, role: Role) -> Caller:
        if role is Role.CURATOR:
            return Caller(name, role, OWNER)
        digest = hmac.new(self._secret, key.encode(), hashlib.sha256).digest()
        visitor = base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")
        return Caller(name, role, visitor)

    async def _count(self, caller: str) -> None:
        """Count a request. Raises RefusedError for one too many."""
        wait = await self._throttle.request(caller)
        if wait:
            raise RefusedError(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"That was too much at once. Go on in {wait} seconds.",
                {"retry-after": str(wait)},
            )

    def _note_refused(self, scope: Scope, refused: RefusedError) -> None:
        """Note what somebody tried who is known, or who claimed to be."""
        caller = scope.get("state", {}).get("caller")
        claimed = Headers(scope=scope).get("authorization") is not None
        if caller is None and not claimed:
            return
        self._audit.note(
            caller.name if caller else "",
            f"{scope.get('method', 'WEBSOCKET')} {get_route_path(scope)}",
            Result.REFUSED,
            where=_address(scope),
            about=str(int(refused.status)),
        )


class _Answer:
    """An answer on its way; a stream ends when its reader may not read on."""

    def __init__(self, send: Send, still: Callable[[], bool]) -> None:
        self._send = send
        self._still = still
        self._is_stream = False
        self._ended = False
        self.status = 500

    async def send(self, message: Message) -> None:
        if self._ended:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            named = dict(headers)
            self._is_stream = named.get(b"content-type", b"").startswith(b"text/event")
            if b"cache-control" not in named:
                headers.append((b"cache-control", b"no-store"))
            message = {**message, "headers": headers}
        elif self._is_stream and not self._still():
            self._ended = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return of_address(client[0]) if client else "unknown"
