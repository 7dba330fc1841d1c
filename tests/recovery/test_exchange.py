"""The customer's side of a move: what it changes, and what it refuses."""

from datetime import timedelta

import pytest

from licensing.keys.assign import assign
from licensing.models import Case, KeyState, License, RegistrationKey
from recovery.errors import CannotUndo, ExchangeRefused, NoSuchLicense, NotRunning, Stale, TooManyQuestions
from recovery.journeys.exchange import answer, ask_support, cancel, move, preview, undo_move
from recovery.journeys.exchange_waiting import complete_waiting
from recovery.models import Exchange, ExchangeState, Message, MessageKind, RecoveryRequest
from tests import factories
from tests.recovery.exchanging import DAY, NOW, key_of, latest, owned, proved, seen, served_by, shop

pytestmark = pytest.mark.django_db


def moved(unit: License, *, to: str = "macos", request: RecoveryRequest | None = None) -> Exchange:
    return move(request or proved(unit), chosen=seen(unit), platform=to, now=NOW)[0]


def test_the_license_runs_the_other_edition_with_a_new_key() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    unit = owned(sold.windows)

    moved(unit)

    unit.refresh_from_db()
    assert (unit.edition, key_of(unit).edition, key_of(unit).state) == (sold.mac, sold.mac, KeyState.SERVING)


def test_the_old_key_ends_with_the_grace_period_and_is_linked() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_grace_days=7)
    unit = owned(sold.windows)
    old = served_by(unit)

    exchange = moved(unit)

    old.refresh_from_db()
    old.key.refresh_from_db()
    assert (old.ends_at, old.replaced_by, exchange.old_key_until) == (
        NOW + 7 * DAY,
        served_by(unit),
        NOW + 7 * DAY,
    )
    assert (old.key.state, old.key.retired_at) == (KeyState.RETIRED, NOW + 7 * DAY)


def test_one_mail_tells_of_all_that_moved_at_once() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"])
    one = owned(sold.windows)
    other = owned(sold.windows, owner=one.owner)

    done = move(proved(one), chosen=seen(one, other), platform="macos", now=NOW)

    message = Message.objects.get(kind=MessageKind.REPLACEMENT)
    assert {each.exchange for each in message.exchanges.all()} == set(done)


def test_the_policy_as_it_was_applied_is_recorded() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_cooldown_days=3)
    unit = owned(sold.windows)

    exchange = moved(unit)

    exchange.refresh_from_db()
    assert (exchange.policy["cooldown"], exchange.policy["verdict"]) == (3, "allowed")


def test_a_second_press_of_the_button_finds_what_the_first_did() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"])
    unit = owned(sold.windows)
    request, button = proved(unit), seen(unit)

    first, second = (move(request, chosen=button, platform="macos", now=NOW) for _ in range(2))

    assert first == second
    assert (Exchange.objects.count(), Message.objects.count()) == (1, 1)


def test_an_empty_pool_ends_nothing_and_tells_support() -> None:
    unit = owned(shop().windows)
    old = key_of(unit)

    exchange = moved(unit)

    old.refresh_from_db()
    assert (exchange.state, key_of(unit), old.state) == (ExchangeState.WAITING, old, KeyState.SERVING)
    assert Message.objects.get().about.startswith("waiting ")


def test_who_waits_is_served_once_when_keys_arrive() -> None:
    sold = shop()
    unit = owned(sold.windows)
    exchange = moved(unit)
    new = factories.key(edition=sold.mac)

    served = [complete_waiting(now=NOW + DAY) for _ in range(2)]

    exchange.refresh_from_db()
    assert (served, exchange.state, key_of(unit)) == ([1, 0], ExchangeState.DONE, new)
    assert Message.objects.filter(kind=MessageKind.REPLACEMENT).count() == 1


def test_of_two_who_wait_the_first_is_served() -> None:
    sold = shop()
    first, second = owned(sold.windows), owned(sold.windows)
    moved(first)
    moved(second)
    factories.key(edition=sold.mac)

    complete_waiting(now=NOW)

    assert [latest(each).state for each in (first, second)] == [ExchangeState.DONE, ExchangeState.WAITING]


def test_a_refund_while_it_waits_cancels_the_move_and_takes_no_key() -> None:
    sold = shop()
    unit = owned(sold.windows)
    moved(unit)
    refund(unit)
    new = factories.key(edition=sold.mac)

    complete_waiting(now=NOW)

    new.refresh_from_db()
    assert (latest(unit).state, new.state) == (ExchangeState.CANCELLED, KeyState.POOL)


def refund(unit: License) -> None:
    unit.line.purchase.refunded_at = NOW
    unit.line.purchase.save()


def test_refuses_to_move_what_was_refunded() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows, refunded_at=NOW)

    with pytest.raises(ExchangeRefused) as refused:
        moved(unit)

    assert refused.value.code == "refunded"


def test_refuses_a_third_move_within_the_year() -> None:
    sold = shop(exchange_cooldown_days=0)
    unit = owned(sold.windows)
    for to in (sold.mac, sold.windows, sold.mac):
        factories.key(edition=to)
    moved(unit)
    unit.refresh_from_db()
    moved(unit, to="windows")

    with pytest.raises(ExchangeRefused) as refused:
        moved(unit)

    assert (refused.value.code, refused.value.decision.allowed_from) == ("too_many", NOW + 365 * DAY)


def test_refuses_somebody_elses_license() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    mine, theirs = owned(sold.windows), owned(sold.windows)

    with pytest.raises(NoSuchLicense):
        move(proved(mine), chosen=seen(theirs), platform="macos", now=NOW)


