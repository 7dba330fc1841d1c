"""Visitors who come one after another while the service is being broken; owners among them prove their mailbox."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError

from tests import factories
from tests.journeys.browser import new_ip
from tests.journeys.page import Page
from tests.journeys.service import Service
from tests.journeys.steps import make_due, open_link
from tests.kit.mails import text_of
from tests.kit.smtp import Received
from tests.kit.waiting import wait_until

OUTAGE = "Nothing was accepted"  # the page of a service whose database is away
GONE = "@gone.example"  # mailboxes that do not exist


class Visitors:
    """Asks for each address, and again whoever was told that nothing was accepted; presses what owners are mailed.

    Never lets more than `most_waiting` wait for their mail, so that the flow lasts as long as the faults do.
    """

    def __init__(self, service: Service, *, owned: dict[str, str], most_waiting: int) -> None:
        self.service, self.owned, self.most_waiting = service, owned, most_waiting
        self.accepted: list[str] = []
        self.told_no: Counter[str] = Counter()  # how often: an answer may be lost after it was accepted
        self.proved: set[str] = set()
        self.waiting: set[str] = set()
        self.in_hand: dict[str, Received] = {}  # owners' links that are still to be pressed
        self.before = self.seen = len(service.smtp.messages)
        self.enough = threading.Event()
        self.browser = service.browser()
        self.form = self.browser.get("/")

    def come(self, addresses: Iterable[str]) -> None:
        """All of them, or as many as come until it is `enough`; then the owners among them finish."""
        for address in addresses:
            if self.enough.is_set():
                break
            wait_until(self.has_room, what="mails for those who wait", timeout=self.service.patience)
            self.ask(address)
        wait_until(self.all_have_proved, what="a proof by every owner", timeout=self.service.patience)

    def has_room(self) -> bool:
        self.open_mails()
        return len(self.waiting) < self.most_waiting

    def all_have_proved(self) -> bool:
        self.open_mails()
        return self.proved >= self.owned.keys() & set(self.accepted)

    def ask(self, address: str) -> None:
        self.browser.ip = new_ip()
        while (answer := self.browser.submit_once(self.form, {"email": address})).status != 303:
            assert is_outage(answer), answer.text
            self.told_no[address] += 1
            time.sleep(0.1)
        self.accepted.append(address)
        if not address.endswith(GONE):
            self.waiting.add(address)

    def open_mails(self) -> None:
        """Takes notice of what has come, and presses the links in it."""
        mails = self.service.smtp.messages[self.seen :]
        self.seen += len(mails)
        for mail in mails:
            [address] = mail.rcpt_to
            self.waiting.discard(address)
            if address in self.owned and "/verify/" in text_of(mail):
                self.in_hand[address] = mail
        for address, mail in list(self.in_hand.items()):
            if address in self.proved or self.proves(address, mail):
                self.proved.add(address)
                del self.in_hand[address]

    def proves(self, address: str, mail: Received) -> bool:
        """Whether the mailbox is proved: now, or by a press before whose answer was lost."""
        browser = self.service.browser()
        page = open_link(browser, mail)
        if page.status == 200:
            page = browser.submit(page, action="/verify/")
            assert page.codes == [self.owned[address]] or is_outage(page), page.text
        return not is_outage(page)


def mixed(owners: Iterable[str], strangers: Iterable[str]) -> Iterator[str]:
    """Every eighth an owner, as long as there are any."""
    left = iter(owners)
    for number, stranger in enumerate(strangers):
        if number % 8 == 0 and (owner := next(left, None)):
            yield owner
        yield stranger


def is_outage(page: Page) -> bool:
    return page.status == 503 and OUTAGE in page.text


def put_on_file(service: Service, number: int) -> dict[str, str]:
    """So many owners, each with one key: code by address."""
    owned = {}
    with service.records():
        edition = factories.edition()
        for _ in range(number):
            address = service.new_address()
            owned[address] = f"FLOW-{address.partition('@')[0].rpartition('anna')[2]:0>6}-KEYS"
            factories.owner_of(address, codes=[owned[address]], edition=edition)
    return owned


@contextmanager
def coming(visitors: Visitors, addresses: Iterable[str]) -> Iterator[Future[None]]:
    """Within it they come, in a thread of their own. What went wrong for them is raised at the end."""
    with ThreadPoolExecutor(1, "visitors") as thread:
        done = thread.submit(visitors.come, addresses)
        try:
            yield done
            visitors.enough.set()
            while not done.done():
                let_time_pass(visitors.service)
                time.sleep(0.1)
        except TimeoutError:
            if done.done():
                done.result()  # why no more come, which the test has waited for
            raise
        finally:
            visitors.enough.set()
        done.result()


def let_time_pass(service: Service) -> None:
    """Makes put-off mails due, if the database is there to do so."""
    with suppress(OperationalError, InterfaceError), service.records():
        make_due()
