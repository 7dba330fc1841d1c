"""One connection of the scripted SMTP server (RFC 5321), from greeting to end."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Protocol

from tests.kit.loop import reset
from tests.kit.smtp_mailbox import Mailbox
from tests.kit.smtp_script import Rule, Script, Stage

LINE_LIMIT = 64 * 1024 * 1024  # bytes; a licence file may come as one long line
_PATH = re.compile(r"(?:FROM|TO):\s*<([^>]*)>\s*(.*)", re.IGNORECASE)


class Shared(Protocol):
    """What the sessions of one server have in common."""

    keywords: tuple[str, ...]
    logins: int
    script_in_force: Script
    mailbox: Mailbox


class Hangup(Exception):
    """The connection is over."""


class Session:
    """Answers one client, line by line; pipelined commands wait in the reader."""

    def __init__(
        self, server: Shared, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._number = server, number
        self._reader, self._writer = reader, writer
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        """Speaks until either side ends it."""
        try:
            await self._answer("connect", "220 kit.test ESMTP ready")
            while line := await self._reader.readline():
                await self._obey(line.decode(errors="surrogateescape").rstrip("\r\n"))
        except (Hangup, OSError):
            pass
        finally:
            self._writer.close()

    async def _obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                await self._greet()
            case "HELO":
                await self._answer("ehlo", "250 kit.test")
            case "AUTH":
                await self._log_in(rest)
            case "MAIL":
                await self._begin(rest)
            case "RCPT":
                await self._add(rest)
            case "DATA":
                await self._take_message()
            case "RSET":
                self._forget_envelope()
                await self._write("250 2.0.0 forgotten")
            case "NOOP":
                await self._write("250 2.0.0 nothing done")
            case "QUIT":
                await self._answer("quit", "221 2.0.0 bye")
                raise Hangup
            case _:
                await self._write("500 5.5.2 not understood")

    async def _greet(self) -> None:
        self._forget_envelope()
        lines = ["kit.test", *self._server.keywords]
        await self._answer("ehlo", "\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _log_in(self, rest: str) -> None:
        if len(rest.split()) < 2:  # no initial response, RFC 4954 section 4: ask for it
            await self._write("334 ")
            await self._reader.readline()
        if (await self._answer("auth", "235 2.7.0 welcome")).startswith("235"):
            self._server.logins += 1

    async def _begin(self, rest: str) -> None:
        address, parameters = _path_in(rest)
        if address is None:
            await self._write("501 5.5.4 MAIL FROM:<address> wanted")
        elif self._sender is not None:
            await self._write("503 5.5.1 a mail is already begun")
        elif self._refuses_to_read(rest, parameters):
            await self._write("553 5.6.7 SMTPUTF8 was not agreed on")
        elif (await self._answer("mail", "250 2.1.0 sender ok")).startswith("2"):
            self._sender = address

    async def _add(self, rest: str) -> None:
        address, _ = _path_in(rest)
        if self._sender is None:
            await self._write("503 5.5.1 MAIL first")
        elif address is None:
            await self._write("501 5.5.4 RCPT TO:<address> wanted")
        elif self._refuses_to_read(rest, "SMTPUTF8"):
            await self._write("553 5.6.7 SMTPUTF8 is not offered")
        elif (await self._answer("rcpt", "250 2.1.5 recipient ok", [address])).startswith("2"):
            self._recipients.append(address)

    async def _take_message(self) -> None:
        if not self._recipients:
            await self._write("503 5.5.1 RCPT first")
            return
        if not (await self._answer("data", "354 go ahead", self._recipients)).startswith("354"):
            return
        raw = await self._read_message()
        await self._answer("end_of_data", "250 2.0.0 accepted", self._recipients, raw=raw)
        self._forget_envelope()

    async def _read_message(self) -> bytes:
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise Hangup
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _answer(
        self, stage: Stage, reply: str, recipients: Sequence[str] = (), *, raw: bytes | None = None
    ) -> str:
        script = self._server.script_in_force
        rule = script.rule_for(stage, connection=self._number, recipients=recipients) or Rule(stage)
        reply = rule.reply or reply
        if rule.store:
            self._keep(raw)
        rule.note_reached()
        await self._stand_still(rule)
        if rule.cut == "before":
            self._hang_up(rule)
        if rule.store is None and reply.startswith("2"):
            self._keep(raw)
        await self._send(reply, rule)
        return reply

    async def _send(self, reply: str, rule: Rule) -> None:
        if rule.cut == "midway":
            await self._write_bytes(reply.encode()[: len(reply) // 2])
        else:
            await self._write(reply)
        # 421 announces the end of the connection, RFC 5321 section 3.8
        if rule.cut is not None or reply.startswith("421"):
            self._hang_up(rule)

    async def _stand_still(self, rule: Rule) -> None:
        since = time.monotonic()
        while rule.stalls(since=since):
            await asyncio.sleep(0.005)
            if self._reader.at_eof():  # the client gave up: what it waited for does not happen
                raise Hangup

    def _keep(self, raw: bytes | None) -> None:
        if raw is not None:
            self._server.mailbox.put(
                connection=self._number,
                mail_from=self._sender or "",
                rcpt_to=tuple(self._recipients),
                raw=raw,
            )

    def _hang_up(self, rule: Rule) -> None:
        if rule.reset:
            reset(self._writer)
        raise Hangup

    async def _write(self, reply: str) -> None:
        await self._write_bytes("".join(f"{line}\r\n" for line in reply.split("\n")).encode())

    async def _write_bytes(self, content: bytes) -> None:
        self._writer.write(content)
        await self._writer.drain()

    def _refuses_to_read(self, rest: str, parameters: str) -> bool:
        agreed = "SMTPUTF8" in parameters.upper().split() and "SMTPUTF8" in self._server.keywords
        return not rest.isascii() and not agreed

    def _forget_envelope(self) -> None:
        self._sender, self._recipients = None, []


def _path_in(rest: str) -> tuple[str | None, str]:
    found = _PATH.fullmatch(rest)
    return (found[1], found[2]) if found else (None, "")
