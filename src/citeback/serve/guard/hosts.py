"""By which names the page is reached, and whether others than this machine reach it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from http import HTTPStatus

from starlette._utils import parse_host_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from citeback.errors import SettingsError
from citeback.serve.guard.refusals import RefusedError, refuse
from citeback.settings import Settings, parts

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class Hosts:
    """Turns away requests for other names: a page elsewhere may point its own name here.

    Unlike starlette's own, it takes any number for a name where the page is reached by
    whatever addresses the machine has: nobody can point a number anywhere.
    """

    def __init__(
        self, app: ASGIApp, *, names: Collection[str], numbers: bool = False
    ) -> None:
        """`names` are the allowed ones; with `numbers`, all addresses are as well."""
        self._app = app
        self._names = {name.lower() for name in names}
        self._numbers = numbers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).getlist("host")
        found = parse_host_header(given[0]) if len(given) == 1 else None
        name = found.host.lower().strip("[]") if found else ""
        if name in self._names or (self._numbers and is_number(name)):
            await self._app(scope, receive, send)
            return
        refused = RefusedError(
            HTTPStatus.BAD_REQUEST,
            "This server is not reached by that name. Whoever runs it can allow a name "
            "with the setting CITEBACK_HOSTS.",
        )
        scope.setdefault("state", {})["refused"] = "unknown host"
        await refuse(refused, scope, receive, send)


def is_number(name: str) -> bool:
    """Whether it is an address and no name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_everywhere(host: str) -> bool:
    """Whether listening on it is listening on all addresses of the machine."""
    return is_number(host) and ipaddress.ip_address(host).is_unspecified


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    if host.lower() == "localhost":
        return True
    return is_number(host) and ipaddress.ip_address(host).is_loopback


def names_of(settings: Settings) -> tuple[str, ...]:
    """The names that the page is reached by."""
    names = [*LOOPBACK_NAMES, *parts(settings.hosts)]
    if is_everywhere(settings.host):
        own = socket.gethostname()
        names += [own, f"{own}.local"]
    else:
        names.append(settings.host)
    return tuple(dict.fromkeys(name.lower().strip("[]") for name in names))


def is_guarded(settings: Settings, *, accounts: bool) -> bool:
    """Whether people say who they are before they get anything.

    Raises SettingsError where others could reach the page and nobody would ask them.
    """
    if accounts or settings.proxy_header:
        return True
    named = [name for name in parts(settings.hosts) if name not in LOOPBACK_NAMES]
    if is_loopback(settings.host) and not named:
        return False
    told = f"CITEBACK_HOST is {settings.host}"
    if is_loopback(settings.host):
        told = f"CITEBACK_HOSTS is {settings.hosts}"
    raise SettingsError(
        f"{told}, so others could reach your documents, and nobody would ask who they "
        "are. Make an account first: python -m citeback accounts add YOUR-NAME --role "
        "curator. Then start Citeback again. (If a proxy in front of Citeback signs "
        "people in, set CITEBACK_PROXY_HEADER and CITEBACK_PROXIES instead. To be the "
        "only one who reaches it, unset the setting.)"
    )
