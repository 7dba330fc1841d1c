"""The proxy's ways to fail, before a Redis."""

import socket
from collections.abc import Iterator

import pytest

from tests.kit.proxy import Proxy
from tests.kit.redis import Redis


@pytest.fixture(scope="module")
def target() -> Iterator[Redis]:
    with Redis() as server:
        yield server


@pytest.fixture
def proxy(target: Redis) -> Iterator[Proxy]:
    with Proxy(target.port) as line:
        yield line


def connect(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def ask(line: socket.socket) -> bytes:
    line.sendall(b"PING\r\n")
    return line.recv(100)


def test_passes_both_ways(proxy: Proxy) -> None:
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"
    assert proxy.connections == 1


def test_passes_the_end_of_a_connection(proxy: Proxy) -> None:
    with connect(proxy) as line:
        line.sendall(b"QUIT\r\n")
        assert line.recv(100) == b"+OK\r\n"
        assert line.recv(100) == b""


def test_refuses_then_takes_connections_again(proxy: Proxy) -> None:
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)
    proxy.forward()
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"


def test_keeps_open_connections_while_it_refuses_new_ones(proxy: Proxy) -> None:
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"
        proxy.refuse()
        assert ask(line) == b"+PONG\r\n"


@pytest.mark.parametrize("opened_before", [True, False])
def test_swallows_what_is_said_until_it_forwards_again(proxy: Proxy, opened_before: bool) -> None:
    if not opened_before:
        proxy.blackhole()
    with connect(proxy) as line:
        proxy.blackhole()
        line.settimeout(0.1)
        with pytest.raises(TimeoutError):
            ask(line)
        line.settimeout(5)
        proxy.forward()
        assert line.recv(100) == b"+PONG\r\n"


def test_holds_each_piece_back_while_it_delays(proxy: Proxy) -> None:
    with connect(proxy) as line:
        proxy.delay(60)
        line.settimeout(0.1)
        with pytest.raises(TimeoutError):
            ask(line)


def test_passes_what_a_short_delay_held_back(proxy: Proxy) -> None:
    proxy.delay(0.01)
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"


def test_cuts_open_connections_and_takes_new_ones(proxy: Proxy) -> None:
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            line.recv(100)
    with connect(proxy) as line:
        assert ask(line) == b"+PONG\r\n"


def test_swallows_connections_also_while_the_target_is_down(proxy: Proxy, target: Redis) -> None:
    target.stop()
    proxy.blackhole()
    with connect(proxy) as line:
        line.settimeout(0.1)
        with pytest.raises(TimeoutError):
            ask(line)
        line.settimeout(5)
        target.start()
        proxy.forward()
        assert line.recv(100) == b"+PONG\r\n"


def test_drops_a_connection_when_the_target_is_down(proxy: Proxy, target: Redis) -> None:
    target.stop()
    try:
        with connect(proxy) as line:
            assert line.recv(100) == b""
    finally:
        target.start()
