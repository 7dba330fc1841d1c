"""Talking to `bench.inside`, the one process that runs our code inside Django: a line of JSON each way."""

import json
import subprocess
import sys
from typing import Any, Self

from bench.machine import ROOT, Machine
from tests.kit.guard import end_with_us


class Inside:
    """The process, on one database. Its log lines go to a file, as a production worker's do."""

    def __init__(self, machine: Machine, database: str) -> None:
        self.log = (machine.folder / "inside.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.inside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=ROOT,
            env=machine.environment_of(database),
            text=True,
            start_new_session=True,
        )
        end_with_us(self.process.pid)

    def do(self, what: str, **how: Any) -> float:
        """Has it done and returns its answer. Raises RuntimeError when the process ended instead."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"what": what, **how}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"bench.inside ended while it did {what}")
        return float(json.loads(answer))

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=30)
        self.log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
