"""Asks from many browsers at once, for some seconds: `python -m bench.load PORT SECONDS [ADDRESS]`; prints posts a
second. With a connection's address it is a shop that notifies instead, over as many lines; with `--api`, programs.

A process of its own, so that it takes nothing from the bench's; over loopback only, and bounded in time.
"""

import os
import selectors
import sys
import time
from collections.abc import Sequence

from bench.browser import NAME_LENGTH, Browser
from bench.notifier import Notifier
from bench.program import Program

CONNECTIONS = 16
WARM_UP_SECONDS = 0.5


def main(port: int, seconds: float, address: str = "") -> None:
    crowd = Crowd([asker(port, address) for _ in range(CONNECTIONS)])
    crowd.run(WARM_UP_SECONDS)
    began = time.perf_counter()
    posts = crowd.run(seconds)
    print(posts / (time.perf_counter() - began))


def asker(port: int, address: str) -> Browser | Notifier | Program:
    if address == "--api":
        return Program(port)
    return Notifier(port, address) if address else Browser(port)


class Crowd:
    """Browsers, or a shop's lines, that each ask again as soon as they are answered, always for another address."""

    def __init__(self, browsers: Sequence[Browser | Notifier | Program]) -> None:
        self.selector = selectors.DefaultSelector()
        self.browsers = browsers
        self.asked = 0
        for browser in self.browsers:
            self.selector.register(browser.line, selectors.EVENT_READ, browser)

    def run(self, seconds: float) -> int:
        """How many posts were answered; all that were sent are."""
        answered, end = 0, time.perf_counter() + seconds
        for browser in self.browsers:
            self.ask(browser)
        while time.perf_counter() < end:
            for key, _ in self.selector.select():
                answered += self.take(key.data)
                self.ask(key.data)
        for browser in self.browsers:
            browser.take()
        return answered + len(self.browsers)

    def ask(self, browser: Browser | Notifier | Program) -> None:
        self.asked += 1
        browser.line.sendall(browser.post(os.urandom(NAME_LENGTH // 2).hex(), self.asked))

    def take(self, browser: Browser | Notifier | Program) -> int:
        browser.take()
        return 1


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:])
