"""What a generator's host may be and do (threats, row 29), against a real server."""

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import LazySettings

from licensing.keys.sources.fetch import BadAnswer, NoAnswer, post
from licensing.keys.sources.hosts import NotAllowed, addresses_of, is_allowed, target_of
from tests.licensing.sources.generators import Generator

HEADERS = {"Content-Type": "text/plain"}


def asked(generator: Generator, *, seconds: float = 20) -> bytes:
    return post(generator.url, body=b"x", headers=HEADERS, seconds=seconds).content


def test_a_generator_in_the_vendors_network_is_asked_where_the_settings_name_it(generator: Generator) -> None:
    generator.says(b"CODE")

    assert asked(generator) == b"CODE"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://evil.example/", "not named in GENERATOR_HOSTS"),
        ("https://keys.example.com:8443/", "port 8443"),
        ("http://keys.example.com/", "https only"),
        ("https://user:pass@keys.example.com/", "no user, password"),
        ("https://keys.example.com@evil.example/", "no user, password"),
        ("https://keys.example.com/#x", "no user, password or #"),
        ("https://keys.example.com/a b", "must be like"),
        ("https://keys.example.com/\r\nX: y", "must be like"),
        ("https://kéys.example.com/", "must be like"),
        ("file:///etc/passwd", "must be like"),
        ("gopher://keys.example.com/", "must be like"),
        ("//keys.example.com/", "must be like"),
        ("https://[::1/", "cannot be read"),
        ("https://keys.example.com:99999/", "cannot be read"),
        ("", "must be like"),
    ],
)
def test_refuses_where_no_setting_lets_it_ask(settings: LazySettings, url: str, words: str) -> None:
    settings.GENERATOR_HOSTS = ["keys.example.com"]

    with pytest.raises(NotAllowed) as refused:
        target_of(url)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("address", "public", "internal"),
    [
        ("93.184.216.34", True, True),
        ("2606:2800:220:1::1", True, True),
        ("127.0.0.1", False, True),
        ("10.1.2.3", False, True),
        ("192.168.0.1", False, True),
        ("100.64.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("2002:a00:1::1", False, True),  # 6to4 of 10.0.0.1
        ("::127.0.0.1", False, True),
        ("::ffff:0:127.0.0.1", False, True),
        ("64:ff9b:1::7f00:1", False, True),
        ("fec0::1", False, True),
        ("5f00::1", False, True),
        ("169.254.169.254", False, False),
        ("::169.254.169.254", False, False),
        ("64:ff9b:1::a9fe:a9fe", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),  # NAT64 of 169.254.169.254
        ("2002:a9fe:a9fe::1", False, False),
        ("fe80::1%eth0", False, False),
        ("0.0.0.0", False, False),
        ("0.1.2.3", False, False),
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
    ],
)
def test_addresses_inside_networks_are_for_named_internal_hosts_and_link_local_for_none(
    address: str, public: bool, internal: bool
) -> None:
    assert (is_allowed(address, internal=False), is_allowed(address, internal=True)) == (public, internal)


def names_point_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Each look-up of a name takes the next answer, as a name server of an attacker may; gives the names asked."""
    looked_up: list[str] = []
    rest = iter(answers)

    def look_up(host: str, port: int, **options: Any) -> list[Any]:
        looked_up.append(host)
        families = {4: socket.AF_INET, 6: socket.AF_INET6}
        return [
            (families[ip_address(each).version], socket.SOCK_STREAM, 6, "", (each, port))
            for each in next(rest)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return looked_up


@pytest.mark.parametrize("inside", ["169.254.169.254", "127.0.0.1", "::1", "10.0.0.1"])
def test_a_public_host_that_points_inside_is_refused(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    settings.GENERATOR_HOSTS = ["keys.example.com"]
    names_point_to(monkeypatch, ["93.184.216.34", inside])

    with pytest.raises(NotAllowed, match="inside a network"):
        post("https://keys.example.com/", body=b"", headers={})


def test_the_address_of_cloud_credentials_is_refused_even_where_the_settings_name_it(
    settings: LazySettings,
) -> None:
    settings.GENERATOR_INTERNAL_HOSTS = ["169.254.169.254"]

    with pytest.raises(NotAllowed):
        post("http://169.254.169.254/latest/meta-data/", body=b"", headers={})


def test_a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to(
    generator: Generator, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second look-up would lead elsewhere. It is never made."""
    settings.GENERATOR_INTERNAL_HOSTS = [f"keys.example.com:{generator.port}"]
    generator.says(b"CODE")
    looked_up = names_point_to(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])

    answer = post(f"http://keys.example.com:{generator.port}/", body=b"x", headers=HEADERS)

    assert (answer.content, looked_up) == (b"CODE", ["keys.example.com"])
    assert generator.asked[0].headers["Host"] == f"keys.example.com:{generator.port}"