@pytest.mark.parametrize("platform", ["linux", "windows", "any", "", "mac\0"])
def test_refuses_a_platform_that_the_product_does_not_exist_for(platform: str) -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)

    with pytest.raises(NoSuchLicense):
        moved(unit, to=platform)


def test_refuses_a_stale_page_after_an_undo() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH", "MAC-0002-ABCD-EFGH"])
    unit = owned(sold.windows)
    button = seen(unit)
    exchange = moved(unit)
    undo_move(proved(unit), exchange_id=exchange.pk, now=NOW)

    with pytest.raises(Stale):
        move(proved(unit), chosen=button, platform="macos", now=NOW + 60 * DAY)


def test_undo_brings_the_old_key_back_and_the_new_one_never_returns_to_the_pool() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    unit = owned(sold.windows)
    old = key_of(unit)
    exchange = moved(unit)
    new = key_of(unit)

    undo_move(proved(unit), exchange_id=exchange.pk, now=NOW + DAY)

    new.refresh_from_db()
    unit.refresh_from_db()
    assert (key_of(unit), unit.edition, new.state, new.retired_at) == (
        old,
        sold.windows,
        KeyState.RETIRED,
        NOW + DAY,
    )


def test_an_undone_move_still_counts() -> None:
    unit = owned(
        shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_cooldown_days=0, exchanges_per_period=1).windows
    )
    undo_move(proved(unit), exchange_id=moved(unit).pk, now=NOW)

    with pytest.raises(ExchangeRefused) as refused:
        moved(unit)

    assert refused.value.code == "too_many"


def test_a_second_undo_changes_nothing_and_mails_nothing() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    exchange = moved(unit)

    for _ in range(2):
        undo_move(proved(unit), exchange_id=exchange.pk, now=NOW)

    assert Message.objects.filter(kind=MessageKind.UNDONE).count() == 1


def test_refuses_to_undo_after_the_grace_period() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    exchange = moved(unit)

    with pytest.raises(CannotUndo):
        undo_move(proved(unit), exchange_id=exchange.pk, now=NOW + timedelta(days=14))


def test_a_move_may_still_be_undone_after_a_question_to_support_came_to_nothing() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    exchange = moved(unit)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="windows", text="Back, please", now=NOW)
    cancel(proved(unit), exchange_id=asked.pk, now=NOW)

    undone = undo_move(proved(unit), exchange_id=exchange.pk, now=NOW)

    assert (undone.state, key_of(unit).edition) == (ExchangeState.UNDONE, unit.edition)


def test_refuses_to_undo_after_a_refund() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    exchange = moved(unit)
    refund(unit)

    with pytest.raises(CannotUndo):
        undo_move(proved(unit), exchange_id=exchange.pk, now=NOW)


def test_one_unit_of_a_five_seat_key_moves_and_the_key_goes_on_serving_the_others() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    owner = factories.customer()
    line = factories.line(of=factories.purchase(buyer=owner), quantity=5)
    shared = factories.key(edition=sold.windows, seats=5)
    units = [factories.license(owner=owner, edition=sold.windows, line=line, unit=n) for n in range(1, 6)]
    for unit in units:
        assign(license=unit, key=shared, now=factories.ORDERED_AT)

    moved(units[2])

    shared.refresh_from_db()
    assert (shared.state, len({key_of(unit) for unit in units})) == (KeyState.SERVING, 2)


def test_the_page_shows_all_licenses_of_the_same_edition() -> None:
    sold = shop()
    one = owned(sold.windows)
    other = owned(sold.windows, owner=one.owner)
    owned(sold.mac, owner=one.owner)

    shown = preview(proved(one), license_id=other.pk, platform="macos", now=NOW)

    assert [unit.license for unit in shown.units] == [other, one]


def test_asking_support_puts_a_case_into_the_queue_and_the_text_beside_it() -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)

    exchange = ask_support(
        proved(unit), license_id=unit.pk, platform="macos", text="My PC died. 4111 1111 1111 1111", now=NOW
    )

    assert exchange.state == ExchangeState.ASKED
    assert Case.objects.get().detail == {"exchange": str(exchange.pk), "rule": "needs_approval"}
    assert "4111" not in exchange.notes.get().text


def test_a_customer_answers_what_support_asked() -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text="Please", now=NOW)

    answer(proved(unit), exchange_id=asked.pk, text="It is a MacBook", now=NOW)

    assert [note.text for note in asked.notes.all()] == ["Please", "It is a MacBook"]


def test_refuses_to_flood_support() -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    asked = ask_support(proved(unit), license_id=unit.pk, platform="macos", text="Please", now=NOW)

    for _ in range(9):
        answer(proved(unit), exchange_id=asked.pk, text="And?", now=NOW)

    with pytest.raises(TooManyQuestions):
        answer(proved(unit), exchange_id=asked.pk, text="And?", now=NOW)


def test_a_cancelled_move_is_not_done_when_keys_arrive() -> None:
    sold = shop()
    unit = owned(sold.windows)
    exchange = moved(unit)
    cancel(proved(unit), exchange_id=exchange.pk, now=NOW)
    factories.key(edition=sold.mac)

    complete_waiting(now=NOW)

    assert RegistrationKey.objects.get(edition=sold.mac).state == KeyState.POOL
    with pytest.raises(NotRunning):
        cancel(proved(unit), exchange_id=exchange.pk, now=NOW)
