"""A TCP proxy whose line can fail: put before PostgreSQL, Redis or SMTP."""

import asyncio
import socket
from typing import Literal, Self

from tests.kit.loop import LoopThread, reset

Mode = Literal["forward", "refuse", "blackhole"]


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes everything to the target until told otherwise."""

    def __init__(self, port: int, *, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        # Holds the port while the proxy refuses: bound without listening, so that a connection is refused.
        self._reservation = _bound_socket(0)
        self.port: int = self._reservation.getsockname()[1]
        self.connections = 0
        self._seconds = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._open = asyncio.Event()
        self._thread = LoopThread("proxy")
        self.forward()

    def forward(self) -> None:
        """Passes everything at once again, also what a black hole has held back."""
        self._seconds = 0.0
        self._thread.do(self._enter("forward"))

    def delay(self, seconds: float) -> None:
        """Passes each piece, in either direction, after so many seconds."""
        self._thread.do(self._enter("forward"))
        self._seconds = seconds

    def blackhole(self) -> None:
        """Accepts connections and passes nothing, on open connections neither."""
        self._thread.do(self._enter("blackhole"))

    def refuse(self) -> None:
        """Refuses new connections; open ones stay (see `cut`)."""
        self._thread.do(self._enter("refuse"))

    def cut(self) -> None:
        """Drops every open connection with a reset; new ones are served as the mode says."""
        self._thread.do(self._abort_all())

    def close(self) -> None:
        """Ends the proxy; it cannot be used again."""
        self.refuse()
        self.cut()
        self._thread.close()
        self._reservation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _enter(self, mode: Mode) -> None:
        if mode == "forward":
            self._open.set()
        elif mode == "blackhole":
            self._open.clear()
        if mode == "refuse":
            await self._stop_listening()
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, sock=_bound_socket(self.port), backlog=200)

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _abort_all(self) -> None:
        for writer in self._writers.copy():
            reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await self._open.wait()
            if not writer.is_closing():
                await self._join(reader, writer)
        except* OSError:  # either end is gone: what a cut line looks like
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers.add(far_writer)
        try:
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(self._pump(reader, far_writer))
                both_ways.create_task(self._pump(far_reader, writer))
        finally:
            self._writers.discard(far_writer)
            far_writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            await asyncio.sleep(self._seconds)
            await self._open.wait()
            writer.write(piece)
            await writer.drain()
        if not writer.is_closing():
            writer.write_eof()


def _bound_socket(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    return listener
