"""Has a language model write on an answer of the page's conversation, when asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import count
from typing import Any

from citeback.errors import CitebackError
from citeback.serve.session import Turn
from citeback.serve.written_view import written_json
from citeback.settings import Settings
from citeback.write.records import Writer
from citeback.write.writing import written

# A small machine has no more than one model at work.
WRITTEN_AT_ONCE = 2

_clicks = count(1)


def page_value(writer: Writer, **told: Any) -> dict[str, Any]:
    """What writing.js goes by: who writes, where that is, and what came of the last one."""
    return {
        "model": writer.model,
        "address": writer.address,
        "local": writer.local,
        "plain": writer.plain,
        "click": next(_clicks),
        **told,
    }


class Writing:
    """Has answers written about for visitors of the page, few at once."""

    def __init__(self, settings: Settings, writer: Writer) -> None:
        """Ask nothing yet."""
        self._settings = settings
        self.writer = writer
        self._slots = asyncio.Semaphore(WRITTEN_AT_ONCE)

    async def replied(self, turns: Sequence[Turn], event: Any) -> dict[str, Any] | None:
        """What became of it; None for what the page would never send."""
        try:
            number, asked = int(event.turn), str(event.asked)
        except (AttributeError, TypeError, ValueError):
            return None
        answers = [t.answer for t in turns if (t.number, t.asked) == (number, asked)]
        if not answers or answers[0] is None:
            return None
        key = {"turn": number, "asked": asked}
        try:
            async with self._slots:
                told = await written(answers[0], self._settings)
        except CitebackError as error:
            return page_value(self.writer, **key, problem=str(error))
        return page_value(self.writer, **key, written=written_json(told))
