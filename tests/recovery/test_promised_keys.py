"""Keys that a shop could not be given come by mail, once and as soon as they are there."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from licensing.intake.key_asks import fulfilled
from licensing.intake.unplaced import place_lines
from licensing.models import (
    Connection,
    Customer,
    Edition,
    EmailAddress,
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    License,
    Purchase,
    RegistrationKey,
    Store,
)
from recovery.journeys.promised_keys import mail_promised_keys
from recovery.models import Message, MessageKind, MessageState, Mute, Origin, Suppression, Withheld
from tests import factories
from tests.kit.mails import html_of, read, text_of
from tests.kit.race import released_together
from tests.kit.smtp import SmtpServer
from tests.licensing.intake.telling import tell
from tests.licensing.keydesk import BUYER, NOW, ask, body, codes, connected, said, sells
from tests.licensing.test_key_requests_renewed import period

Deliver = Callable[[], int]
CODE = "CUT-0000-ABCD-EFGH"
LATER = NOW + timedelta(hours=1)

in_database = pytest.mark.django_db
in_earnest = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(db: None) -> Connection:
    return connected()


def promised(shop: Connection, **other: Any) -> Edition:
    """An edition without keys, which somebody has bought; the shop was told that the key follows."""
    edition = sells()
    ask(shop, body(**other))
    assert KeyAsk.objects.get().state == KeyAskState.PROMISED
    return edition


def state() -> str:
    return KeyAsk.objects.get().state


def test_nothing_is_mailed_while_the_pool_is_empty(shop: Connection) -> None:
    promised(shop)

    assert mail_promised_keys(now=LATER) == 0
    assert not Message.objects.exists()


def test_a_renewal_that_was_promised_its_key_gets_it_too(
    shop: Connection, smtp: SmtpServer, deliver: Deliver
) -> None:
    """Its licenses hang on the order that began the subscription."""
    edition = sells()
    tell(period(1), period(2))
    ask(shop, body("2"))
    assert state() == KeyAskState.PROMISED
    factories.key(edition=edition, code=CODE)

    assert [mail_promised_keys(now=LATER) for _ in range(2)] == [1, 0]
    deliver()

    (mail,) = smtp.messages
    assert f"\n{CODE}\n" in text_of(mail)


def test_the_key_goes_to_the_buyer_once_it_is_there(
    shop: Connection, smtp: SmtpServer, deliver: Deliver
) -> None:
    edition = promised(shop)
    factories.key(edition=edition, code=CODE)

    assert [mail_promised_keys(now=LATER) for _ in range(3)] == [1, 0, 0]
    deliver()

    (mail,) = smtp.messages
    assert mail.rcpt_to == (BUYER,)
    assert str(read(mail)["Subject"]) == "Your registration key for Clip Cutter 2 (order 1001 at Gumroad)"
    assert f"\n{CODE}\n" in text_of(mail)
    assert CODE in html_of(mail)
    words = " ".join(text_of(mail).split())
    for part in (
        "Hello Anna Example,",
        "when this was bought from Gumroad, its registration key was not ready yet. Thank you for waiting: here it is.",
        "Bought on 1 June 2026 from Gumroad, order 1001",
        "This order at Gumroad is filed under this address, and its key was promised by mail.",
        "https://recover.example.com/",
    ):
        assert part in words
    row = KeyAsk.objects.get()
    assert (row.state, row.answered_at, row.reason) == (KeyAskState.MAILED, LATER, "")


def test_the_outbox_holds_no_code(shop: Connection) -> None:
    factories.key(edition=promised(shop), code=CODE)
    mail_promised_keys(now=LATER)

    message = Message.objects.select_related("request").get()
    assert message.request is not None
    assert message.request.origin == Origin.SERVICE
    rows = [*Message.objects.values(), *KeyAsk.objects.values()]
    assert CODE not in str(rows)


def test_several_units_come_in_one_mail_when_all_are_there(
    shop: Connection, smtp: SmtpServer, deliver: Deliver
) -> None:
    edition = promised(shop, quantity=2)
    factories.key(edition=edition, code=CODE)
    assert mail_promised_keys(now=LATER) == 0
    factories.key(edition=edition, code="CUT-0001-ABCD-EFGH")

    assert mail_promised_keys(now=LATER) == 1
    deliver()

    (mail,) = smtp.messages
    assert str(read(mail)["Subject"]) == "Your registration keys for Clip Cutter 2 (order 1001 at Gumroad)"
    assert CODE in text_of(mail)
    assert "CUT-0001-ABCD-EFGH" in text_of(mail)
    assert "here they are" in text_of(mail)


def test_more_units_than_the_shop_can_wait_for_come_from_a_full_pool_by_mail(shop: Connection) -> None:
    sells(codes=codes(101))
    ask(shop, body(quantity=101))

    assert mail_promised_keys(now=LATER) == 1
    assert KeyAssignment.objects.count() == 101


def test_a_licence_file_comes_attached(shop: Connection, smtp: SmtpServer, deliver: Deliver) -> None:
    sells(codes=[CODE])
    RegistrationKey.objects.update(file_name="anna.lic", content_type="text/plain")
    ask(shop)
    mail_promised_keys(now=LATER)
    deliver()

    (mail,) = smtp.messages
    assert [part.get_filename() for part in read(mail).iter_attachments()] == ["anna.lic"]


def test_a_product_that_gets_its_meaning_later_is_mailed_then(shop: Connection) -> None:
    ask(shop, body(product="unheard-of"))
    edition = factories.edition()
    factories.key(edition=edition)
    factories.mapping(edition=edition, product_ref="unheard-of")
    place_lines(Store.objects.get(), now=LATER)

    assert mail_promised_keys(now=LATER) == 1


def test_a_shop_that_asks_again_in_time_gets_the_key_itself(shop: Connection) -> None:
    factories.key(edition=promised(shop), code=CODE)

    assert said(ask(shop)) == CODE
    assert mail_promised_keys(now=LATER) == 0
    assert state() == KeyAskState.ANSWERED


def test_a_shop_that_asks_after_the_mail_gets_the_same_key(shop: Connection) -> None:
    factories.key(edition=promised(shop), code=CODE)
    mail_promised_keys(now=LATER)

    assert said(ask(shop)) == CODE
    assert state() == KeyAskState.MAILED


@pytest.mark.parametrize(
    "facts",
    [{"refunded_at": NOW}, {"disputed_at": NOW}, {"paid_at": None}, {"confirmed_at": None}],
    ids=["refunded", "disputed", "unpaid", "unconfirmed"],
)
def test_an_order_that_does_not_stand_any_more_is_not_mailed(
    shop: Connection, facts: dict[str, object]
) -> None:
    edition = promised(shop)
    factories.key(edition=edition, code=CODE)
    Purchase.objects.update(**facts)

    assert mail_promised_keys(now=LATER) == 0
    assert not KeyAssignment.objects.exists()


@pytest.mark.parametrize(
    "facts",
    [{"revoked_at": NOW}, {"refunded_at": NOW}, {"expires_at": NOW}],
    ids=lambda facts: next(iter(facts)),
)
def test_a_license_that_has_ended_is_not_mailed(shop: Connection, facts: dict[str, object]) -> None:
    factories.key(edition=promised(shop), code=CODE)
    License.objects.update(**facts)

    assert mail_promised_keys(now=LATER) == 0


@pytest.mark.parametrize("ended", ["order refunded", "unit refunded", "owner gone"])
def test_what_ended_before_the_mail_went_hands_over_no_key(
    shop: Connection, smtp: SmtpServer, deliver: Deliver, ended: str
) -> None:
    factories.key(edition=promised(shop), code=CODE)
    mail_promised_keys(now=LATER)
    if ended == "order refunded":
        Purchase.objects.update(refunded_at=NOW)
    elif ended == "unit refunded":
        License.objects.update(refunded_at=NOW)
    else:
        License.objects.update(owner=factories.customer())
    deliver()

    assert smtp.messages == []
    message = Message.objects.get()
    assert (message.state, message.withheld_because) == (MessageState.WITHHELD, Withheld.OVERTAKEN)


def test_it_goes_to_the_address_that_the_owner_has_now(
    shop: Connection, smtp: SmtpServer, deliver: Deliver
) -> None:
    factories.key(edition=promised(shop), code=CODE)
    EmailAddress.objects.update(former_since=NOW)
    factories.address(of=Customer.objects.get(), email="anna@new.example")
    mail_promised_keys(now=LATER)
    deliver()

    assert [mail.rcpt_to for mail in smtp.messages] == [("anna@new.example",)]


def test_an_owner_without_a_mailbox_waits_until_there_is_one(shop: Connection) -> None:
    factories.key(edition=promised(shop), code=CODE)
    EmailAddress.objects.update(former_since=NOW)
    assert mail_promised_keys(now=LATER) == 0
    assert state() == KeyAskState.PROMISED

    factories.address(of=Customer.objects.get(), email="anna@new.example")
    assert mail_promised_keys(now=LATER) == 1


def test_a_dead_mailbox_is_not_written_to_but_a_mute_stops_only_requests(
    shop: Connection, smtp: SmtpServer, deliver: Deliver
) -> None:
    edition = promised(shop)
    factories.key(edition=edition, code=CODE)
    mail_promised_keys(now=LATER)
    request = Message.objects.get().request
    assert request is not None
    Mute.objects.create(mailbox=request.mailbox, until=timezone.now() + timedelta(days=1), request=request)
    Suppression.objects.create(mailbox=request.mailbox)
    deliver()
    assert Message.objects.get().state == MessageState.REFUSED

    Suppression.objects.all().delete()
    Message.objects.update(state=MessageState.WAITING)
    deliver()
    assert [mail.rcpt_to for mail in smtp.messages] == [(BUYER,)]


def test_a_sample_is_never_promised_by_mail(shop: Connection) -> None:
    sells()
    ask(shop, body(test=1))

    assert mail_promised_keys(now=LATER) == 0


def test_looking_for_promises_reads_no_table_as_a_whole(shop: Connection) -> None:
    factories.key(edition=promised(shop))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = fulfilled(now=LATER).order_by("id").explain()
    assert "asks_promised" in plan
    assert "Seq Scan" not in plan


@in_earnest
def test_two_workers_at_once_mail_a_refill_of_ten_to_exactly_ten() -> None:
    shop = connected()
    edition = sells(codes=codes(4))
    for order in range(14):
        ask(shop, body(str(order), email=f"buyer{order}@example.com"))
    assert mail_promised_keys(now=LATER) == 0
    for number in range(10):
        factories.key(edition=edition, code=f"NEW-{number:04}-ABCD-EFGH")

    outcome = released_together([partial(mail_promised_keys, now=LATER)] * 2, after=connections.close_all)
    outcome_after = mail_promised_keys(now=LATER)  # for what each left to the other

    assert outcome.errors == []
    assert sum(outcome.results) + outcome_after == 10
    mails = Message.objects.filter(kind=MessageKind.PROMISED)
    assert mails.count() == mails.values("request__address").distinct().count() == 10
    assert KeyAsk.objects.filter(state=KeyAskState.MAILED).count() == 10
    assert KeyAssignment.objects.values("key").distinct().count() == 14
