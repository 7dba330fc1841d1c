"""Where events are sent, and where they never are (threats.md row 29)."""

from __future__ import annotations

import ssl
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings

from licensing.keys.sources.hosts import NotAllowed
from licensing.models import Delivery, DeliveryState
from licensing.outgoing import hosts
from licensing.outgoing.hosts import target_of
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.tell import tell
from tests.licensing.outgoing.ground import listening, told_there
from tests.licensing.sources.generators import Generator
from tests.licensing.sources.test_fetch import certificate, names_point_to

INSIDE = "The host hooks.example.com points to an address inside a network, or to none at all."


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:6379/",
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1]/",
        "https://me:secret@hooks.example.com/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/\r\nHost: evil.example",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
    ],
)
def test_no_endpoint_is_there(url: str) -> None:
    with pytest.raises(NotAllowed):
        target_of(url)


def test_a_public_host_by_https_may_be_one() -> None:
    target = target_of("https://hooks.example.com:8443/told?by=recovery")

    assert (target.host, target.port, target.path) == ("hooks.example.com", 8443, "/told?by=recovery")
    assert not target.internal


def test_this_machine_only_where_the_settings_let_it(settings: LazySettings) -> None:
    with pytest.raises(NotAllowed):
        target_of("http://localhost:9000/")

    settings.NOTIFY_LOOPBACK = True

    assert target_of("http://localhost:9000/").internal
    with pytest.raises(NotAllowed):
        target_of("http://10.0.0.1:9000/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "inside", ["169.254.169.254", "127.0.0.1", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fd00::1"]
)
def test_a_name_that_points_inside_is_told_nothing(monkeypatch: pytest.MonkeyPatch, inside: str) -> None:
    """Also where only one of its addresses does."""
    endpoint, _ = listening()
    tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])
    names_point_to(monkeypatch, ["93.184.216.34", inside])

    told_there(endpoint)

    told = Delivery.objects.get()
    assert (told.state, told.answer) == (DeliveryState.WAITING, INSIDE)


@pytest.mark.django_db
def test_a_name_is_looked_up_once_and_what_was_checked_is_connected_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding, against a real server with TLS: a second look-up would lead to the clouds' credentials. The name's
    one answer stands for a public address here, which this machine has none of."""
    trusted = certificate(tmp_path, host="hooks.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    with Generator(tls=context) as receiver:
        receiver.says(b"")
        monkeypatch.setattr(hosts, "PORTS", {receiver.port})
        monkeypatch.setattr(
            "licensing.keys.sources.hosts.is_allowed", lambda address, **_: address == "127.0.0.1"
        )
        looked_up = names_point_to(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
        endpoint, _ = listening(f"https://hooks.example.com:{receiver.port}/told")
        tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])

        told_there(endpoint)

    assert (looked_up, Delivery.objects.get().state) == (["hooks.example.com"], DeliveryState.DELIVERED)
    assert receiver.asked[0].headers["Host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.django_db
def test_a_redirect_to_the_inside_is_not_followed(receiver: Generator) -> None:
    with Generator() as inside:
        inside.says(b"")
        receiver.says(b"", status=307, Location=inside.url)
        endpoint, _ = listening(receiver.url)
        tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])

        told_there(endpoint)

    assert (len(receiver.asked), inside.asked) == (1, [])
    assert Delivery.objects.get().answer == "307 Temporary Redirect"


@pytest.mark.django_db
def test_proxies_of_the_environment_are_not_asked(
    receiver: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Generator() as proxy:
        proxy.says(b"")
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        endpoint, _ = listening(receiver.url)
        tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])

        told_there(endpoint)

    assert (len(receiver.asked), proxy.asked) == (1, [])
