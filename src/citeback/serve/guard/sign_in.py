"""Signing in and out, at /sign-in and /sign-out: a form, a cookie, and nothing more."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from citeback.serve.guard import passwords
from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.audit import Audit, Result
from citeback.serve.guard.callers import Caller
from citeback.serve.guard.cookie import Cookie
from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.serve.guard.sessions import Sessions
from citeback.serve.guard.sign_in_page import policy, sign_in_html, signed_in_html
from citeback.serve.guard.throttle import Throttle
from citeback.serve.strings import words_for

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
PATHS = (SIGN_IN, SIGN_OUT)
MOST_BYTES = 20_000
UNKNOWN = "(no account)"
# Each takes 64 MiB and most of a core while it is checked.
CHECKED_AT_ONCE = 2


class SignIn:
    """Answers what comes to these two paths."""

    def __init__(
        self,
        accounts: Accounts,
        sessions: Sessions,
        throttle: Throttle,
        audit: Audit,
        cookie: Cookie,
    ) -> None:
        """All that it reads and changes."""
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._audit = audit
        self._cookie = cookie
        self._slots = asyncio.Semaphore(CHECKED_AT_ONCE)

    async def __call__(
        self, scope: Scope, receive: Receive, send: Send, caller: Caller | None
    ) -> None:
        """Answer; `caller` is who is signed in already."""
        request = Request(scope, receive)
        path, method = get_route_path(scope), scope["method"]
        if method == "POST":
            try:
                answer = await (self._out if path == SIGN_OUT else self._in)(request)
            except ClientDisconnect:
                return
            except RefusedError as refused:
                await refuse(refused, scope, receive, send)
                return
        elif method in ("GET", "HEAD"):
            answer = self._page(request, caller)
        else:
            answer = Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED)
        answer.headers["cache-control"] = "no-store"
        # The form says where it was sent from; with the other pages' policy it does not.
        answer.headers["referrer-policy"] = "same-origin"
        answer.headers["content-security-policy"] = policy()
        await answer(scope, receive, send)

    def _page(self, request: Request, caller: Caller | None) -> Response:
        words, root = words_for(request.headers), _root(request.scope)
        if caller is not None:
            return HTMLResponse(
                signed_in_html(words, caller, action=root + SIGN_OUT, home=f"{root}/")
            )
        goal = safe_goal(request.query_params.get("goal", ""))
        return HTMLResponse(sign_in_html(words, action=root + SIGN_IN, goal=goal))

    async def _in(self, request: Request) -> Response:
        form = await _form(request)
        name, goal = form.get("name", ""), safe_goal(form.get("goal", ""))
        address = request.client.host if request.client else ""
        words, root = words_for(request.headers), _root(request.scope)

        def again(problem: str, status: HTTPStatus, wait: int = 0) -> Response:
            html = sign_in_html(
                words, action=root + SIGN_IN, goal=goal, name=name, problem=problem
            )
            headers = {"retry-after": str(wait)} if wait else {}
            return HTMLResponse(html, status_code=status, headers=headers)

        wait = await self._throttle.sign_in(name, address)
        account = self._accounts.named(name)
        # A name that is none may be a password in the wrong place.
        who = account.name if account else UNKNOWN
        if wait:
            self._audit.note(who, "sign in", Result.REFUSED, where=address)
            minutes = words.counted("minute", -(-wait // 60))
            told = words("sign_in_throttled", minutes=minutes)
            return again(told, HTTPStatus.TOO_MANY_REQUESTS, wait)
        async with self._slots:
            fits = await asyncio.to_thread(
                passwords.fits,
                form.get("password", ""),
                account.password if account else None,
            )
        if account is None or not fits:
            self._audit.note(who, "sign in", Result.FAILED, where=address)
            return again(words("sign_in_wrong"), HTTPStatus.UNAUTHORIZED)
        await self._throttle.signed_in(name, address)
        self._audit.note(account.name, "sign in", Result.DONE, where=address)
        # A session of before, whoever began it, is not gone on with.
        self._end_all(request.scope)
        answer = RedirectResponse(root + goal, status_code=HTTPStatus.SEE_OTHER)
        self._cookie.set(answer, request.scope, self._sessions.begin(account))
        return answer

    async def _out(self, request: Request) -> Response:
        secret = self._cookie.read(request.scope) or ""
        account = self._sessions.account(secret, self._accounts.of_id)
        if account is not None:
            address = request.client.host if request.client else ""
            self._audit.note(account.name, "sign out", Result.DONE, where=address)
        self._end_all(request.scope)
        goal = _root(request.scope) + SIGN_IN
        answer = RedirectResponse(goal, status_code=HTTPStatus.SEE_OTHER)
        # What the page has kept in this browser is nobody's else.
        answer.headers["clear-site-data"] = '"storage"'
        self._cookie.forget(answer, request.scope)
        return answer

    def _end_all(self, scope: Scope) -> None:
        for secret in self._cookie.all(scope):
            self._sessions.end(secret)


def to_sign_in(scope: Scope) -> Response:
    """Send a browser to the form, and back afterwards."""
    goal = get_route_path(scope)
    if scope["query_string"]:
        goal += "?" + scope["query_string"].decode("latin-1")
    query = "" if goal == "/" else "?" + urlencode({"goal": goal})
    answer = RedirectResponse(
        f"{_root(scope)}{SIGN_IN}{query}", status_code=HTTPStatus.SEE_OTHER
    )
    answer.headers["cache-control"] = "no-store"
    return answer


def wants_page(scope: Scope) -> bool:
    """Whether it is a browser that opens a page."""
    headers = Headers(scope=scope)
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and "text/html" in headers.get("accept", "")
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
    )


def safe_goal(goal: str) -> str:
    """Where to go on: a path of ours, "/" for whatever is none."""
    try:
        parts = urlsplit(goal)
    except ValueError:
        return "/"
    plain = goal.isprintable() and "\\" not in goal and not parts.netloc
    if not plain or parts.scheme or not goal.startswith("/") or goal.startswith("//"):
        return "/"
    return "/" if parts.path in PATHS else goal


def _root(scope: Scope) -> str:
    return str(scope.get("root_path", ""))


async def _form(request: Request) -> dict[str, str]:
    """The fields that were sent. Raises RefusedError for what is no form of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise RefusedError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "This is too long for a name and a password.",
            )
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=8)
    except ValueError:
        raise RefusedError(
            HTTPStatus.BAD_REQUEST, "This is not what the form to sign in sends."
        ) from None
    return {name: values[0] for name, values in fields.items()}
