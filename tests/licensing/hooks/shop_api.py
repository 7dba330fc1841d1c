"""A shop's API for tests: a real HTTP server that says what a test wants."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        api = self.server.api
        api.asked.append((self.path, dict(self.headers.items())))
        api.open.wait(30)
        self.send_response(api.status)
        for name, value in {**api.headers, "Content-Length": str(len(api.content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(api.content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    api: ShopApi

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up before the end is what some tests are about."""


class ShopApi:
    """Answers every GET with the same, until told otherwise. `asked`: paths and headers, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.open = threading.Event()
        self.says({})

    def __enter__(self) -> ShopApi:
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.api = self
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.open.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def says(self, content: object, *, status: int = 200, **headers: str) -> None:
        self.content = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.status, self.headers = status, headers
        self.open.set()

    def hangs(self) -> None:
        self.open.clear()

    def goes_on(self, content: object) -> None:
        self.says(content)
