"""A real Redis of the test's own, to be emptied, stopped, paused and killed."""

import shutil
from typing import Self

import redis

from tests.kit.folders import scratch_folder
from tests.kit.ports import free_port
from tests.kit.processes import Running, start


class Redis:
    """Runs redis-server on a free port; a stop loses everything, unless `append_only` (fsync each second)."""

    def __init__(self, *, append_only: bool = False) -> None:
        self.port = free_port()
        self._folder = scratch_folder("redis")
        self._append_only = append_only
        self._running = self._launch()

    @property
    def url(self) -> str:
        """redis://127.0.0.1:port/0"""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """The server's process number."""
        return self._running.pid

    def client(self) -> "redis.Redis":
        """A new client with short timeouts; the caller closes it."""
        return redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=2)

    def flush(self) -> None:
        """Empties every database."""
        with self.client() as client:
            client.flushall()

    def contents(self) -> bytes:
        """Every key with its value, as Redis writes them to a dump, for looking for secrets in it."""
        with self.client() as client:
            return b"\n".join(key + b" " + (client.dump(key) or b"") for key in client.scan_iter())

    def start(self) -> None:
        """Starts it again on the same port."""
        if not self._running.is_running():
            self._running = self._launch()

    def stop(self) -> None:
        """Ends it in order."""
        self._running.stop()

    def kill(self) -> None:
        """Ends it by `kill -9`."""
        self._running.kill9()

    def pause(self) -> None:
        """Leaves connections open and answers nothing until `resume` (SIGSTOP)."""
        self._running.pause()

    def resume(self) -> None:
        """Answers again, also what was asked meanwhile."""
        self._running.resume()

    def close(self) -> None:
        """Ends it for good and removes its files."""
        self._running.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _launch(self) -> Running:
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "yes" if self._append_only else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "rdbcompression": "no",  # `contents` must be readable
        }
        command = [
            "redis-server",
            *(word for name, value in options.items() for word in (f"--{name}", value)),
        ]
        return start(command, log=self._folder / "log", ready=self._answers, cwd=self._folder)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
