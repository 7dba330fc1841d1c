"""Somebody of whom everything is on file that can be, each text with a canary of its own in it; and a look at every
column of every table for what is left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from config.staff.models import Approval
from licensing.audit.trail import record
from licensing.intake.hooks.connections import connect
from licensing.intake.hooks.events import sealed
from licensing.keys.assign import assign
from licensing.models import (
    Case,
    CaseKind,
    CodeReveal,
    Customer,
    CustomerNote,
    EventState,
    HookEvent,
    ImportRun,
    KeyAsk,
    KeyAskState,
    KeyOrder,
    License,
    PurchaseReference,
    RefundMark,
    RegistrationKey,
    RevealReason,
    Store,
)
from recovery.journeys.privacy import EraseReason, erase
from recovery.limits import MAILBOX, QUESTIONS, address_digest, customer_digest, mailbox_digest
from recovery.models import (
    Allowance,
    AttemptOutcome,
    Challenge,
    ChangeKind,
    ChangeState,
    Exchange,
    ExchangeMail,
    ExchangeNote,
    ExchangeState,
    MailAttempt,
    Message,
    MessageKind,
    Mute,
    NoteAuthor,
    OwnerChange,
    RecoveryRequest,
    Suppression,
)
from tests import factories

CANARY: Final = "zqcanary"
EMAIL: Final = f"{CANARY}.ada@lovelace-{CANARY}.example"
FORMER: Final = f"{CANARY}.old@lovelace-{CANARY}.example"
NAME: Final = f"Ada {CANARY.title()}"
COMPANY: Final = f"{CANARY.upper()} Engines Ltd"
PHONE: Final = "+44 20 7946 0991"
STREET: Final = f"12 {CANARY} Street"
NETWORK: Final = b"network-of-ada!!"


def somebody() -> Customer:
    """Ada, who bought two things, and of whom every table knows something."""
    now = timezone.now()
    ada = factories.customer(
        email=EMAIL,
        full_name=NAME,
        company=COMPANY,
        phone=PHONE,
        mailing_address=f"{STREET}\n{CANARY} Town",
        newsletter_consent=True,
        newsletter_source=f"{CANARY} shop",
        newsletter_at=now,
    )
    factories.address(of=ada, email=FORMER, former_since=now)
    order = factories.purchase(buyer=ada, reference="GR-1", sold_digest=b"d" * 32, newsletter_consent=True)
    PurchaseReference.objects.create(purchase=order, kind="account", value=f"other-{CANARY}@example.com")
    PurchaseReference.objects.create(purchase=order, kind="transaction", value="txn_1")
    line = factories.line(of=order, receiver=ada, registered_name=NAME)
    license = factories.license(owner=ada, line=line, revoked_reason=f"{NAME} asked for it")
    key = factories.key(edition=license.edition, code="AAAA-BBBB-CCCC", registered_name=NAME)
    assignment = assign(license=license, key=key, now=now)
    factories.line(of=order, receiver=ada, registered_name=COMPANY, placed_at=None, product_ref="new")
    KeyOrder.objects.create(license=license, edition=license.edition, problem=f"no such {NAME}")
    told(order.store.pk, order.pk, now=now)
    asked(ada, license, now=now)
    moved(license, assignment)
    supported(ada, license, key)
    changing(ada)
    details = {"differs": ["address"], "email": EMAIL}
    Case.objects.create(kind=CaseKind.CONTRADICTION, purchase=order, digest=b"1", detail=details)
    Case.objects.create(kind=CaseKind.ADDRESS, customer=ada, digest=b"2", detail={"new": EMAIL})
    other = factories.customer()
    Case.objects.create(
        kind=CaseKind.SAME_PERSON, customer=other, digest=b"3", detail={"other": str(ada.pk), "alike": [NAME]}
    )
    logged(ada)
    return ada


def told(store: UUID, order: UUID, *, now: Any) -> None:
    """What a shop and a file said."""
    shop = connect(store=Store.objects.get(pk=store), name="live", test=False, secret="fake-secret")
    for number, purchase in enumerate((order, None)):
        event = HookEvent(
            connection=shop,
            event_id=f"evt-{number}",
            kind="sale",
            state=EventState.DONE if purchase else EventState.UNCONFIRMED,
            purchase_id=purchase,
        )
        event.payload = sealed(json.dumps({"email": EMAIL, "name": NAME}).encode(), event_id=event.pk)
        event.save(force_insert=True)
    KeyAsk.objects.create(
        connection=shop, order="GR-1", state=KeyAskState.REFUSED, reason=f"from {CANARY}", asked_at=now
    )
    shown = {"row": 2, "order": "GR-1", "who": f"z…@lovelace-{CANARY}.example", "what": "1", "outcome": "new"}
    ImportRun.objects.create(kind="gumroad", file_name="sales.csv", samples=[shown, {"row": 3, "order": "x"}])


def asked(ada: Customer, license: License, *, now: Any) -> None:
    """What she asked for, and the mails of that."""
    request = RecoveryRequest.objects.create(
        address=EMAIL,
        mailbox=address_digest(EMAIL),
        network=NETWORK,
        browser_digest=b"b" * 32,
        verified_at=now,
        view_digest=b"v" * 32,
        view_ends_at=now + timedelta(minutes=30),
    )
    Challenge.objects.create(request=request, mint=1, nonce=b"x" * 16, expires_at=now + timedelta(minutes=10))
    mail = Message.objects.create(kind=MessageKind.KEYS, request=request, reply=f"450 {CANARY} is busy")
    MailAttempt.objects.create(
        message=mail, number=1, outcome=AttemptOutcome.DEFERRED, reply=f"450 {CANARY} is busy"
    )
    Mute.objects.create(mailbox=address_digest(FORMER), request=request, until=now + timedelta(days=30))
    Suppression.objects.create(mailbox=address_digest(FORMER), reply=f"550 5.1.1 no {CANARY} here")
    for limit, subject in (
        (MAILBOX, mailbox_digest(EMAIL)),
        (QUESTIONS, customer_digest(ada.pk)),
    ):
        Allowance.objects.create(limit=limit.name, subject=subject, recent=[[1, 1]])


def moved(license: License, assignment: Any) -> None:
    request = RecoveryRequest.objects.get()
    exchange = Exchange.objects.create(
        license=license,
        from_edition=license.edition,
        to_edition=factories.edition(of=license.edition.product, platform="macos"),
        state=ExchangeState.ASKED,
        request=request,
        from_assignment=assignment,
        reason=f"{NAME} wrote to us",
    )
    ExchangeNote.objects.create(
        exchange=exchange, author=NoteAuthor.CUSTOMER, text=f"I am {NAME} and my machine died"
    )
    ExchangeMail.objects.create(exchange=exchange, message=Message.objects.get(), step="question 1")
    Case.objects.create(
        kind=CaseKind.EXCHANGE,
        customer=license.owner,
        purchase=license.line.purchase,
        digest=b"4",
        detail={"exchange": str(exchange.pk), "rule": "needs_approval", "said": NAME},
    )


def supported(ada: Customer, license: License, key: RegistrationKey) -> None:
    """What support wrote down."""
    CustomerNote.objects.create(customer=ada, by="grace", text=f"{NAME} prefers to be called")
    CodeReveal.objects.create(
        key=key, license=license, by="grace", reason=RevealReason.OTHER, words=f"{NAME} sent a picture"
    )
    order = license.line.purchase
    RefundMark.objects.create(purchase=order, by="grace", reason=f"{NAME} asked", at=timezone.now())


def changing(ada: Customer) -> None:
    """Her address is to change, and a friend was handed something of hers."""
    OwnerChange.objects.create(
        kind=ChangeKind.ADDRESS,
        state=ChangeState.OPEN,
        customer=ada,
        new_address=f"new-{CANARY}@example.com",
        proved_at=timezone.now(),
        request=RecoveryRequest.objects.get(),
        reason=f"{NAME} moved",
        claimed=b"sealed",
    )
    OwnerChange.objects.create(
        kind=ChangeKind.REASSIGN,
        state=ChangeState.STOPPED,
        customer=factories.customer(),
        other=ada,
        chosen={"to": EMAIL},
        ended_at=timezone.now(),
    )


def logged(ada: Customer) -> None:
    """The console's own log, and the audit trail."""
    staff = User.objects.create_user("grace")
    LogEntry.objects.create(
        user_id=staff.pk,
        content_type=ContentType.objects.get_for_model(Customer),
        object_id=str(ada.pk),
        object_repr=NAME,
        action_flag=CHANGE,
        change_message=f"Changed full name to {NAME}",
    )
    Approval.objects.create(
        kind="export",
        title="Export",
        method="POST",
        address="/console/",
        fields=[["q", [EMAIL]]],
        digest=b"a",
        reason=f"{NAME} asked",
        asked_by=staff,
        expires_at=timezone.now(),
    )
    record("note.written", by="grace", customer=ada.pk, reason=NAME, details={"before": EMAIL})


def erased(customer: Customer, *, by: str = "") -> bool:
    return erase(customer.pk, by=by, reason=EraseReason.THEMSELVES, now=timezone.now())


def left_of(*words: str) -> list[str]:
    """Every column in which one of the words stands, in any case, as text or as octets: a dump of the database."""
    return [where for where, text in dump() if any(word.lower() in text.lower() for word in words)]


def dump() -> Iterator[tuple[str, str]]:
    """Each value of each row of each table, as the database holds it, with its column."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with connection.cursor() as cursor:
        for table in sorted(tables):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                yield from (
                    (f"{table}.{name}", as_text(value)) for name, value in zip(names, row, strict=True)
                )


def as_text(value: object) -> str:
    """Octets by their characters, so that a text in them is found; JSON as it would be dumped."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("latin-1")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
