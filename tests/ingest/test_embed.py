"""What is done after each batch of texts, and what after many."""

from __future__ import annotations

import pytest
from conftest import MakeLibrary

from citeback.ingest import embed


def test_memory_is_given_back_after_many_batches(
    make_library: MakeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    given_back: list[int] = []
    embed_batch = embed.Embedding._embed_batch

    def counted(
        self: embed.Embedding, texts: dict[str, str], sentences: set[str]
    ) -> None:
        batches.append(len(texts))
        embed_batch(self, texts, sentences)

    monkeypatch.setattr(embed.Embedding, "_embed_batch", counted)
    monkeypatch.setattr(embed, "give_back", lambda: given_back.append(len(batches)))
    monkeypatch.setattr(embed, "COMMIT_TEXTS", 2)
    make_library().update()
    assert len(batches) > 3
    assert given_back == [len(batches)]
