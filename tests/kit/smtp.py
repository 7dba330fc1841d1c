"""A real SMTP server that does what a test scripts: answer, stall or cut at any stage, and keep the mails."""

import asyncio
import threading
from typing import Self

from tests.kit.loop import LoopThread
from tests.kit.ports import free_port
from tests.kit.smtp_mailbox import Mailbox, Received
from tests.kit.smtp_script import Cut, Rule, Script, Stage
from tests.kit.smtp_session import LINE_LIMIT, Session

__all__ = ["Received", "Rule", "SmtpServer"]

KEYWORDS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "AUTH PLAIN")


class SmtpServer:
    """Takes every mail and any login, unless scripted otherwise; `keywords` is what EHLO offers."""

    def __init__(self, *, keywords: tuple[str, ...] = KEYWORDS) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.keywords = keywords
        self.connections = self.open_connections = self.logins = 0
        self.script_in_force, self.mailbox = Script(), Mailbox()
        self._sessions: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._thread = LoopThread("smtp")
        self.start()

    @property
    def url(self) -> str:
        """smtp://127.0.0.1:port"""
        return f"smtp://{self.host}:{self.port}"

    def script(
        self,
        *,
        stage: Stage,
        reply: str | None = None,
        stall: float | threading.Event | None = None,
        cut: bool | Cut = False,
        reset: bool = False,
        store: bool | None = None,
        times: int | None = None,
        after: int = 0,
        recipient: str | None = None,
        connection: int | None = None,
    ) -> Rule:
        """Makes the server deviate at a stage; of several rules that fit, the one given first acts.

        reply: its lines with their codes, separated by line feeds.
        stall: seconds to wait before replying, or an event to wait for; the rule's `release` ends it, too.
        cut: end the connection "before" (or True), "midway" or "after" the reply.
        reset: cut by a RST instead of a FIN.
        store: keep the mail or not; True keeps it before the stall; without it a 2xx reply keeps it.
        times: how often the rule acts; without it always.
        after: how many fitting moments the rule lets pass first.
        recipient: act for this address only, or for a domain ("@example.com").
        connection: act on the connection of this number only, from 1.
        """
        when: Cut | None = ("before" if cut else None) if isinstance(cut, bool) else cut
        rule = Rule(stage, reply, stall, when, reset, store, times, after, recipient, connection)
        self.script_in_force.add(rule)
        return rule

    @property
    def messages(self) -> list[Received]:
        """The mails kept so far, oldest first."""
        return self.mailbox.mails()

    def messages_to(self, address: str) -> list[Received]:
        """The mails kept so far for one recipient, oldest first."""
        return self.mailbox.mails(address)

    def wait_for(self, number: int = 1, *, to: str | None = None, timeout: float = 10) -> list[Received]:
        """Blocks until so many mails (to that address) are kept and returns them all; else TimeoutError."""
        return self.mailbox.wait_for(number, to=to, timeout=timeout)

    def clear(self) -> None:
        """Forgets the mails; the script stays."""
        self.mailbox.clear()

    def forget_script(self) -> None:
        """Becomes a willing server again; stalled sessions go on."""
        self.script_in_force.forget()

    def start(self) -> None:
        """Listens (again), always on the same port."""
        self._thread.do(self._listen())

    def stop(self) -> None:
        """Refuses connections and drops the open ones, until `start`."""
        self._thread.do(self._fall_silent())

    def close(self) -> None:
        """Ends the server; it cannot be used again."""
        self.forget_script()
        self.stop()
        self._thread.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._serve, self.host, self.port, limit=LINE_LIMIT, backlog=200
            )

    async def _fall_silent(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in self._sessions.copy():
            session.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        assert session is not None
        self._sessions.add(session)
        self.connections += 1
        self.open_connections += 1
        try:
            await Session(self, self.connections, reader, writer).run()
        except asyncio.CancelledError:
            pass  # dropped by `stop`; asyncio would print it as an error of the callback that watches sessions
        finally:
            self.open_connections -= 1
            self._sessions.discard(session)
