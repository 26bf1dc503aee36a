"""How often something may be done: requests by one caller, attempts to sign in."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

# Attempts to sign in: of one name from one address, from one address, of one name from
# anywhere. The last one is high, or anybody could keep somebody else from signing in.
ONE_NAME_HERE = RateLimitItemPerMinute(8, 15)
ONE_ADDRESS = RateLimitItemPerMinute(60, 15)
ONE_NAME = RateLimitItemPerHour(120)


class Throttle:
    """Counts in memory, for one server."""

    def __init__(self, requests_per_minute: int) -> None:
        """So many requests may one caller send."""
        self._requests = RateLimitItemPerMinute(requests_per_minute)
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def request(self, caller: str) -> int:
        """Count a request; seconds to wait if it is one too many, else 0."""
        return await self._hit(self._requests, "request", caller)

    async def sign_in(self, name: str, address: str) -> int:
        """Count an attempt to sign in; seconds to wait if it is one too many, else 0."""
        known, place = _short(name), of_address(address)
        waits = [
            await self._hit(ONE_ADDRESS, "address", place),
            await self._hit(ONE_NAME_HERE, "here", known, place),
            await self._hit(ONE_NAME, "name", known),
        ]
        return max(waits)

    async def signed_in(self, name: str, address: str) -> None:
        """Forget the attempts before one that was right."""
        known = _short(name)
        await self._limiter.clear(ONE_NAME_HERE, "here", known, of_address(address))

    async def _hit(self, limit: RateLimitItem, *keys: str) -> int:
        if await self._limiter.hit(limit, *keys):
            return 0
        stats = await self._limiter.get_window_stats(limit, *keys)
        return max(1, math.ceil(stats.reset_time - time.time()))


def of_address(address: str) -> str:
    """What stands for a network address: of IPv6 the part that one house is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _short(name: str) -> str:
    """A name of any length as a key, the same however it is typed."""
    return hashlib.sha256(
        name.strip().casefold().encode("utf-8", "replace")
    ).hexdigest()
