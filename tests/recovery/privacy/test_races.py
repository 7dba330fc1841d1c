"""Erased while something else is going on: in the end nobody is there, and nothing else is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from licensing.models import AuditEntry, Case, Customer, License, Purchase, Tombstone
from recovery.journeys.privacy import EraseReason, erase
from recovery.mail.deliver import Batch
from recovery.mail.smtp import SmtpTransport
from recovery.models import Message, MessageState, RecoveryRequest
from recovery.retention import forget
from tests import factories
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.licensing.intake.telling import known, line, order, tell
from tests.recovery.asking import asked
from tests.recovery.privacy.ground import erased, left_of, somebody

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = "anna@example.com"


def test_ten_at_once_erase_once() -> None:
    ada = somebody()
    outcome = released_together(10, lambda _: erased(ada), after=lambda: connection.close())
    assert outcome.errors == []
    assert sorted(outcome.results) == [False] * 9 + [True]
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1
    assert Tombstone.objects.count() == 2


def test_told_of_again_while_they_are_erased_they_are_not_back_and_every_order_is_there() -> None:
    known()
    tell(order(reference="0"))
    anna = Customer.objects.get()
    store = factories.store()

    def tells(number: int) -> Callable[[], object]:
        orders = [order(line(registered_name="Anna Example"), reference=f"{number}-{n}") for n in range(5)]
        return lambda: tell(*orders, order(reference="0"), store=store)

    calls: list[Callable[[], object]] = [tells(number) for number in range(1, 5)]
    outcome = released_together(
        [*calls[:2], lambda: erased(anna), *calls[2:]], after=lambda: connection.close()
    )
    assert outcome.errors == []
    assert left_of("anna") == []
    assert not Customer.objects.exists()
    assert Purchase.objects.count() == 21
    assert License.objects.filter(owner=None).count() == 21
    assert not Case.objects.exists()


def test_a_mail_that_a_worker_has_in_hand_is_not_sent_and_its_request_goes_later(smtp: SmtpServer) -> None:
    anna = factories.owner_of(ANNA, codes=["AAAA-BBBB-CCCC"])
    asked(ANNA)
    other = asked("bob@example.com")
    batch = Batch(SmtpTransport(), until=float("inf"))
    assert len(batch.messages) == 2
    assert erase(anna.pk, by="", reason=EraseReason.THEMSELVES, now=timezone.now())
    assert left_of("anna") == []
    batch.deliver()
    assert [mail.rcpt_to for mail in smtp.messages] == [("bob@example.com",)]
    assert Message.objects.get(request=other).state == MessageState.ACCEPTED
    Message.objects.exclude(request=other).update(lease_until=None)
    forget()
    assert RecoveryRequest.objects.get() == other


def test_what_is_asked_after_it_is_answered_as_for_a_stranger(
    smtp: SmtpServer, deliver: Callable[[], int]
) -> None:
    anna = factories.owner_of(ANNA, codes=["AAAA-BBBB-CCCC"])
    erased(anna)
    asked(ANNA)
    asked("never@example.com")
    deliver()
    assert set(Message.objects.values_list("template", flat=True)) == {"nothing-found"}
