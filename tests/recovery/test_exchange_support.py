"""What support decides about moves, and what is recorded of it."""

from typing import Any

import pytest

from licensing.keys.assign import assign
from licensing.models import Case, KeyState
from recovery.errors import ExchangeRefused, NotRunning, OutOfStock, ReasonNeeded
from recovery.journeys.exchange import ask_support, move
from recovery.journeys.exchange_support import (
    approve,
    ask_back,
    cancel_for,
    decline,
    move_for,
    replace_leaked,
    undo_for,
)
from recovery.models import Exchange, ExchangeState, Message, MessageKind, Origin
from tests import factories
from tests.recovery.exchanging import DAY, NOW, key_of, owned, proved, seen, served_by, shop

pytestmark = pytest.mark.django_db

BY = "support"


def asked(*, codes: int = 1, **facts: Any) -> Exchange:
    sold = shop(mac_codes=[f"MAC-{n:04}-ABCD-EFGH" for n in range(codes)], exchange_needs_approval=True)
    unit = owned(sold.windows, **facts)
    return ask_support(proved(unit), license_id=unit.pk, platform="macos", text="Please", now=NOW)


def kinds() -> list[str]:
    mails = Message.objects.exclude(kind=MessageKind.ALERT)
    return list(mails.order_by("id").values_list("kind", flat=True))


def test_an_approved_move_is_done_mailed_and_out_of_the_queue() -> None:
    exchange = asked()

    approve(exchange.pk, by=BY, reason="A new computer", now=NOW + DAY)

    exchange.refresh_from_db()
    assert (exchange.state, exchange.by, exchange.reason) == (ExchangeState.DONE, BY, "A new computer")
    assert kinds() == [MessageKind.REPLACEMENT]
    assert Case.objects.get().closed_at == NOW + DAY


def test_an_approved_move_waits_for_a_key() -> None:
    exchange = approve(asked(codes=0).pk, by=BY, reason="", now=NOW)

    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.WAITING


def test_approving_what_was_refunded_meanwhile_ends_it() -> None:
    exchange = asked()
    order = exchange.license.line.purchase
    order.refunded_at = NOW
    order.save()

    approve(exchange.pk, by=BY, reason="", now=NOW)

    exchange.refresh_from_db()
    assert (exchange.state, exchange.by, kinds()) == (ExchangeState.CANCELLED, BY, [])


def test_a_declined_move_says_why_and_leaves_the_key() -> None:
    exchange = asked()
    old = key_of(exchange.license)

    decline(exchange.pk, by=BY, reason="It was sold for one platform only.", now=NOW)

    exchange.refresh_from_db()
    assert (exchange.state, key_of(exchange.license), kinds()) == (
        ExchangeState.DECLINED,
        old,
        [MessageKind.DECLINED],
    )
    assert exchange.notes.latest("id").text == "It was sold for one platform only."


def test_refuses_to_decline_without_a_reason() -> None:
    with pytest.raises(ReasonNeeded):
        decline(asked().pk, by=BY, reason=" ", now=NOW)


@pytest.mark.parametrize("second", ["approve", "decline"])
def test_refuses_to_decide_twice(second: str) -> None:
    exchange = asked()
    decline(exchange.pk, by=BY, reason="No", now=NOW)

    with pytest.raises(NotRunning):
        {"approve": approve, "decline": decline}[second](exchange.pk, by=BY, reason="Yes", now=NOW)


def test_each_question_of_support_is_a_mail() -> None:
    exchange = asked()

    for text in ("Which Mac is it?", "And which macOS?"):
        ask_back(exchange.pk, by=BY, text=text)

    assert kinds() == [MessageKind.QUESTION, MessageKind.QUESTION]


