"""Somebody of support is signed in, and one of everything is on file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.test import Client
from django.utils import timezone

from config.staff.models import Approval
from config.staff.roles import Role, give_role, make_roles
from config.staff.signing import factor_used
from licensing.intake.hooks.connections import change_secret, connect
from licensing.intake.hooks.events import sealed
from licensing.keys.assign import assign
from licensing.keys.signing import new_signing_key
from licensing.models import (
    Case,
    CaseKind,
    CodeReveal,
    ColumnMap,
    Connection,
    Customer,
    CustomerNote,
    Endpoint,
    EventState,
    Hold,
    HookEvent,
    ImportPart,
    ImportRow,
    ImportRun,
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    KeyOrder,
    License,
    Purchase,
    PurchaseDispute,
    PurchaseLine,
    PurchaseReference,
    PurchaseRefund,
    RefundMark,
    RegistrationKey,
    RetiredCode,
    RetiredList,
    RevealReason,
    RowOutcome,
    SigningPurpose,
    Tombstone,
)
from licensing.outgoing import endpoints
from licensing.outgoing.kinds import CUSTOMER_ERASED
from licensing.outgoing.tell import tell
from recovery.claimed import Claimed
from recovery.claimed import sealed as sealed_claim
from recovery.limits import MAILBOX, address_digest, mailbox_digest
from recovery.models import (
    Allowance,
    ApiKey,
    AttemptOutcome,
    Challenge,
    ChangeKind,
    ChangeState,
    DayFigure,
    DomainPause,
    Exchange,
    ExchangeMail,
    ExchangeNote,
    ExchangeState,
    Figure,
    KeptAnswer,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    Mute,
    NoteAuthor,
    OwnerChange,
    RecoveryRequest,
    Suppression,
    Tally,
    Wording,
    WorkerPulse,
)
from recovery.policy import Policy
from tests import factories
from tests.console.addresses import Address, every_address
from tests.kit.again import Again

CODE = "CANA-RY7C-21XQ-PL0M"
EMAIL = "ada@lovelace.example"
NAME = "Ada Lovelace"
ORDER = "GR-77120"
TRANSACTION = "txn_90210"
SECRET = "fake-signing-secret"
FORMER_SECRET = "fake-former-secret"
API_KEY = "fake-api-key"
EVENT_ID = "evt-shops-own-id"


@dataclass(frozen=True)
class Filed:
    """What is on file in each test of the console."""

    customer: Customer
    line: PurchaseLine
    unplaced: PurchaseLine
    license: License
    key: RegistrationKey
    assignment: KeyAssignment
    case: Case
    request: RecoveryRequest
    message: Message
    mute: Mute
    suppression: Suppression
    pause: DomainPause


@pytest.fixture(autouse=True)
def _plain_static_files(settings: LazySettings) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": STATIC_FILES}}


@pytest.fixture(autouse=True)
def _second_factor_shown() -> Iterator[None]:
    """Whom `force_login` signs in has shown a second factor, too. How that is really done: tests/staff."""
    user_logged_in.connect(factor_used, dispatch_uid="tests_console")
    yield
    user_logged_in.disconnect(dispatch_uid="tests_console")


STATIC_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"


def as_role(role: Role) -> Client:
    """A browser of somebody with that role, with a second factor that was just shown."""
    user, made = User.objects.get_or_create(username=f"one {role}", email=f"{role}@vendor.example")
    if made:
        give_role(user, role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def support(db: None) -> Client:
    """A browser in which somebody with every right is signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("support"))
    return client


def asked_for(license: License, *, request: RecoveryRequest, assignment: KeyAssignment) -> Exchange:
    """The owner asked support for a move to the Mac."""
    product = license.edition.product
    return Exchange.objects.create(
        license=license,
        from_edition=license.edition,
        to_edition=factories.edition(of=product, platform="macos"),
        state=ExchangeState.ASKED,
        request=request,
        from_assignment=assignment,
        policy={**Policy.of(product).as_record(), "verdict": "needs_support", "rule": "needs_approval"},
    )


def connection_with_all_secrets() -> Connection:
    """A shop that signs, in the middle of a change of its secret."""
    shop = factories.store(name="our-fastspring", kind="fastspring", title="FastSpring")
    made = connect(store=shop, name="live", test=False, secret=FORMER_SECRET, api_key=API_KEY)
    change_secret(made, secret=SECRET, keep_former_for=timedelta(days=2), now=timezone.now())
    return made


def endpoint_that_is_told(*, of: Customer) -> None:
    """In the middle of a change of its secret, and with something that waits for it."""
    made = Endpoint(url="https://hooks.example.com/", kinds=[CUSTOMER_ERASED.name])
    made.sealed_secret = endpoints.sealed(made.pk, "secret", "whsec_present")
    made.sealed_former_secret = endpoints.sealed(made.pk, "former_secret", "whsec_former")
    made.former_until = timezone.now() + timedelta(hours=24)
    made.save(force_insert=True)
    tell(CUSTOMER_ERASED, lambda: [{"customer": of.pk}])


def told_of(purchase: Purchase, *, by: Connection) -> HookEvent:
    """An event with a code in it, which nobody has confirmed."""
    event = HookEvent(
        connection=by,
        event_id=EVENT_ID,
        kind="order.completed",
        state=EventState.UNCONFIRMED,
        reason="Nobody signed it.",
        purchase=purchase,
    )
    event.payload = sealed(json.dumps({"license": CODE, "email": EMAIL}).encode(), event_id=event.pk)
    event.save(force_insert=True)
    return event


