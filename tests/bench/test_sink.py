import smtplib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.processes import free_port, port_answers, start


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    running = start(
        [sys.executable, "-m", "bench.sink", str(port)], log=tmp_path / "log", ready=port_answers(port)
    )
    yield port
    running.close()


def test_takes_mails_one_after_another_over_one_connection(sink: int) -> None:
    with smtplib.SMTP("127.0.0.1", sink) as connection:
        mail = b"Subject: one\r\n\r\n.a dot begins this line\r\n" + b"x" * 300_000
        assert [connection.sendmail("a@example.com", ["b@example.com"], mail) for _ in range(3)] == [
            {},
            {},
            {},
        ]


def test_answers_a_pipelined_envelope_command_by_command(sink: int) -> None:
    with socket.create_connection(("127.0.0.1", sink)) as line, line.makefile("rb") as replies:
        replies.readline()
        line.sendall(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n")
        codes = [replies.readline()[:3] for _ in range(3)]
        line.sendall(b"mail\r\n.\r\nQUIT\r\n")
        codes += [replies.readline()[:3] for _ in range(2)]
    assert codes == [b"250", b"250", b"354", b"250", b"221"]
