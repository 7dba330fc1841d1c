"""The account that every fault must leave right: accepted = sent + failed + pending."""

from collections import Counter

from recovery.models import DomainPause, Message, MessageState
from tests.journeys.service import Service
from tests.journeys.steps import make_due
from tests.kit.smtp import Received
from tests.kit.waiting import wait_until

OPEN = (MessageState.WAITING, MessageState.SENDING)
SENT, FAILED = MessageState.ACCEPTED, (MessageState.REFUSED, MessageState.WITHHELD)


def mend(service: Service) -> None:
    """Everything that a test may have stopped runs again, and no mail is left to be sent."""
    service.smtp.forget_script()
    service.smtp.start()
    if service.redis:
        service.redis.resume()
        service.redis.start()
        service.ground.postgres.start()
    service.start()
    with service.records():
        DomainPause.objects.all().delete()
        wait_until(nothing_is_open, what="an end for every mail", timeout=service.patience)


def nothing_is_open() -> bool:
    make_due()
    return not Message.objects.filter(state__in=OPEN).exists()


def settle(service: Service, *asked: str) -> None:
    """Waits until nothing of what these asked for is pending, letting the time pass that put-off mails wait for."""
    with service.records():

        def is_settled() -> bool:
            make_due()
            return not Message.objects.filter(request__address__in=asked, state__in=OPEN).exists()

        wait_until(is_settled, what="an end for every accepted request", timeout=service.patience)
    # Whoever else was sending the same mail gets to its end, too.
    service.smtp.forget_script()
    wait_until(
        lambda: not service.smtp.open_connections, what="the end of all sending", timeout=service.patience
    )


def settle_all(service: Service) -> None:
    """Waits until nothing at all is pending, as long as there is progress: `patience` from one end to the next."""
    with service.records():
        left = pending(service)
        while left:
            wait_until(
                lambda most=left: pending(service) < most,  # type: ignore[misc]  # inferred from the default
                what="an end for every accepted request",
                timeout=service.patience,
            )
            left = pending(service)


def pending(service: Service) -> int:
    """How many mails, none of which is put off, while somebody looks after the worker."""
    service.start("worker")  # which ends by itself when its child is killed before it was ready
    make_due()
    return Message.objects.filter(state__in=OPEN).count()


def assert_account(service: Service, *asked: str) -> None:
    """Every accepted request has its one promise; what counts as sent was received; what was not, was not."""
    with service.records():
        rows = dict(
            Message.objects.filter(request__address__in=asked).values_list("request__address", "state")
        )
        promised = Message.objects.filter(request__address__in=asked).count()
    assert promised == len(asked) == len(rows)
    states = Counter(rows.values())
    sent, pending = states[SENT], sum(states[state] for state in OPEN)
    assert len(asked) == sent + sum(states[state] for state in FAILED) + pending
    unheard = [address for address in asked if rows[address] == SENT and not received(service, address)]
    assert unheard == []


def assert_each_got_one_mail(service: Service, *asked: str) -> None:
    """Once all is settled: one mail each, and the account is right."""
    settle(service, *asked)
    assert {address: len(received(service, address)) for address in asked} == dict.fromkeys(asked, 1)
    assert_account(service, *asked)


def assert_repeats_are_the_same_mail(mails: list[Received]) -> None:
    """One Message-ID and the same bytes, so that a mailbox shows one mail and one code."""
    assert len({mail.parsed["Message-ID"] for mail in mails}) == 1
    assert len({mail.raw for mail in mails}) == 1


def received(service: Service, address: str) -> list[Received]:
    return service.smtp.messages_to(address)