def test_a_name_that_nobody_knows_is_asked_for_again_later(settings: LazySettings) -> None:
    settings.GENERATOR_HOSTS = ["keys.invalid"]

    with pytest.raises(NoAnswer, match=r"keys\.invalid is not known"):
        post("https://keys.invalid/", body=b"", headers={})


def test_a_name_that_cannot_be_one_is_no_surprise_to_the_worker(settings: LazySettings) -> None:
    host = f"{'a' * 64}.example"
    settings.GENERATOR_HOSTS = [host]

    with pytest.raises(NoAnswer, match="is not known"):
        post(f"https://{host}/", body=b"", headers={})


def test_the_next_address_is_tried_when_one_does_not_answer(
    generator: Generator, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GENERATOR_INTERNAL_HOSTS = [f"keys.example.com:{generator.port}"]
    generator.says(b"CODE")
    names_point_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    assert post(f"http://keys.example.com:{generator.port}/", body=b"x", headers=HEADERS).content == b"CODE"


def test_redirects_are_not_followed(generator: Generator) -> None:
    generator.says(b"", status=302, Location="http://169.254.169.254/")

    assert post(generator.url, body=b"", headers=HEADERS).status == 302
    assert len(generator.asked) == 1


def test_a_generator_that_hangs_is_left_after_the_time_given(generator: Generator) -> None:
    generator.hangs()

    with pytest.raises(NoAnswer, match="took too long"):
        asked(generator, seconds=0.3)


def test_a_generator_that_trickles_is_left_after_the_time_given(generator: Generator) -> None:
    """Each octet comes in time; all of them would not."""
    generator.trickles()

    with pytest.raises(NoAnswer, match="took too long"):
        asked(generator, seconds=0.5)


def test_ten_megabytes_are_not_read(generator: Generator) -> None:
    generator.says(b"A" * 10_000_000)

    with pytest.raises(BadAnswer, match="longer than 64 KB"):
        asked(generator)


def test_64_kb_are_read(generator: Generator) -> None:
    generator.says(b"A" * 65_536)

    assert len(asked(generator)) == 65_536


def test_half_an_answer_is_none(generator: Generator) -> None:
    generator.breaks_off(b"CODE-1")

    with pytest.raises(NoAnswer, match="broke off"):
        asked(generator)


def test_a_connection_that_ends_is_asked_for_again_later(generator: Generator) -> None:
    generator.cuts()

    with pytest.raises(NoAnswer, match="connection failed"):
        asked(generator)


def test_what_is_no_http_at_all_is_asked_for_again_later(generator: Generator) -> None:
    generator.behaviour = lambda handler, _: (handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n"), None)[1]

    with pytest.raises(NoAnswer):
        asked(generator, seconds=2)


def test_nobody_listening_is_asked_for_again_later(settings: LazySettings) -> None:
    with Generator() as gone:
        settings.GENERATOR_INTERNAL_HOSTS = [gone.host]
        url = gone.url

    with pytest.raises(NoAnswer, match="connection failed"):
        post(url, body=b"", headers={})


def certificate(folder: Path, *, host: str) -> Path:
    """A certificate for that name, by an authority of its own, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.mark.parametrize("host", ["keys.example.com", "other.example.com"])
def test_tls_proves_the_hosts_name_though_the_address_is_connected_to(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    trusted = certificate(tmp_path, host="keys.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted)
    with Generator(tls=context) as generator:
        settings.GENERATOR_INTERNAL_HOSTS = [f"{host}:{generator.port}"]
        names_point_to(monkeypatch, ["127.0.0.1"])
        generator.says(b"CODE")
        url = f"https://{host}:{generator.port}/"
        if host == "keys.example.com":
            assert post(url, body=b"", headers={}).content == b"CODE"
        else:
            with pytest.raises(NoAnswer, match="certificate"):
                post(url, body=b"", headers={})


def test_an_internal_host_may_stand_in_ipv6(settings: LazySettings) -> None:
    settings.GENERATOR_INTERNAL_HOSTS = ["[::1]:8080"]

    target = target_of("http://[::1]:8080/make?x=1")

    assert (target.host, target.port, target.path) == ("::1", 8080, "/make?x=1")
    assert addresses_of(target)[0][1][0] == "::1"
