"""Questions over HTTP: the best passages, every passage, or that there is none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from citeback.errors import CitebackError
from citeback.records import Answer, EveryAnswer, FoundIn
from citeback.serve import citing
from citeback.serve.api.door import Door
from citeback.serve.api.wire import (
    Mode,
    Phrase,
    Question,
    SentAbsence,
    SentAnswer,
    SentEvery,
    reply,
)
from citeback.serve.as_json import absence_json, answer_json, every_json
from citeback.serve.reads import Reads
from citeback.serve.writing import WRITTEN_AT_ONCE
from citeback.serve.written_view import written_json
from citeback.write.writing import written

EVERY = "every"
ABSENT = "absent"
STANDS = "stands"
# More at once answer no faster: they take the processor from each other and from all
# else that the server does (`make load`: with 16, a sign of life took seconds). The others
# wait in a queue, each for its turn.
ASKED_AT_ONCE = 6


def asking_routes(door: Door) -> APIRouter:
    """The routes that answer."""
    routes = APIRouter(tags=["Asking"])
    turns = asyncio.Semaphore(ASKED_AT_ONCE)
    writing = asyncio.Semaphore(WRITTEN_AT_ONCE)

    @routes.post("/ask", response_model=SentAnswer | SentEvery)
    async def ask(request: Request, asked: Question) -> Response:
        """Answer a question with the documents' own words, or that they do not say.

        With `mode` "every" all passages come that hold its words, in reading order.
        """
        await door.ready(model=asked.mode is Mode.BEST)
        reads = door.reads(request)
        if asked.mode is Mode.EVERY:
            async with turns:
                return await run_in_threadpool(_every, door, reads, asked)
        async with turns:
            answer, plain = await run_in_threadpool(_best, door, reads, asked)
        if asked.write:
            async with writing:
                plain["written"] = await _written(answer, door)
        return await run_in_threadpool(reply, plain)

    @routes.post("/absent", response_model=SentAbsence)
    async def absent(request: Request, asked: Phrase) -> Response:
        """Tell where a phrase stands, or that it stands nowhere and what comes nearest."""
        await door.ready(model=True)
        async with turns:
            return await run_in_threadpool(_absent, door, door.reads(request), asked)

    return routes


async def _written(answer: Answer, door: Door) -> dict[str, Any]:
    """What a language model writes, or why it does not; the answer stands either way."""
    try:
        told = await written(answer, door.visitors.library.settings)
    except CitebackError as error:
        return {"problem": str(error)}
    return {"problem": "", **written_json(told)}


def _best(door: Door, reads: Reads, asked: Question) -> tuple[Answer, dict[str, Any]]:
    answer = reads.ask(
        asked.question,
        limit=asked.limit,
        turns=[one.turn() for one in asked.turns],
        selection=asked.scope.selection(),
    )
    door.metrics.asked(answer.verdict.name.lower())
    return answer, answer_json(answer, reads.receipts(citing.of_answer(answer)))


def _every(door: Door, reads: Reads, asked: Question) -> Response:
    found = reads.every(asked.question, selection=asked.scope.selection())
    door.metrics.asked(EVERY)
    if asked.limit is not None:
        found = _first(found, asked.limit)
    return reply(every_json(found, reads.receipts(citing.of_every(found))))


def _absent(door: Door, reads: Reads, asked: Phrase) -> Response:
    report = reads.absent(asked.phrase)
    door.metrics.asked(STANDS if report.places else ABSENT)
    return reply(absence_json(report, reads.receipts(citing.of_absence(report))))


def _first(found: EveryAnswer, limit: int) -> EveryAnswer:
    """The first passages; `count` goes on telling how many there are."""
    shown: list[FoundIn] = []
    for document in found.documents:
        passages = document.passages[:limit]
        limit -= len(passages)
        if passages:
            shown.append(replace(document, passages=passages))
    return replace(found, documents=tuple(shown))
