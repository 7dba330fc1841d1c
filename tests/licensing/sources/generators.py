"""A vendor's generator for tests: a real HTTP server that behaves as well or as badly as a test wants."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

Behaviour = Callable[["Handler", "Asked"], None]


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    def form(self, encoding: str = "utf-8") -> dict[str, str]:
        values = parse_qs(
            self.body.decode("ascii"), keep_blank_values=True, encoding=encoding, errors="strict"
        )
        return {name: each[0] for name, each in values.items()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = Asked(self.path, dict(self.headers.items()), body)
        self.server.generator.asked.append(asked)
        self.server.generator.behaviour(self, asked)

    do_GET = do_POST  # noqa: N815 - as a client asks that follows a redirect

    def answer(self, content: bytes, *, status: int = 200, kind: str = "text/plain", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    generator: Generator

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is what some tests are about."""


@dataclass
class Generator:
    """Makes `CODE-1`, `CODE-2`, … per request id, the same again for the same id, until told to behave otherwise."""

    asked: list[Asked] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.behaviour: Behaviour = self.makes

    def __enter__(self) -> Generator:
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.generator = self
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/make"

    def makes(self, handler: Handler, asked: Asked) -> None:
        request_id = asked.json["request_id"]
        code = self.codes.setdefault(request_id, f"CODE-{len(self.codes) + 1}-ABCD-EFGH")
        handler.answer(json.dumps({"code": code}).encode(), kind="application/json")

    def says(self, content: bytes, **answer: Any) -> None:
        self.behaviour = lambda handler, asked: handler.answer(content, **answer)

    def hangs(self) -> None:
        self.behaviour = lambda handler, asked: (self.over.wait(60), None)[1]

    def trickles(self) -> None:
        """An octet of the answer every few moments, for ever."""

        def behaviour(handler: Handler, asked: Asked) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while not self.over.wait(0.05):
                handler.wfile.write(b"A")

        self.behaviour = behaviour

    def breaks_off(self, content: bytes) -> None:
        def behaviour(handler: Handler, asked: Asked) -> None:
            promised = (
                f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(content) + 5}\r\n\r\n"
            )
            handler.wfile.write(promised.encode() + content)
            handler.close_connection = True

        self.behaviour = behaviour

    def cuts(self) -> None:
        """The connection ends before any answer."""

        def behaviour(handler: Handler, asked: Asked) -> None:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True

        self.behaviour = behaviour
