"""Errors that nobody expected in what the page calls: their place is logged, no more.

The page's framework would print the whole error, with the question that may stand in it.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Any

_logger = logging.getLogger(__name__)
FAILED = "What the page asked for failed."


def quietly(
    function: Callable[..., Any],
    told: Callable[[], Exception],
    passed: type[Exception],
) -> Callable[..., Any]:
    """The function with what `told` makes in place of errors that nobody expected.

    Those that are meant for the page, of the kind `passed`, go through.
    """

    def failure(error: Exception) -> Exception:
        if isinstance(error, passed):
            return error
        _logger.error(FAILED, exc_info=error)
        return told()

    if inspect.isasyncgenfunction(function):

        @wraps(function)
        async def stream(*values: Any, **named: Any) -> AsyncIterator[Any]:
            try:
                async for value in function(*values, **named):
                    yield value
            except Exception as error:  # noqa: BLE001
                raise failure(error) from None

        return stream

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def awaited(*values: Any, **named: Any) -> Any:
            try:
                return await function(*values, **named)
            except Exception as error:  # noqa: BLE001
                raise failure(error) from None

        return awaited

    @wraps(function)
    def plain(*values: Any, **named: Any) -> Any:
        try:
            return function(*values, **named)
        except Exception as error:  # noqa: BLE001
            raise failure(error) from None

    return plain
