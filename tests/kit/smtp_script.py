"""What a scripted SMTP server does otherwise than a willing one: rules, and the choice among them."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "end_of_data", "quit"]
Cut = Literal["before", "midway", "after"]
_KNOWS_RECIPIENTS: tuple[Stage, ...] = ("rcpt", "data", "end_of_data")


@dataclass(eq=False)
class Rule:
    """One deviation at one stage; `SmtpServer.script` says what the fields mean."""

    stage: Stage
    reply: str | None = None
    stall: float | threading.Event | None = None
    cut: Cut | None = None
    reset: bool = False
    store: bool | None = None
    times: int | None = None
    after: int = 0
    recipient: str | None = None
    connection: int | None = None
    reached: int = 0
    _met: int = 0
    _released: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def __post_init__(self) -> None:
        if self.recipient is not None and self.stage not in _KNOWS_RECIPIENTS:
            raise ValueError(f"no recipient is known at stage {self.stage!r}")
        if self.store is not None and self.stage != "end_of_data":
            raise ValueError(f"there is no message to store at stage {self.stage!r}")

    def wait_until_reached(self, *, times: int = 1, timeout: float = 10) -> None:
        """Blocks until the rule has been met so often: its message is stored then, its reply not yet sent."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.reached >= times, timeout):
                raise TimeoutError(f"{self} was not reached {times} times within {timeout} s")

    def release(self) -> None:
        """Ends the rule: a session that it stalls goes on, no further one is stalled."""
        self._released = True

    def take(self, stage: Stage, connection: int, recipients: Collection[str]) -> bool:
        """True when the rule speaks about this moment; that uses up one of its times."""
        if self._released or stage != self.stage or self.connection not in (None, connection):
            return False
        if self.recipient is not None and not any(map(self._is_meant, recipients)):
            return False
        self._met += 1
        return self._met > self.after and (self.times is None or self._met <= self.after + self.times)

    def note_reached(self) -> None:
        """Wakes who waits for it."""
        with self._changed:
            self.reached += 1
            self._changed.notify_all()

    def stalls(self, *, since: float) -> bool:
        """True while a session that met the rule at `since` (monotonic seconds) must stand still."""
        if self._released or self.stall is None:
            return False
        if isinstance(self.stall, threading.Event):
            return not self.stall.is_set()
        return time.monotonic() < since + self.stall

    def _is_meant(self, address: str) -> bool:
        meant = (self.recipient or "").lower()
        return address.lower().endswith(meant) if meant.startswith("@") else address.lower() == meant


class Script:
    """The rules in force, in the order in which they were given."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Puts the rule behind those given earlier."""
        with self._lock:
            self._rules.append(rule)

    def rule_for(self, stage: Stage, *, connection: int, recipients: Collection[str]) -> Rule | None:
        """The first rule that speaks about this moment."""
        with self._lock:
            return next((rule for rule in self._rules if rule.take(stage, connection, recipients)), None)

    def forget(self) -> None:
        """Ends every rule; stalled sessions go on."""
        with self._lock:
            for rule in self._rules:
                rule.release()
            self._rules.clear()
