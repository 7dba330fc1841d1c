"""docs/outgoing.md: its Python run as a receiver would run it, and its table of events."""

from http.client import HTTPConnection
from http.server import HTTPServer
from threading import Thread

import pytest

from tests.licensing.outgoing.documented import (
    BODY,
    DOCUMENT,
    OTHER,
    SECRET,
    bad,
    good,
    python_verifier,
    receiver,
    rows,
    sent,
)

verified = python_verifier()


@pytest.mark.parametrize("case", good())
def test_what_we_signed_is_taken(case: str) -> None:
    assert verified(SECRET, good()[case], BODY) == BODY


@pytest.mark.parametrize("case", bad())
def test_anything_else_is_refused(case: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ from case to case
        verified(SECRET, bad()[case], BODY)


def test_the_receiver_takes_what_we_signed_and_refuses_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    with HTTPServer(("127.0.0.1", 0), receiver(SECRET)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        told = [posted(server.server_port, headers=each) for each in (sent(SECRET), sent(OTHER))]
        server.shutdown()
    assert told == [204, 400]
    said = capsys.readouterr().out
    assert f"evt_1 {BODY.decode()}" in said
    assert "refused: not signed by us" in said


def posted(port: int, *, headers: dict[str, str]) -> int:
    """The status that comes back."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/", BODY, headers)
    return connection.getresponse().status


def test_the_table_of_events_is_that_of_the_registry() -> None:
    listed = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `") and "." in line]

    assert listed == rows()
