"""A body in chunks, as streaming clients send it: Django reads none of it, so it is refused and not called empty."""

import json
from http.client import HTTPConnection

import pytest

from tests.journeys.service import Service

pytestmark = pytest.mark.journey


def test_a_body_in_chunks_is_asked_for_as_a_whole(service: Service) -> None:
    connection = HTTPConnection("127.0.0.1", service.port, timeout=30)
    body, headers = (
        json.dumps({"email": service.new_address()}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        connection.request("POST", "/api/v1/recovery-requests/", iter([body]), headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["code"]) == (411, "length_needed")
    finally:
        connection.close()
