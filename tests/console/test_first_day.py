"""What somebody new at support reads on the customer's page and the pages behind it."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from licensing.console.holding import how_long
from licensing.models import Case, CaseKind, Customer
from recovery.models import Exchange, Message, MessageKind, Origin, RecoveryRequest
from tests import factories
from tests.console.conftest import ORDER, Filed
from tests.console.test_pages import page_address

pytestmark = pytest.mark.django_db


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]  # the test client's answer


def story(support: Client, customer: Customer) -> str:
    return words(support.get(page_address(customer)))


def deed(filed: Filed, name: str) -> str:
    return reverse("console:customer_deed", args=[filed.customer.pk, name])


def test_a_refund_shows_what_was_sold_and_says_that_no_mail_goes_out(support: Client, filed: Filed) -> None:
    page = words(support.get(deed(filed, "refund"), {"row": str(filed.line.purchase_id)}))

    assert str(filed.license.edition) in page
    assert filed.line.purchase.store.title in page
    assert f"••••-{filed.key.tail}" in page
    assert "No mail goes out" in page


def test_orders_stand_by_their_date_whenever_they_were_filed(support: Client) -> None:
    buyer, now = factories.customer(), timezone.now()
    for reference, days in (("A-new", 1), ("A-old", 900), ("A-middle", 30)):
        factories.purchase(buyer=buyer, reference=reference, ordered_at=now - timedelta(days=days))

    page = story(support, buyer)

    orders = page[page.index('id="orders"') : page.index('id="notes"')]
    assert orders.index("A-new") < orders.index("A-middle") < orders.index("A-old")


def test_what_was_paid_back_moves_nowhere(support: Client, filed: Filed) -> None:
    assert "Move or replace" in story(support, filed.customer)
    filed.line.purchase.refunded_at = timezone.now()
    filed.line.purchase.save()

    assert "Move or replace" not in story(support, filed.customer)


def test_a_mail_without_keys_is_told_as_what_it_is(support: Client, filed: Filed) -> None:
    Message.objects.filter(request=filed.request).update(kind=MessageKind.NOTICE)

    page = story(support, filed.customer)

    assert "Nothing was mailed" not in page
    assert "No mail with keys or a link was asked for." in page


def test_a_move_stands_once_under_what_needs_attention(support: Client, filed: Filed) -> None:
    move = Exchange.objects.get(license=filed.license)
    Case.objects.create(
        kind=CaseKind.EXCHANGE, customer=filed.customer, digest=b"1", detail={"exchange": str(move.pk)}
    )

    page = story(support, filed.customer)
    attention = page[page.index('id="attention"') : page.index('id="licenses"')]

    assert attention.count("/console/recovery/exchange/") == 1
    assert str(CaseKind.EXCHANGE.label) not in attention


def test_what_the_service_completed_is_told_in_plain_words(support: Client, filed: Filed) -> None:
    RecoveryRequest.objects.filter(pk=filed.request.pk).update(origin=Origin.SERVICE)

    page = story(support, filed.customer)

    assert "Keys asked for" not in page
    assert "nobody asked: something was completed" not in page


def test_a_correction_leads_back_to_the_customer(support: Client, filed: Filed) -> None:
    page = page_address(filed.customer)

    answer = support.post(page, {"full_name": "Ada King", "language": "en", "_save": "Save"})

    assert answer["Location"] == page


@pytest.mark.parametrize("name", ["mute", "revoke"])
def test_a_page_that_asks_for_a_reason_begins_there(name: str, support: Client, filed: Filed) -> None:
    row = filed.license.pk if name == "revoke" else filed.customer.addresses.get().pk

    assert "autofocus" in words(support.get(deed(filed, name), {"row": str(row)}))


def test_the_note_takes_no_focus_from_the_story(support: Client, filed: Filed) -> None:
    assert "autofocus" not in story(support, filed.customer)


def test_erasing_has_its_label_beside_the_box_and_a_way_back(support: Client, filed: Filed) -> None:
    page = words(support.get(reverse("console:customer_erase", args=[filed.customer.pk])))

    assert '<label class="tick" for="id_sure"><input type="checkbox"' in page
    assert 'class="button danger">Erase this person' in page
    assert "Back, change nothing" in page


def test_the_demo_does_not_say_that_a_password_opens_nothing(support: Client, settings: LazySettings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False

    page = words(support.get("/console/you/"))

    assert "opens nothing here" not in page
    assert "Your password alone opens this demo" in page


def test_the_page_of_accounts_says_what_each_role_may(support: Client) -> None:
    page = words(support.get("/console/people/"))

    assert "<dt>auditor</dt><dd>Looks at everything" in page


def test_less_than_a_minute_is_not_told_as_none() -> None:
    assert how_long(timezone.now() - timedelta(seconds=20)) == "less than a minute"
    assert how_long(timezone.now() - timedelta(minutes=3, seconds=5)).endswith("minutes")


def test_a_block_can_be_lifted_where_it_is_read_first(support: Client, filed: Filed) -> None:
    page = story(support, filed.customer)

    answers = page[page.index('class="answers"') : page.index("Which key do they have?")]
    assert "lift-mute" in answers
    assert "lift-suppression" in answers
    assert ORDER not in answers
