"""What nobody signed and nobody confirmed changes nothing, and gives way to what is sure (threats.md, row 52)."""

from typing import Any

import pytest

from licensing.holdings import Standing
from licensing.intake.record import Party, Refund
from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import (
    Case,
    Customer,
    KeyAssignment,
    License,
    Purchase,
    PurchaseReference,
    RegistrationKey,
)
from licensing.setup.unmapped import unmapped
from tests import factories
from tests.licensing.intake.telling import NOW, known, line, news, order, shelf_of, standings, tell

pytestmark = pytest.mark.django_db

ANNA, THIEF = "anna@example.com", "thief@example.com"
FORGED = order(line("clipcutter", 5, "GUESS-GUESS"), email=THIEF, confirmed=False)
TRUE = order(line("clipcutter", 1, "AAAA-BBBB-CCCC"), email=ANNA)


def test_a_forged_order_gets_no_license_and_no_key() -> None:
    factories.key(edition=known())

    outcomes = tell(FORGED)
    serve_waiting(now=NOW)
    place_lines(factories.store(), now=NOW)

    assert outcomes == ["unconfirmed"]
    assert not License.objects.exists()
    assert not KeyAssignment.objects.exists()


def test_it_is_shown_to_its_owner_as_not_confirmed_whatever_it_says_of_payment() -> None:
    tell(order(confirmed=False), order(reference="2", confirmed=False, payment=news(refunded=True).payment))

    assert [each.standing for each in shelf_of(ANNA)] == [Standing.UNCONFIRMED] * 2


def test_it_waits_for_no_mapping() -> None:
    tell(FORGED)

    assert unmapped(factories.store()) == []


def test_its_code_is_kept_encrypted_and_is_no_key() -> None:
    known()
    tell(FORGED)

    kept = bytes(Purchase.objects.get().lines.get().sealed_code or b"")
    assert kept
    assert b"GUESS" not in kept
    assert not RegistrationKey.objects.exists()


def test_it_tells_nothing_about_a_customer_who_is_on_file() -> None:
    anna = factories.customer(email=ANNA, company="")

    tell(order(confirmed=False)._replace(buyer=Party(ANNA, name="Mallory", company="Evil", consent=True)))

    anna.refresh_from_db()
    assert (anna.full_name, anna.company, anna.newsletter_consent) == ("Anna Example", "", None)


def test_a_true_export_after_a_forged_ping_wins_wholly() -> None:
    known()
    tell(FORGED._replace(references=(("sale", "forged"),)))

    outcomes = tell(TRUE)

    assert outcomes == ["new"]
    assert standings(ANNA) == [Standing.ACTIVE]
    assert shelf_of(THIEF) == []
    assert not Case.objects.exists()
    assert not PurchaseReference.objects.exists()


@pytest.mark.parametrize("together", [True, False])
def test_a_forged_ping_after_the_true_export_changes_nothing(together: bool) -> None:
    known()
    outcomes = tell(TRUE, FORGED) if together else tell(TRUE) + tell(FORGED)

    assert outcomes == ["new", "unconfirmed"]
    assert (standings(ANNA), shelf_of(THIEF)) == ([Standing.ACTIVE], [])
    assert Purchase.objects.get().complete
    assert not Case.objects.exists()


@pytest.mark.parametrize("fact", [{"refunded": True}, {"disputed": True}, {"refunds": (Refund(1),)}], ids=str)
def test_a_forged_refund_takes_no_key(fact: dict[str, Any]) -> None:
    known()
    tell(TRUE)

    outcomes = tell(news(sure=False, **fact), TRUE._replace(confirmed=False, payment=news(**fact).payment))

    assert outcomes == ["unconfirmed", "unconfirmed"]
    assert standings(ANNA) == [Standing.ACTIVE]


def test_what_a_ping_only_repeats_is_unchanged() -> None:
    known()
    tell(TRUE, news(refunded=True))

    assert tell(TRUE._replace(confirmed=False), news(sure=False, refunded=True)) == ["unchanged", "unchanged"]


def test_a_second_ping_of_an_order_that_nobody_confirmed_changes_nothing_either() -> None:
    tell(order(confirmed=False))

    assert tell(FORGED, order(confirmed=False)) == ["unconfirmed", "unchanged"]
    assert Purchase.objects.get().buyer == Customer.objects.get(addresses__canonical=ANNA)


def test_a_forged_line_is_not_added_to_an_order_told_by_lines() -> None:
    known()
    tell(order(complete=False))

    outcomes = tell(order(line("discsaver"), complete=False, confirmed=False))

    assert outcomes == ["unconfirmed"]
    assert Purchase.objects.get().lines.count() == 1


def test_sure_news_wait_for_a_sure_order() -> None:
    tell(FORGED)
    early = tell(news(refunded=True))

    later = tell(TRUE, news(refunded=True))

    assert (early, later) == (["no_order"], ["unplaced", "refunded"])
    assert Purchase.objects.get().refunded_at is not None
