"""After a person was erased no column tells of them (threats.md, row 33), and the vendor's books are as they were."""

from __future__ import annotations

import pytest
from django.utils import timezone

from licensing.audit.sealing import opened
from licensing.keys.assign import assign
from licensing.keys.sealed import content_of
from licensing.models import (
    AuditEntry,
    Case,
    Customer,
    EmailAddress,
    EventState,
    HookEvent,
    KeyAssignment,
    License,
    Purchase,
    PurchaseReference,
    RegistrationKey,
    StoredKey,
    Tombstone,
)
from recovery.models import Exchange, ExchangeState, Message, Mute, RecoveryRequest, Suppression
from tests import factories
from tests.recovery.privacy.ground import CANARY, NAME, NETWORK, PHONE, dump, erased, left_of, somebody

pytestmark = pytest.mark.django_db


def test_the_dump_shows_somebody_who_was_not_erased() -> None:
    """What the next test looks with: it finds each kind of place."""
    somebody()
    found = left_of(CANARY, PHONE)
    assert {
        "licensing_customer.full_name",
        "licensing_emailaddress.canonical",
        "licensing_purchaseline.registered_name",
        "licensing_registrationkey.registered_name",
        "licensing_purchasereference.value",
        "licensing_case.detail",
        "licensing_keyask.reason",
        "licensing_importrun.samples",
        "licensing_keyorder.problem",
        "licensing_license.revoked_reason",
        "recovery_recoveryrequest.address",
        "recovery_exchangenote.text",
        "recovery_exchange.reason",
        "recovery_message.reply",
        "recovery_mailattempt.reply",
        "recovery_suppression.reply",
        "licensing_customernote.text",
        "licensing_codereveal.words",
        "licensing_refundmark.reason",
        "staff_approval.reason",
        "staff_approval.fields",
        "recovery_ownerchange.new_address",
        "recovery_ownerchange.reason",
        "recovery_ownerchange.chosen",
        "django_admin_log.object_repr",
        "django_admin_log.change_message",
    } <= set(found)


def test_nothing_in_the_whole_database_tells_of_them() -> None:
    ada = somebody()
    erased(ada)
    assert left_of(CANARY, PHONE, "Lovelace") == []
    assert [where for where, text in dump() if NETWORK.decode() in text] == []


def test_the_vendors_books_stay() -> None:
    ada = somebody()
    facts = ("reference", "ordered_at", "paid_at", "store_id", "confirmed_at")
    before = list(Purchase.objects.values(*facts)), KeyAssignment.objects.count()
    erased(ada)
    assert (list(Purchase.objects.values(*facts)), KeyAssignment.objects.count()) == before
    order = Purchase.objects.get()
    assert order.buyer is None
    assert order.erased_at
    assert License.objects.get().owner is None
    assert RegistrationKey.objects.get().registered_name == ""
    assert PurchaseReference.objects.get().value == "txn_1"


def test_they_are_no_customer_any_more_and_their_addresses_are_only_known_by_a_mark() -> None:
    ada = somebody()
    erased(ada)
    assert not EmailAddress.objects.filter(customer=ada.pk).exists()
    assert not Customer.objects.filter(pk=ada.pk).exists()
    assert Tombstone.objects.count() == 2


def test_their_requests_and_mails_go_and_none_is_sent() -> None:
    ada = somebody()
    erased(ada)
    assert not RecoveryRequest.objects.exists()
    assert not Message.objects.exists()


def test_their_running_moves_end_and_their_cases_close() -> None:
    ada = somebody()
    erased(ada)
    assert Exchange.objects.get().state == ExchangeState.CANCELLED
    assert not Case.objects.filter(closed_at=None).exists()
    assert not Case.objects.filter(customer__isnull=False).exists()


def test_what_shops_sent_of_them_is_dropped_and_waits_for_nobody() -> None:
    ada = somebody()
    erased(ada)
    assert not HookEvent.objects.filter(payload__isnull=False).exists()
    assert not HookEvent.objects.filter(state=EventState.UNCONFIRMED).exists()


def test_mail_that_they_stopped_stays_stopped() -> None:
    ada = somebody()
    erased(ada)
    assert Mute.objects.get().lifted_at is None
    assert Suppression.objects.get().reply == ""


def test_what_the_audit_trail_says_of_them_cannot_be_read_any_more() -> None:
    ada = somebody()
    entry = AuditEntry.objects.get(action="note.written")
    assert opened(entry)
    erased(ada)
    assert opened(entry) is None
    assert not StoredKey.objects.filter(name=f"customer:{ada.pk}").exists()


def test_the_audit_trail_says_that_somebody_was_erased_but_not_who() -> None:
    ada = somebody()
    erased(ada, by="grace")
    entry = AuditEntry.objects.get(action="customer.erased")
    assert (entry.by, entry.customer, entry.row) == ("grace", None, "")
    said = opened(entry)
    assert said
    assert said["reason"] == "themselves"
    assert said["details"] == {"orders": 1, "licenses": 1, "addresses": 2}


def test_erasing_twice_is_harmless() -> None:
    ada = somebody()
    assert erased(ada)
    assert not erased(ada)
    assert AuditEntry.objects.filter(action="customer.erased").count() == 1


def test_a_code_made_of_the_name_is_overwritten_but_one_that_says_nothing_stays() -> None:
    ada = factories.owner_of(codes=["AAAA-BBBB-CCCC", f"{NAME} 1234-5678"])
    Customer.objects.filter(pk=ada.pk).update(full_name=NAME)
    erased(ada)
    codes = {content_of(key).decode() for key in RegistrationKey.objects.all()}
    assert "AAAA-BBBB-CCCC" in codes
    assert not [code for code in codes if "canary" in code.lower()]


def test_a_key_that_serves_somebody_else_keeps_the_name_that_they_need() -> None:
    ada, bob = factories.customer(full_name=NAME), factories.customer()
    edition = factories.edition()
    key = factories.key(edition=edition, seats=2, registered_name=NAME)
    for owner in (ada, bob):
        assign(license=factories.license(owner=owner, edition=edition), key=key, now=timezone.now())
    erased(ada)
    key.refresh_from_db()
    assert key.registered_name == NAME
