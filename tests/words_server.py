"""A stand-in for a Milvus that ranks by words, as a program; it ends with its input.

The real server of the tests is too old for that. milvus-lite, Milvus's own small one in
Python, speaks the same protocol and has BM25; what it does otherwise is put right here.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import grpc
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.adapter.grpc.servicer import MilvusServicer
from milvus_lite.analyzer import factory
from milvus_lite.analyzer.protocol import Analyzer
from pymilvus.grpc_gen import common_pb2, milvus_pb2

# It says its own, which is no version of Milvus.
VERSION = "v2.6.0"


class AtSpaces(Analyzer):
    """What Milvus calls "whitespace", which is not there."""

    def tokenize(self, text: str) -> list[str]:
        return text.split()


class Servicer(MilvusServicer):
    """Says another version, heeds k1 and b, and takes no empty question, as Milvus."""

    def GetVersion(self, *_: object) -> milvus_pb2.GetVersionResponse:
        return milvus_pb2.GetVersionResponse(version=VERSION)

    def CreateIndex(
        self, request: milvus_pb2.CreateIndexRequest, context: object
    ) -> common_pb2.Status:
        given = {one.key: one.value for one in request.extra_params}
        params = {key: float(given[key]) for key in given if key.startswith("bm25_")}
        if params:
            request.extra_params.add(key="params", value=json.dumps(params))
        return super().CreateIndex(request, context)

    def Search(
        self, request: milvus_pb2.SearchRequest, context: object
    ) -> milvus_pb2.SearchResults:
        asked = common_pb2.PlaceholderGroup.FromString(request.placeholder_group)
        if any(b"" in one.values for one in asked.placeholders):
            status = common_pb2.Status(error_code=1, code=1100, reason="empty text")
            return milvus_pb2.SearchResults(status=status)
        return super().Search(request, context)


def main(folder: str, port: str) -> None:
    made = factory.create_analyzer

    def create(params: dict[str, object] | None = None) -> Analyzer:
        if (params or {}).get("tokenizer") == "whitespace":
            return AtSpaces()
        return made(params)

    factory.create_analyzer = create
    plain = grpc.server

    def patient(*given: Any, options: Any = (), **more: Any) -> grpc.Server:
        # It would hang up on a client that asks for a sign of life, as ours does.
        options = [*options, ("grpc.http2.max_ping_strikes", 0)]
        return plain(*given, options=options, **more)

    grpc.server = patient
    server_module = sys.modules[start_server_in_thread.__module__]
    server_module.MilvusServicer = Servicer
    server, database, at = start_server_in_thread(folder, port=int(port))
    print(at, flush=True)
    sys.stdin.read()
    server.stop(grace=0)
    database.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
