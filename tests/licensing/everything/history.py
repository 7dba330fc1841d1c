"""Some years of a vendor's life in a few rows: one of everything that an export has to carry."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from licensing.intake.placing import seal_codes
from licensing.keys.assign import assign, end
from licensing.keys.sealed import new_key_file
from licensing.models import (
    Case,
    CaseKind,
    CodeReveal,
    ColumnMap,
    Customer,
    CustomerNote,
    KeyOrder,
    License,
    Purchase,
    PurchaseDispute,
    PurchaseReference,
    PurchaseRefund,
    RefundMark,
)
from licensing.tombstones import bury
from recovery.journeys.exchange import move, undo_move
from recovery.models import ExchangeNote, NoteAuthor, OwnerChange, Wording
from tests import factories
from tests.recovery.exchanging import DAY, NOW, latest, owned, proved, seen, shop

LICENCE_FILE = bytes(range(256)) * 250  # 64,000 octets, each value among them
HOSTILE = [
    '=HYPERLINK("http://evil.example","x")',
    "+49 30 1234",
    "-1+1",
    "@SUM(A1)",
    "'quoted",
    "''twice",
    "\ttab",
    "\rreturn",
    "＝full width",
    "007",
    "1e5",
    'line\r\nend\nand "quotes", too',
    "_x000D_ is text",
    "  spaces around  ",
    "\x01\x1f control",
    "Ж é e\u0301 漢字 🗝 \u202e \ufeff \U0010ffff \uffff",
    "]]><&amp;",
]


def lived() -> None:
    """Puts it on file. Nothing else may be there."""
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"], exchange_cooldown_days=0)
    moves(owned(sold.windows, code="WIN-0001-ABCD-EFGH"), owned(sold.windows, code="WIN-0002-ABCD-EFGH"))
    catalogue()
    hostile_people()
    order_of_units()
    gift()
    unplaced_with_codes()
    shared_code()
    bury(["erased@example.com"], now=NOW)
    licence_file()
    upgrade_and_subscription()
    told_twice()
    waiting_for_a_generator()
    support_at_work()


def moves(one: License, other: License) -> None:
    move(proved(one), chosen=seen(one), platform="macos", now=NOW)
    move(proved(other), chosen=seen(other), platform="macos", now=NOW)
    undo_move(proved(other), exchange_id=latest(other).pk, now=NOW + DAY)
    ExchangeNote.objects.create(
        exchange=latest(other), author=NoteAuthor.SUPPORT, by="=me", text="Why?\n\tSo."
    )


def catalogue() -> None:
    edition = factories.edition(key_source_options={"z": [1, {"b": None, "a": "ü"}]}, code_form="crockford")
    factories.mapping(
        edition=edition, product_ref="=1+1", variant="(Mac)", valid_until=NOW, store=factories.store(name="a")
    )
    factories.mapping(
        edition=edition, product_ref="=1+1", variant="(Mac)", valid_from=NOW, store=factories.store(name="a")
    )
    ColumnMap.objects.create(store=factories.store(name="a"), title="Ours", columns={"email": "E-Mail"})


def hostile_people() -> None:
    for number, text in enumerate(HOSTILE):
        person = factories.customer(
            full_name=text, company=text, phone=text[:60], mailing_address=text * 2, language="de"
        )
        factories.address(of=person, email=f"former{number}@example.com", former_since=NOW)
    Customer.objects.filter(full_name=HOSTILE[0]).update(
        mailing_address="=long" * 20_000, newsletter_consent=False, newsletter_at=NOW
    )


def order_of_units() -> None:
    """Ten seats on one key, one paid back, and the order disputed and won."""
    owner = factories.customer()
    order = factories.purchase(
        buyer=owner, reference="0001", refunded_at=NOW, refunded_units=1, disputed_at=NOW, won_at=NOW + DAY
    )
    PurchaseReference.objects.create(purchase=order, kind="transaction", value="-txn_1")
    PurchaseRefund.objects.create(purchase=order, line="x", reference="re_1", units=1, at=NOW)
    PurchaseDispute.objects.create(purchase=order, reference="du_1", at=NOW, won_at=NOW + DAY)
    line, edition = factories.line(of=order, quantity=10), factories.edition()
    key = factories.key(edition=edition, seats=10, registered_name="=A Company")
    units = [factories.license(owner=owner, edition=edition, line=line, unit=n) for n in range(1, 11)]
    for unit in units:
        assign(license=unit, key=key, now=NOW)
    License.objects.filter(pk=units[9].pk).update(refunded_at=NOW)
    end(units[9].assignments.get(), at=NOW + DAY, reason="refunded")
    refunded = factories.license(owner=owner, edition=edition, line=factories.line(of=order))
    end(assign(license=refunded, key=factories.key(edition=edition), now=NOW), at=NOW, reason="refunded")


def gift() -> None:
    buyer, receiver = factories.customer(), factories.customer()
    line = factories.line(of=factories.purchase(buyer=buyer, newsletter_consent=True), receiver=receiver)
    factories.license(owner=receiver, line=line, revoked_at=NOW, revoked_reason="@asked")


def unplaced_with_codes() -> None:
    line = factories.line(of=factories.purchase(), placed_at=None, product_ref="unheard-of")
    line.sealed_code = seal_codes(str(line.pk), ["=CODE-1", "Ünï-2"])
    line.save()
    Case.objects.create(
        kind=CaseKind.KEY_OWNED,
        purchase=line.purchase,
        digest=bytes(range(32)),
        detail={"key": "x", "differs": ["address", "code"]},
    )


def shared_code() -> None:
    edition = factories.edition(key_source_options={"shared": True})
    key = factories.key(edition=edition, code="'ALL-OF-YOU-0001", seats=None)
    for _ in range(3):
        assign(license=factories.license(owner=factories.customer(), edition=edition), key=key, now=NOW)


def licence_file() -> None:
    edition = factories.edition()
    key = new_key_file(
        edition=edition, content=LICENCE_FILE, file_name="=licence.lic", content_type="application/x-licence"
    )
    key.save(force_insert=True)
    assign(license=factories.license(owner=factories.customer(), edition=edition), key=key, now=NOW)


def upgrade_and_subscription() -> None:
    old = factories.license(owner=factories.customer())
    factories.license(upgrade_of=old, expires_at=NOW + timedelta(days=30), subscription_ref="sub_1")
    # Made first and stored first, but named by an earlier one, too: rows may name later ones.
    newer = factories.license()
    License.objects.filter(pk=old.pk).update(upgrade_of=newer)


def told_twice() -> None:
    first = factories.purchase(store=factories.store(name="a"))
    second = factories.purchase(store=factories.store(name="b"), complete=False, test=False)
    Purchase.objects.filter(pk=first.pk).update(same_as=second, sold_digest=bytes(32))
    Purchase.objects.filter(pk=second.pk).update(own_facts={"paid_at": None})


def waiting_for_a_generator() -> None:
    edition = factories.edition(key_source="remote")
    KeyOrder.objects.create(
        license=factories.license(owner=factories.customer(), edition=edition),
        edition=edition,
        id=UUID("0190a0b1-0000-7000-8000-000000000000"),
        problem="it answered nothing",
    )


def support_at_work() -> None:
    """Notes, looks at codes, refunds on support's word, changes of owner and a mail's text, standing and ended."""
    owner, heir = factories.customer(), factories.customer()
    line = factories.line(of=factories.purchase(buyer=owner), quantity=3)
    given = factories.license(owner=heir, line=line)
    key = factories.key(edition=given.edition)
    end(assign(license=given, key=key, now=NOW), at=NOW + DAY, reason="leaked")
    CustomerNote.objects.create(customer=owner, by="=agent", text="@rang up\r\ntwice")
    CustomerNote.objects.create(
        customer=owner, by="agent", text="wrong", withdrawn_at=NOW, withdrawn_by="lead"
    )
    CodeReveal.objects.create(key=key, license=given, by="agent", reason="other", words="-asked by phone")
    RefundMark.objects.create(purchase=line.purchase, by="agent", reason="+paid back by cheque", at=NOW)
    RefundMark.objects.create(
        purchase=line.purchase,
        line=line,
        units=2,
        by="agent",
        reason="by mistake",
        at=NOW,
        withdrawn_at=NOW + DAY,
        withdrawn_by="lead",
    )
    OwnerChange.objects.create(
        kind="reassign",
        state="done",
        customer=owner,
        other=heir,
        license=given,
        chosen={"licenses": [str(given.pk)]},
        moved={"licenses": [[str(given.pk), str(owner.pk)]]},
        asked_by="agent",
        decided_by="lead",
        decided_at=NOW,
        reason="=sold on",
        effective_at=NOW,
        shortened_by="lead",
        shortened_reason="both asked",
        confirmed_by="lead",
        confirmed_reason="they called",
        done_at=NOW + DAY,
        frozen_at=NOW + DAY,
    )
    OwnerChange.objects.create(
        kind="address",
        state="stopped",
        customer=owner,
        purchase=line.purchase,
        new_address="new@example.com",
        proved_at=NOW,
        ended_at=NOW,
        ended_because="not_me",
    )
    Wording.objects.create(
        mail="keys", language="de", version=1, subject="Ihre Schlüssel", body="=Hallo\n{keys}", by="lead"
    )