def file_everything() -> Filed:
    """One owner with one key, somebody else with another, and one row of every other model."""
    factories.owner_of("somebody@else.example", codes=["ELSE-0000-1111-2222"])
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref="known")
    customer = factories.customer(email=EMAIL, full_name=NAME)
    order = factories.purchase(buyer=customer, reference=ORDER)
    PurchaseReference.objects.create(purchase=order, kind="transaction", value=TRANSACTION)
    line = factories.line(of=order)
    license = factories.license(owner=customer, edition=edition, line=line)
    key = factories.key(edition=edition, code=CODE)
    now = timezone.now()
    assignment = assign(license=license, key=key, now=now)
    unplaced = factories.line(
        of=order, product_ref="unheard-of", variant="(Mac)", placed_at=None, sealed_code=b"s"
    )
    case = Case.objects.create(
        kind=CaseKind.CONTRADICTION,
        purchase=order,
        customer=customer,
        digest=b"d",
        detail={"email": "another address"},
    )
    run = ImportRun.objects.create(
        store=order.store, kind="gumroad", file_name="sales.csv", outcomes={"new": 1}
    )
    ImportRow.objects.create(
        run=run, number=2, outcome=RowOutcome.REJECTED, reason="no date", payload=b"sealed"
    )
    ImportPart.objects.create(run=run, number=0, sealed=b"sealed")
    ColumnMap.objects.create(store=order.store, title="Sales file", columns={"order": "Order ID"})
    request = RecoveryRequest.objects.create(
        address=EMAIL, mailbox=address_digest(EMAIL), network=b"n" * 16, browser_digest=b"b" * 32
    )
    Challenge.objects.create(request=request, mint=1, nonce=b"x" * 16, expires_at=now + timedelta(minutes=10))
    message = Message.objects.create(kind=MessageKind.CHALLENGE, request=request, reply="450 come back later")
    MailAttempt.objects.create(
        message=message, number=1, outcome=AttemptOutcome.DEFERRED, reply="450 come back later"
    )
    mute = Mute.objects.create(mailbox=address_digest(EMAIL), request=request, until=now + timedelta(days=30))
    suppression = Suppression.objects.create(mailbox=address_digest(EMAIL), reply="550 5.1.1 no such user")
    pause = DomainPause.objects.create(
        domain="lovelace.example", reply="554 blocked", until=now + timedelta(hours=6)
    )
    Message.objects.create(
        kind=MessageKind.KEYS, request=request, state=MessageState.WAITING, due_at=pause.until
    )
    Allowance.objects.create(limit=MAILBOX.name, subject=mailbox_digest(EMAIL), recent=[[1, 1]])
    Wording.objects.create(
        mail="muted", language="en", version=1, subject="Stopped", body="{button}", by="grace"
    )
    WorkerPulse.beat()
    Hold.objects.create(kind="licensing.case", row=case.pk, by="grace", until=now + timedelta(minutes=5))
    DayFigure.objects.create(day=now.date(), figure=Figure.REQUESTS, value=1)
    Tally.objects.create(name=str(now.date()), counted_at=now)
    ApiKey.objects.create(
        name="shop-backend",
        digest=b"k" * 32,
        hint="lr_AbCdEf",
        scopes="purchases:read",
        made_by="grace",
        expires_at=now + timedelta(days=1),
    )
    KeptAnswer.objects.create(mark=b"m" * 32, sent=b"s" * 32, expires_at=now)
    KeyOrder.objects.create(license=license, edition=edition, problem="it answered nothing")
    new_signing_key(SigningPurpose.RETIRED)
    RetiredCode.objects.create(key=key, fingerprint=b"f" * 8, sequence=1)
    RetiredList.objects.update_or_create(
        id=1, defaults={"sequence": 1, "issued_at": now, "document": b"a document of megabytes"}
    )
    shop = connection_with_all_secrets()
    told_of(order, by=shop)
    endpoint_that_is_told(of=customer)
    KeyAsk.objects.create(
        connection=shop, order=ORDER, state=KeyAskState.ANSWERED, purchase_line=line, asked_at=now
    )
    PurchaseRefund.objects.create(purchase=order, line="known", reference="refund-1", units=1, at=now)
    PurchaseDispute.objects.create(purchase=order, reference="dispute-1", at=now)
    CustomerNote.objects.create(customer=customer, by="support", text="Prefers to be called")
    CodeReveal.objects.create(key=key, license=license, by="support", reason=RevealReason.PHONE)
    RefundMark.objects.create(
        purchase=order, by="support", reason="Asked by mail", at=now, withdrawn_at=now, withdrawn_by="support"
    )
    Tombstone.objects.create(digest=b"t" * 32, erased_at=now)
    exchange = asked_for(license, request=request, assignment=assignment)
    ExchangeNote.objects.create(exchange=exchange, author=NoteAuthor.CUSTOMER, text="A new computer")
    ExchangeMail.objects.create(exchange=exchange, message=message, step="question 1")
    claim = OwnerChange(
        kind=ChangeKind.ADDRESS,
        state=ChangeState.OPEN,
        new_address="ada@new.example",
        proved_at=now,
        request=request,
    )
    claim.claimed = sealed_claim(Claimed(old_address=EMAIL, order=ORDER), change_id=claim.pk)
    claim.save(force_insert=True)
    return Filed(
        customer, line, unplaced, license, key, assignment, case, request, message, mute, suppression, pause
    )


_file_everything = Again(file_everything)


@pytest.fixture
def filed(db: None) -> Filed:
    """One row or more of every model: `file_everything`."""
    return _file_everything()


@pytest.fixture
def addresses(filed: Filed) -> list[Address]:
    make_roles()
    asker = User.objects.create_user("asker", is_staff=True)
    Approval.objects.create(
        kind="exports",
        title="Export",
        method="POST",
        address="/console/",
        digest=b"d" * 32,
        reason="Moving",
        asked_by=asker,
        expires_at="2999-01-01T00:00Z",
    )
    return every_address()
