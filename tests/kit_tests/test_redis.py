"""The Redis of the tests: real, and at the test's mercy."""

from collections.abc import Iterator

import pytest
import redis

from tests.kit.redis import Redis


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    with Redis(append_only=True) as running:
        yield running


@pytest.fixture
def client(server: Redis) -> Iterator[redis.Redis]:
    server.flush()
    with redis.Redis.from_url(server.url, socket_timeout=5, retry_on_timeout=False) as one:
        yield one


def test_forgets_everything_when_flushed(server: Redis, client: redis.Redis) -> None:
    client.set("word", "kept")
    server.flush()
    assert client.get("word") is None


def test_keeps_its_port_and_appended_data_over_a_stop(server: Redis, client: redis.Redis) -> None:
    client.set("word", "kept")
    server.stop()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    server.start()
    assert client.get("word") == b"kept"


def test_comes_back_after_a_kill(server: Redis, client: redis.Redis) -> None:
    server.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    server.start()
    assert client.ping()


def test_hangs_while_paused_and_answers_afterwards(server: Redis, client: redis.Redis) -> None:
    impatient = redis.Redis.from_url(server.url, socket_timeout=0.1, retry=None)
    server.pause()
    try:
        with pytest.raises(redis.TimeoutError):
            impatient.ping()
    finally:
        server.resume()
    assert client.ping()
    impatient.close()


def test_shows_its_contents_in_the_clear(server: Redis, client: redis.Redis) -> None:
    client.rpush("queue", "a secret of thirty-two letters, x" * 3)
    assert b"a secret of thirty-two letters" in server.contents()


def test_starts_empty_again_without_an_append_only_file() -> None:
    with Redis() as server, redis.Redis.from_url(server.url) as client:
        client.set("word", "lost")
        server.stop()
        server.start()
        assert client.get("word") is None
