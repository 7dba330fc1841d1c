import http.client
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.processes import free_port, port_answers, start


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "bench.receiver", str(port)]
    running = start(command, log=tmp_path / "log", ready=port_answers(port))
    yield port
    running.close()


def test_takes_events_one_after_another_over_one_connection(receiver: int) -> None:
    line = http.client.HTTPConnection("127.0.0.1", receiver)
    for _ in range(3):
        line.request("POST", "/events", body=b"x" * 100_000)
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (204, b"")
    line.close()
