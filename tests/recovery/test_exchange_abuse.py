"""What one license, or one customer who presses again and again, must not do to others."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.keys.signing import new_signing_key
from licensing.models import Edition, KeyOrder, License, OrderState, SigningKey, SigningPurpose
from recovery.errors import NoSuchLicense, TooManyMoves
from recovery.journeys.exchange import MOST_CANCELLED, MOST_UNITS, ask_support, batch_of, cancel, move
from recovery.journeys.exchange_support import replace_leaked
from recovery.journeys.exchange_waiting import complete_waiting
from recovery.models import Exchange, ExchangeState, Message, MessageKind
from tests import factories
from tests.recovery.exchanging import DAY, NOW, key_of, latest, owned, proved, seen, shop

pytestmark = pytest.mark.django_db


def moved(unit: License) -> Exchange:
    return move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)[0]


def test_who_asks_and_cancels_again_and_again_tells_support_once() -> None:
    unit = owned(shop().windows)

    for _ in range(3):
        cancel(proved(unit), exchange_id=moved(unit).pk, now=NOW)

    assert Message.objects.count() == 1


def test_a_license_whose_moves_were_cancelled_often_rests_for_a_day() -> None:
    sold = shop()
    unit, other = owned(sold.windows), owned(sold.windows)
    for _ in range(MOST_CANCELLED):
        cancel(proved(unit), exchange_id=moved(unit).pk, now=NOW)

    with pytest.raises(TooManyMoves):
        moved(unit)

    assert moved(other).is_running
    assert move(proved(unit), chosen=seen(unit), platform="macos", now=NOW + DAY)[0].is_running


def test_a_code_for_all_buyers_that_leaked_and_was_replaced_is_given_to_nobody_new() -> None:
    sold = shop()
    leaked = factories.key(edition=sold.mac, seats=None)
    unit, other = owned(sold.windows), owned(sold.windows)
    moved(unit)
    fresh = factories.key(edition=sold.mac, seats=None)
    replace_leaked(unit.pk, by="support", reason="Seen in a forum", now=NOW)
    moved(other)

    assert key_of(unit) == key_of(other) == fresh != leaked


def test_what_a_customer_writes_steers_no_terminal() -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)

    asked = ask_support(
        proved(unit), license_id=unit.pk, platform="macos", text="\x1b]0;x\x07Hi\r\n\x9b2JBye\0\x7f", now=NOW
    )

    assert asked.notes.get().text == "]0;xHi\n2JBye"


def test_what_one_owner_asked_for_is_not_done_to_the_next_ones_license() -> None:
    sold = shop()
    unit = owned(sold.windows)
    moved(unit)
    License.objects.filter(pk=unit.pk).update(owner=factories.customer())
    factories.key(edition=sold.mac)

    assert complete_waiting(now=NOW) == 0
    assert latest(unit).state == ExchangeState.CANCELLED


def test_who_gave_up_the_mailbox_that_asked_gets_the_key_at_the_new_one() -> None:
    sold = shop()
    unit = owned(sold.windows)
    moved(unit)
    assert unit.owner is not None
    unit.owner.addresses.update(former_since=NOW)
    factories.address(of=unit.owner, email="new@example.com")
    factories.key(edition=sold.mac)

    assert complete_waiting(now=NOW) == 1
    told = Message.objects.get(kind=MessageKind.REPLACEMENT).request
    assert told is not None
    assert told.address == "new@example.com"


def test_what_one_owner_wrote_is_not_shown_to_the_next() -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text="I am ill", now=NOW)
    License.objects.filter(pk=unit.pk).update(owner=factories.customer())
    unit.refresh_from_db()

    with pytest.raises(NoSuchLicense):
        batch_of(proved(unit), exchange_id=asked.pk)


def test_support_is_told_anew_once_the_pool_was_filled_since() -> None:
    sold = shop()
    unit = owned(sold.windows)
    cancel(proved(unit), exchange_id=moved(unit).pk, now=NOW)
    Edition.objects.filter(pk=sold.mac.pk).update(stocked_at=timezone.now())

    moved(unit)

    assert Message.objects.count() == 2


def test_more_units_than_a_page_shows_are_refused_before_any_is_locked() -> None:
    unit = owned(shop().windows)
    many = {uuid4(): uuid4() for _ in range(MOST_UNITS + 1)}

    with CaptureQueriesContext(connection) as asked, pytest.raises(NoSuchLicense):
        move(proved(unit), chosen=many, platform="macos", now=NOW)

    assert not [each for each in asked.captured_queries if "licensing_license" in each["sql"]]


def test_a_move_that_cannot_be_completed_holds_up_no_other() -> None:
    sold, other = shop(), shop()
    Edition.objects.filter(pk=sold.mac.pk).update(key_source="remote")
    stuck, waits = owned(sold.windows), owned(other.windows)
    for unit in (stuck, waits):
        moved(unit)
    taken = key_of(owned(sold.mac))  # what the generator made serves somebody else meanwhile
    KeyOrder.objects.update(state=OrderState.ANSWERED, key=taken)
    factories.key(edition=other.mac)

    assert complete_waiting(now=NOW) == 1

    assert [latest(each).state for each in (stuck, waits)] == [ExchangeState.WAITING, ExchangeState.DONE]


def test_a_signing_key_that_does_not_open_lets_the_license_wait() -> None:
    sold = shop()
    Edition.objects.filter(pk=sold.mac.pk).update(key_source="signed", code_form="armoured")
    new_signing_key(SigningPurpose.LICENSES)
    SigningKey.objects.update(sealed=b"damaged")
    unit = owned(sold.windows)

    assert moved(unit).state == ExchangeState.WAITING
