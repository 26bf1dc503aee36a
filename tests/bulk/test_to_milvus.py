"""Shards, by way of the index in the folder, on a real Milvus server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import MakeLibrary
from doubles import WordHashEncoder
from milvus_server import MilvusServer

from citeback.bulk.run import ThisProcess, embed, plan, take
from citeback.library import Library

pytestmark = pytest.mark.real
QUESTIONS = ("What boils water?", "When was the apple tree planted?")


def test_a_cluster_answers_from_shards(
    milvus_server: MilvusServer, make_library: MakeLibrary, tmp_path: Path
) -> None:
    own = make_library()
    settings = replace(
        own.settings,
        index=tmp_path / "other",
        engine=f"milvus://{milvus_server.address}/from_shards",
    )
    with Library.open(settings=settings, encoder=WordHashEncoder()) as library:
        for _ in range(2):  # the second time nothing is left to do
            made = plan(library, tmp_path / "shards", shard_bytes=100)
            assert embed(made, ThisProcess(library.encoder)) == {}
            report = take(library, made)
            assert report.embedded == 0
    own.update()
    # One that holds neither documents nor an index of its own:
    asking = replace(settings, content=tmp_path / "no", index=tmp_path / "none")
    with Library.open(settings=asking, encoder=WordHashEncoder()) as library:
        for question in QUESTIONS:
            there, here = (one.ask(question).hits for one in (library, own))
            assert [hit.passage for hit in there] == [hit.passage for hit in here] != []
        assert library.size() == own.size()
