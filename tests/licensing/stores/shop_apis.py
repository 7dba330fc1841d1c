"""The APIs of real kinds of shops for tests: a server that knows some paths."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        known = self.path in self.server.answers
        content = json.dumps(self.server.answers.get(self.path, {})).encode()
        self.send_response(200 if known else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: dict[str, Any]


@contextmanager
def answering(answers: dict[str, Any]) -> Iterator[int]:
    """The port at which these paths are answered so, and every other with 404."""
    server = Server(("127.0.0.1", 0), Handler)
    server.answers = answers
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
