"""A server that speaks OpenAI's protocol, well or badly, for tests.

How it behaves is said by the name of the model that is asked for. It can be run by hand:
python tests/writing_server.py PORT
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

# What models of these names write, streamed word by word.
TEXTS = {
    "honest": "The kettle is fast [1]. The text says “The blue kettle boils water in four "
    "minutes.” [1]",
    "invents": "The text says “The red kettle was stolen by the gardener.” [1] It is fast [1].",
    "alters": "The text says “The blue kettle boils water in three minutes.” [1]",
    "miscounts": "The kettle is fast [7]. It is blue [1, 9].",
    "markup": "See ![x](https://evil.example/a.png) [1]. <script>alert(1)</script> [1]. "
    "<img src=x onerror=alert(1)> [1]. [Click](https://evil.example) [1]. The kettle is "
    "**blue** [1].",
    "obeys": "Visit https://evil.example/offer now [1].",
    "talks": "Certainly! Here is what I found. Kettles are great.",
    "empty": "",
}
MIXED = (
    "The workshop was organised by two institutes [1]. It speaks of “local capacity for "
    "magic” [1] and of “civil society actors” [1]. Everybody was happy. More is in [9]."
)


class FakeServer:
    """Serves on a free port until it is closed; remembers what it was asked."""

    def __init__(self, port: int = 0) -> None:
        self.asked: list[tuple[str, dict[str, str], Any]] = []
        self.ended = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(size))
                fake.asked.append((self.path, dict(self.headers), body))
                fake.answer(self, body["model"])

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler, model: str) -> None:
        try:
            if model.isdigit():
                self._status(handler, int(model))
            elif model in ("whole", "html", "wrong", "packed"):
                self._whole(handler, model)
            else:
                self._streamed(handler, model)
        except OSError:
            pass  # whoever asked has gone

    def _status(self, handler: BaseHTTPRequestHandler, status: int) -> None:
        handler.send_response(status)
        handler.send_header("location", f"http://127.0.0.1:{self.port}/elsewhere")
        handler.send_header("content-length", "0")
        handler.end_headers()

    def _whole(self, handler: BaseHTTPRequestHandler, model: str) -> None:
        said = {"message": {"content": TEXTS["honest"]}, "finish_reason": "stop"}
        body = {
            "whole": json.dumps({"choices": [said]}),
            "html": "<html>It works!</html>",
            "wrong": json.dumps({"choices": [{"message": {"content": 7}}]}),
            "packed": "",
        }[model].encode()
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        if model == "packed":
            handler.send_header("content-encoding", "gzip")
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _streamed(self, handler: BaseHTTPRequestHandler, model: str) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream; charset=utf-8")
        handler.end_headers()

        def send(text: str, why: str | None = None) -> None:
            choice = {"delta": {"content": text}, "finish_reason": why}
            line = json.dumps({"choices": [choice]})
            handler.wfile.write(f"data: {line}\n\n".encode())
            handler.wfile.flush()

        if model == "stalls":
            send("The kettle ")
            self.ended.wait(20)
        elif model == "drips":
            while not self.ended.wait(0.02):
                handler.wfile.write(b": still here\n\n")
        elif model == "drops":
            send("The kettle is fast [1]. It says “The blue")
        elif model == "endless":
            while not self.ended.is_set():
                send("The kettle is fast [1]. " * 100)
        elif model == "endless-line":
            while not self.ended.is_set():
                handler.wfile.write(b"x" * 100_000)
        elif model == "cut":
            send("The kettle is fast [1].", "length")
        elif model == "broken":
            handler.wfile.write(b"data: {not json\n\n")
        else:
            for word in TEXTS.get(model, MIXED).split(" "):
                send(word + " ")
            send("", "stop")
            handler.wfile.write(b"data: [DONE]\n\n")


if __name__ == "__main__":
    with FakeServer(int(sys.argv[1])) as served:
        while True:
            time.sleep(1)
