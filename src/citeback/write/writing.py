"""An answer → what a language model writes on its passages, checked."""

from __future__ import annotations

import asyncio
import time

from citeback.errors import WriterError
from citeback.records import Answer, Verdict
from citeback.settings import Settings
from citeback.write.checked import checked
from citeback.write.client import completed
from citeback.write.prompt import messages
from citeback.write.records import Written
from citeback.write.writer import NOT_SET, key_of, writer_of

SILENT = "The text does not say, so the language model was not asked."


async def written(answer: Answer, settings: Settings) -> Written:
    """What the model that is set writes on the answer's passages, checked against them.

    Sends the question and the passages to its address. Raises WriterError, also where
    none is set or the text does not say: then nothing is sent. The answer stays as it
    was, whatever is written.
    """
    writer = writer_of(settings)
    if writer is None:
        raise WriterError(NOT_SET)
    if answer.verdict is Verdict.SILENT or not answer.hits:
        raise WriterError(SILENT)
    started = time.perf_counter()
    text = await completed(writer, key_of(settings), messages(answer))
    paragraphs = await asyncio.to_thread(checked, text, answer.hits)
    return Written(writer, paragraphs, time.perf_counter() - started)


def write(answer: Answer, settings: Settings) -> Written:
    """The same for whoever does not wait for other things meanwhile."""
    return asyncio.run(written(answer, settings))
