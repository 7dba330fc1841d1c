"""Whose network a visitor comes from (threats.md row 13)."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from recovery.web.network import client_ip


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, None, "192.0.2.9"),
        (0, "203.0.113.5", "192.0.2.9"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.1, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.9"),
        (1, None, "192.0.2.9"),
        (1, "nonsense", "192.0.2.9"),
        (1, "203.0.113.5:4711", "203.0.113.5"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
        (1, ",", "192.0.2.9"),
    ],
)
def test_believes_as_many_proxies_as_configured(
    settings: LazySettings, proxies: int, forwarded: str | None, seen: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="192.0.2.9")
    assert client_ip(request) == seen


def test_a_nameless_peer_counts_as_one_network() -> None:
    assert client_ip(RequestFactory(REMOTE_ADDR="").get("/")) == "0.0.0.0"
