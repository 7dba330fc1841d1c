"""A body in chunks, as streaming clients send it: Django reads none of it, so it is refused and not called empty."""

import json
import socket
from http.client import HTTPResponse

import pytest

from tests.journeys.service import Service

pytestmark = pytest.mark.journey


def test_a_body_in_chunks_is_asked_for_as_a_whole(service: Service) -> None:
    body = json.dumps({"email": service.new_address()})
    # In one piece: a client that sends on while it is answered may be cut off before it reads the answer.
    sent = (
        f"POST /api/v1/recovery-requests/ HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(sent.encode())
        answer = HTTPResponse(connection)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["code"]) == (411, "length_needed")