def test_moving_beyond_the_policy_needs_a_reason_and_records_it() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"], exchange_allowed=False)
    unit = owned(sold.windows)

    with pytest.raises(ReasonNeeded):
        move_for(unit.pk, platform="macos", by=BY, reason="", now=NOW)
    exchange = move_for(unit.pk, platform="macos", by=BY, reason="Promised at a fair", now=NOW)

    assert (exchange.state, exchange.reason, exchange.policy["rule"]) == (
        ExchangeState.DONE,
        "Promised at a fair",
        "not_offered",
    )


def test_a_move_by_support_is_mailed_to_the_owners_address_without_a_request_of_theirs() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)

    move_for(unit.pk, platform="macos", by=BY, reason="", now=NOW)

    request = Message.objects.get().request
    assert request is not None
    assert unit.owner is not None
    assert (request.origin, request.address) == (Origin.SERVICE, unit.owner.addresses.get().canonical)


def test_nobody_moves_what_was_refunded() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows, refunded_at=NOW)

    with pytest.raises(ExchangeRefused):
        move_for(unit.pk, platform="macos", by=BY, reason="Be kind", now=NOW)


def test_a_leaked_code_ends_at_once_and_another_takes_its_place() -> None:
    sold = shop()
    unit = owned(sold.windows)
    leaked, new = served_by(unit), factories.key(edition=sold.windows)

    replace_leaked(unit.pk, by=BY, reason="Seen in a forum", now=NOW)

    leaked.refresh_from_db()
    leaked.key.refresh_from_db()
    assert (key_of(unit), leaked.ends_at, leaked.key.retired_at) == (new, NOW, NOW)


def test_a_leaked_code_stays_where_there_is_no_other() -> None:
    unit = owned(shop().windows)
    leaked = key_of(unit)

    with pytest.raises(OutOfStock):
        replace_leaked(unit.pk, by=BY, reason="Seen in a forum", now=NOW)

    assert (key_of(unit), Exchange.objects.count()) == (leaked, 0)


def test_a_replaced_code_does_not_count_as_a_move_and_cannot_be_undone() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    unit = owned(sold.windows)
    factories.key(edition=sold.windows)
    replace_leaked(unit.pk, by=BY, reason="Seen in a forum", now=NOW)

    done = move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)

    assert done[0].state == ExchangeState.DONE


def test_a_leaked_code_for_all_buyers_is_not_given_again() -> None:
    sold = shop()
    shared = factories.key(edition=sold.windows, seats=None)
    unit = owned(sold.windows)
    shared_unit = factories.license(owner=unit.owner, edition=sold.windows, line=unit.line, unit=2)
    assign(license=shared_unit, key=shared, now=factories.ORDERED_AT)
    new = factories.key(edition=sold.windows)

    replace_leaked(shared_unit.pk, by=BY, reason="Seen in a forum", now=NOW)

    shared.refresh_from_db()
    assert (key_of(shared_unit), shared.state) == (new, KeyState.SERVING)


def test_support_undoes_and_cancels() -> None:
    sold = shop(mac_codes=["MAC-0001-ABCD-EFGH"])
    done, waits = owned(sold.windows), owned(sold.windows)
    exchange = move_for(done.pk, platform="macos", by=BY, reason="", now=NOW)
    waiting = move_for(waits.pk, platform="macos", by=BY, reason="", now=NOW)

    undo_for(exchange.pk, by=BY, now=NOW)
    cancel_for(waiting.pk, by=BY, now=NOW)

    states = [Exchange.objects.get(pk=each.pk).state for each in (exchange, waiting)]
    assert states == [ExchangeState.UNDONE, ExchangeState.CANCELLED]


def test_who_undid_a_move_does_not_replace_who_made_it() -> None:
    unit = owned(shop(mac_codes=["MAC-0001-ABCD-EFGH"]).windows)
    (exchange,) = move(proved(unit), chosen=seen(unit), platform="macos", now=NOW)

    undo_for(exchange.pk, by=BY, now=NOW)

    exchange.refresh_from_db()
    assert (exchange.by, exchange.undone_by) == ("", BY)
