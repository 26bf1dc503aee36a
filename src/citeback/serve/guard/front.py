"""What stands in front of the whole web application, put together in its order."""

from __future__ import annotations

from fastapi import FastAPI

from citeback.serve.guard.accounts import Accounts
from citeback.serve.guard.arrival import Arrival, BelowPath
from citeback.serve.guard.bodies import Bodies
from citeback.serve.guard.cross_site import CrossSite
from citeback.serve.guard.gate import Gate, Rules
from citeback.serve.guard.headers import SafetyHeaders
from citeback.serve.guard.hosts import Hosts, is_everywhere, is_guarded, names_of
from citeback.serve.guard.request_log import RequestLog
from citeback.serve.visitor import FILES_OF_LARGEST_SIZE
from citeback.settings import Settings, parts

# Routes that take files count these themselves, and say better what is too much. No
# visitor has room for more (see visitor.py).
_FILES_AT_ONCE = FILES_OF_LARGEST_SIZE + 1


def guarded(settings: Settings) -> bool:
    """Whether people sign in. Raises SettingsError, AccountsError."""
    return is_guarded(settings, accounts=bool(Accounts(settings.accounts).all()))


def stand_before(app: FastAPI, settings: Settings, *, guarded: bool) -> None:
    """Put everything in front of an application; the first to be added is the last met."""
    if guarded:
        rules = Rules(
            accounts=Accounts(settings.accounts),
            curators=frozenset(name.casefold() for name in parts(settings.curators)),
            requests_per_minute=settings.requests_per_minute,
            port=settings.port,
        )
        app.add_middleware(Gate, rules=rules)
    most = settings.max_file_bytes * _FILES_AT_ONCE
    app.add_middleware(Bodies, most=most)
    app.add_middleware(CrossSite, strict=guarded)
    app.add_middleware(
        Hosts, names=names_of(settings), numbers=is_everywhere(settings.host)
    )
    if settings.root_path:
        app.add_middleware(BelowPath, root=settings.root_path)
    app.add_middleware(SafetyHeaders)
    app.add_middleware(RequestLog)
    app.add_middleware(
        Arrival, proxies=parts(settings.proxies), header=settings.proxy_header
    )
