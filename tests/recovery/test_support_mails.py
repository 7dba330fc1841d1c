"""What support mails a customer, as its reader reads it; and in "Your licenses", that support looked at a code."""

from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from licensing.holdings import holdings_of_licenses
from licensing.keys.assign import assign
from licensing.models import CodeReveal, Customer, License
from licensing.models.base import uuid7
from recovery.errors import MailboxClosed, NoSuchAddress, PressedElsewhere, TooManyMails
from recovery.journeys.block_by_support import lift_mute, mute_for
from recovery.journeys.licenses import looks
from recovery.journeys.support_mails import resend_keys, send_link
from recovery.journeys.verify import prove_by_link
from recovery.limits import NETWORK, SUPPORT_MAILS, take
from recovery.mail.decide import uses_of
from recovery.models import Message, MessageKind, Mute, Origin
from recovery.templatetags.recovery_words import looked_because, looks_at_it
from tests import factories
from tests.kit.mails import html_of, link_in, text_of
from tests.kit.smtp import SmtpServer

pytestmark = pytest.mark.django_db

Deliver = Callable[[], int]
CODE = "SENT-AGA1-NBYS-UPPO"


def owner() -> Customer:
    return factories.owner_of("ada@lovelace.example", codes=[CODE])


def send(customer: Customer, what: Any = resend_keys, **fields: Any) -> Message:
    said = {"address_id": customer.addresses.get().pk, "by": "ada", "press": uuid7(), "now": timezone.now()}
    message: Message = what(customer.pk, **{**said, **fields})
    return message


def test_the_mail_with_the_keys_says_that_support_sent_it(smtp: SmtpServer, deliver: Deliver) -> None:
    send(owner())

    deliver()

    (mail,) = smtp.messages
    assert mail.rcpt_to == ("ada@lovelace.example",)
    for part in (text_of(mail), html_of(mail)):
        assert CODE in part
        assert "ur support sent it on" in part
        assert "typed on our page" not in part
        assert "read this mailbox and has seen" not in part


def test_the_fresh_link_works_and_no_code_is_offered_that_no_browser_could_use(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    send(owner(), send_link)

    deliver()

    (mail,) = smtp.messages
    assert "type this code" not in text_of(mail) + html_of(mail)
    assert "Both work" not in text_of(mail) + html_of(mail)
    assert prove_by_link(link_in(mail).rstrip("/").rpartition("/")[2])


def test_the_same_press_promises_one_mail() -> None:
    customer, press = owner(), uuid7()

    assert send(customer, press=press) == send(customer, press=press)

    assert Message.objects.get().kind == MessageKind.KEYS


def test_a_press_of_somebody_elses_page_sends_nothing() -> None:
    press = uuid7()
    send(owner(), press=press)

    with pytest.raises(PressedElsewhere):
        send(factories.owner_of("else@example.com", codes=["ELSE-0000-1111-2222"]), press=press)

    assert Message.objects.count() == 1


def test_strangers_limits_do_not_count_it() -> None:
    message = send(owner(), send_link)
    assert message.request is not None
    assert message.request.origin == Origin.SUPPORT

    assert uses_of(message.request) == []
    assert take(NETWORK, b"", now=timezone.now())


def test_it_has_a_limit_of_its_own_for_each_customer() -> None:
    customer, other = owner(), factories.owner_of("else@example.com", codes=["ELSE-0000-1111-2222"])
    for _ in range(SUPPORT_MAILS.uses):
        send(customer)

    with pytest.raises(TooManyMails):
        send(customer)
    assert send(other)


def test_muted_by_support_it_stays_closed_until_it_is_lifted() -> None:
    customer = owner()
    address = customer.addresses.get()
    said: dict[str, Any] = {
        "address_id": address.pk,
        "by": "ada",
        "now": timezone.now(),
        "reason": "asked by mail",
    }

    assert mute_for(customer.pk, **said)
    assert not mute_for(customer.pk, **said)
    assert [each.kind for each in Message.objects.all()] == [MessageKind.MUTED]
    assert Mute.objects.get().by == "ada"
    with pytest.raises(MailboxClosed) as closed:
        send(customer)
    assert closed.value.code == "muted"

    assert lift_mute(customer.pk, **said)
    assert not lift_mute(customer.pk, **said)
    assert send(customer)


def test_a_strangers_address_is_not_muted() -> None:
    stranger = factories.customer().addresses.get()

    with pytest.raises(NoSuchAddress):
        mute_for(owner().pk, address_id=stranger.pk, by="ada", reason="x", now=timezone.now())


@pytest.mark.parametrize(
    ("reason", "words", "read"),
    [
        ("phone", "", "you asked about it on the phone"),
        ("leak", "", "it may have become known to others"),
        ("other", "to fill in\u202e your\r\nform", "to fill in your form"),
    ],
)
def test_an_owner_reads_who_looked_at_the_code_and_why(reason: str, words: str, read: str) -> None:
    owner()
    license = License.objects.get()
    key = license.assignments.get().key
    look = CodeReveal.objects.create(license=license, key=key, by="ada", reason=reason, words=words)
    holding = holding_of(license)

    assert looks_at_it(holding, looks([holding])) == [look]
    assert looked_because(look) == read


def test_a_look_stays_told_after_the_license_has_another_code() -> None:
    owner()
    license = License.objects.get()
    look = CodeReveal.objects.create(
        license=license, key=license.assignments.get().key, by="ada", reason="phone"
    )
    now = timezone.now()
    license.assignments.update(ends_at=now, end_reason="moved")
    assign(license=license, key=factories.key(edition=license.edition, code="NEWX-0000-1111-2222"), now=now)
    holding = holding_of(license)
    told = {"holding": holding, "looks": looks([holding]), "moves": {}, "number": 1}

    assert holding.key_id != look.key_id
    assert "looked at another code of this license" in render_to_string("recovery/_holding.html", told)


def holding_of(license: License) -> Any:
    return holdings_of_licenses([license.pk], now=timezone.now())[0]
