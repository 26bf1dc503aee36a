"""Who calls and what that reaches: the one place where the routes learn it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import Request

from citeback.serve.api.metrics import Metrics
from citeback.serve.api.problems import Kind, ProblemError
from citeback.serve.dossier_routes import folders_of
from citeback.serve.reads import Reads
from citeback.serve.visitor import Visitor, Visitors
from citeback.serve.warm_up import WarmUp, waited

# So long a question waits for the model before it is told to come back.
PATIENCE_SECONDS = 2.0
WHY = {
    "waits_for_model": "The model is still being loaded. Try again in some seconds.",
    "waits_for_index": (
        "The documents are being indexed for the first time. Try again in some seconds."
    ),
}


@dataclass(frozen=True, slots=True)
class Door:
    """What all routes share."""

    visitors: Visitors
    warm_up: WarmUp
    metrics: Metrics

    def key(self, request: Request) -> str | None:
        """The key of whoever calls, None if they have none."""
        return self.visitors.key_of(request)

    def reads(self, request: Request) -> Reads:
        """What the caller's questions are put to."""
        return self.visitors.reads(self.key(request))

    def cites(self, request: Request) -> Reads | None:
        """The same with a place to keep what is cited; None where there is none."""
        return self.visitors.cites(self.key(request))

    def citations(self, request: Request) -> list[Path]:
        """The folders of what is filled in about documents, the caller's own last."""
        return folders_of(self.visitors, request)

    def visitor(self, request: Request) -> Visitor | None:
        """The caller as far as they are known."""
        return self.visitors.of(self.key(request))

    def changing(self, request: Request) -> Visitor:
        """The caller, who may change what is theirs. Raises ProblemError."""
        key = self.key(request)
        if self.visitors.lacks_key(key):
            raise ProblemError(Kind.NO_VISITOR)
        return self.visitors.welcome(key)

    async def ready(self, *, model: bool) -> None:
        """Wait a moment for the model and the index. Raises ProblemError."""
        why = await waited(
            partial(self.warm_up.why_wait, model=model), PATIENCE_SECONDS
        )
        if why:
            raise ProblemError(Kind.NOT_READY, WHY[why])
        if self.warm_up.is_stopping:
            raise ProblemError(Kind.NOT_READY, "Citeback is being stopped.")
