"""A subscription has one set of licenses, which its good purchases pay for, in whatever order they come."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensing.intake.record import PurchaseRecord, Refund, Told
from licensing.intake.unplaced import place_lines
from licensing.keys.sealed import content_of
from licensing.keys.waiting import serve_waiting
from licensing.models import Case, KeyAssignment, License, Purchase, PurchaseLine, RegistrationKey
from tests import factories
from tests.licensing.intake.disorder import EVERY, disorders
from tests.licensing.intake.telling import (
    NOW,
    ORDERED_AT,
    PAID,
    known,
    late,
    line,
    news,
    order,
    shelf_of,
    standings,
    tell,
    tell_each,
)

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)
ENDS = [NOW + number * YEAR for number in range(1, 5)]


def period(
    number: int, until: datetime | None, *codes: str, quantity: int = 1, **fields: Any
) -> PurchaseRecord:
    """The purchase of that number, which begins or renews the subscription."""
    sold = line("clipcutter", quantity, *codes, subscription="sub_1", paid_until=until)
    at = ORDERED_AT + number * YEAR
    said = {"reference": f"{number}", "ordered_at": at, "payment": PAID._replace(paid_at=at), **fields}
    return order(sold, **said)


FIRST, SECOND, THIRD = (period(number, ENDS[number]) for number in range(3))


def ends() -> list[datetime | None]:
    return list(License.objects.order_by("unit").values_list("expires_at", flat=True))


def codes() -> list[str]:
    return [each.code for each in shelf_of("anna@example.com")]


def test_a_renewal_extends_and_gives_no_second_license() -> None:
    known()

    outcomes = tell_each(FIRST, SECOND)

    assert outcomes == ["new", "new"]
    assert ends() == [ENDS[1]]
    assert License.objects.get().line.purchase.reference == "0"


def test_the_key_stays_the_same() -> None:
    edition = known()
    for _ in range(2):
        factories.key(edition=edition)
    tell(FIRST)
    serve_waiting(now=NOW)
    before = codes()

    tell(SECOND)
    serve_waiting(now=NOW)

    assert codes() == before
    assert KeyAssignment.objects.count() == 1


def test_a_subscription_paid_for_ever_never_ends() -> None:
    known()

    tell_each(period(0, None), SECOND)

    assert ends() == [None]


@pytest.mark.parametrize("fact", [{"refunded": True}, {"disputed": True}], ids=str)
def test_what_is_paid_back_takes_its_period_with_it(fact: dict[str, Any]) -> None:
    known()
    tell_each(FIRST, SECOND)

    tell(news("1", **fact))

    assert (ends(), standings()) == ([ENDS[0]], ["waiting"])


def test_a_first_purchase_that_is_paid_back_leaves_what_the_second_paid_for() -> None:
    known()
    tell_each(period(0, ENDS[0], "AAAA-1111"), SECOND)

    tell(news("0", refunded=True))

    assert License.objects.get().line.purchase.reference == "1"
    assert (ends(), codes(), standings()) == ([ENDS[1]], ["AAAA-1111"], ["active"])


def test_if_all_is_paid_back_the_license_is() -> None:
    known()

    tell_each(FIRST, SECOND, news("0", refunded=True), news("1", refunded=True))

    assert standings() == ["refunded"]


def test_a_dispute_that_is_won_gives_its_period_back() -> None:
    known()

    tell_each(FIRST, SECOND, news("1", disputed=True), news("1", won=True))

    assert ends() == [ENDS[1]]


UNSURE: dict[str, dict[str, Any]] = {
    "unconfirmed": {"confirmed": False},
    "test": {"test": True},
    "unpaid": {"payment": PAID._replace(paid=False)},
}


@pytest.mark.parametrize("kind", UNSURE)
def test_no_period_is_given_for_what_is_not_paid_for_sure(kind: str) -> None:
    known()

    tell_each(FIRST, period(1, ENDS[1], **UNSURE[kind]))

    assert ends() == [ENDS[0]]


def test_a_code_comes_with_the_first_purchase_even_if_that_comes_last() -> None:
    known()

    tell_each(SECOND, period(0, ENDS[0], "AAAA-1111"))

    assert codes() == ["AAAA-1111"]
    assert License.objects.get().line.purchase.reference == "0"


def test_a_code_that_each_purchase_brings_again_is_one_key() -> None:
    known()

    outcomes = tell_each(*(period(number, ENDS[number], "AAAA-1111") for number in (1, 0, 2)))

    assert outcomes == ["new"] * 3
    assert RegistrationKey.objects.count() == 1
    assert not Case.objects.exists()


def test_purchases_told_again_are_unchanged() -> None:
    known()
    told = [period(number, ENDS[number], "AAAA-1111") for number in (1, 0)]
    tell_each(*told, news("1", refunded=True))
    before = list(License.objects.values())

    assert tell_each(*told, *told) == ["unchanged"] * 4
    assert list(License.objects.values()) == before


def test_lines_that_are_placed_later_end_alike() -> None:
    tell_each(period(0, ENDS[0], "AAAA-1111"), SECOND, news("1", refunded=True))
    known()

    place_lines(factories.store(), now=NOW)

    assert (ends(), codes()) == ([ENDS[0]], ["AAAA-1111"])


def test_more_units_than_before_are_more_licenses_for_as_long_as_they_are_paid() -> None:
    known()

    tell_each(FIRST, period(1, ENDS[1], quantity=3))
    more = ends()
    tell(news("1", refunds=(Refund(1),)))

    assert more == [ENDS[1]] * 3
    assert standings() == ["waiting", "waiting", "refunded"]


def test_fewer_units_are_renewed_than_were_begun() -> None:
    known()

    tell_each(period(0, ENDS[0], quantity=2), SECOND)

    assert ends() == [ENDS[1], ENDS[0]]


def test_another_edition_in_the_same_subscription_is_sold_anew() -> None:
    known()
    pro = known("clipcutter-pro")
    plan = order(
        line("clipcutter-pro", subscription="sub_1", paid_until=ENDS[1]),
        reference="1",
        ordered_at=ORDERED_AT + YEAR,
    )

    tell_each(FIRST, plan)

    assert License.objects.get(edition=pro).expires_at == ENDS[1]
    assert License.objects.exclude(edition=pro).get().expires_at == ENDS[0]


def test_another_price_of_the_same_edition_renews_it() -> None:
    edition = known()
    factories.mapping(edition=edition, product_ref="clipcutter", variant="dearer")
    dearer = SECOND._replace(lines=(SECOND.lines[0]._replace(variant="dearer"),))

    tell_each(FIRST, dearer)

    assert ends() == [ENDS[1]]


def test_what_somebody_else_buys_under_the_same_number_is_their_own() -> None:
    known()
    tell(period(0, ENDS[0], "AAAA-1111"))

    tell(period(1, ENDS[1], email="thief@example.com"))

    assert codes() == ["AAAA-1111"]
    assert [each.code for each in shelf_of("thief@example.com")] == [""]


def test_two_shops_may_have_a_subscription_of_the_same_number() -> None:
    known()
    other = factories.store(name="another")
    factories.mapping(edition=factories.edition(), product_ref="clipcutter", store=other)

    tell(FIRST)
    tell(SECOND, store=other)

    assert License.objects.count() == 2


def test_a_late_code_finds_its_subscription_and_says_how_long_it_is_paid() -> None:
    known()
    tell_each(FIRST, SECOND)

    outcomes = tell_each(
        late("AAAA-1111", reference="1", expires_at=ENDS[3]), late("AAAA-1111", reference="1")
    )

    assert outcomes == ["updated", "unchanged"]
    assert (ends(), codes()) == ([ENDS[3]], ["AAAA-1111"])


def test_a_line_that_is_paid_until_a_day_and_renews_nothing_ends_then() -> None:
    known()

    tell(order(line(paid_until=ENDS[0])))

    assert ends() == [ENDS[0]]


def exported(told: PurchaseRecord) -> PurchaseRecord:
    """The same order as a file tells it that knows of no subscriptions."""
    return told._replace(lines=tuple(each._replace(subscription="", paid_until=None) for each in told.lines))


def test_what_an_export_did_not_know_is_learned_from_the_notification() -> None:
    known()

    outcomes = tell_each(exported(FIRST), FIRST, SECOND, exported(FIRST))

    assert outcomes == ["new", "updated", "new", "unchanged"]
    assert ends() == [ENDS[1]]


def test_a_renewal_that_was_exported_as_a_purchase_of_its_own_lasts_as_long() -> None:
    known()

    tell_each(exported(FIRST), exported(SECOND), FIRST, SECOND)

    assert ends() == [ENDS[1], ENDS[1]]
    assert set(License.objects.values_list("line__purchase__reference", flat=True)) == {"0"}


def test_nothing_is_learned_of_a_line_from_who_contradicts() -> None:
    known()
    tell(exported(FIRST))

    tell(FIRST._replace(buyer=FIRST.buyer._replace(email="thief@example.com")))

    assert PurchaseLine.objects.get().subscription_ref == ""


STORIES: dict[str, tuple[Told, ...]] = {
    "three periods": (FIRST, SECOND, THIRD),
    "the first back": (period(0, ENDS[0], "AAAA-1111"), SECOND, news("0", refunded=True)),
    "the second back": (
        FIRST,
        period(1, ENDS[1], "AAAA-1111"),
        news("1", disputed=True),
        news("1", won=True),
    ),
    "all back": (FIRST, SECOND, news("0", refunded=True), news("1", refunded=True)),
    "growing": (FIRST, period(1, ENDS[1], quantity=3), news("1", refunds=(Refund(1, reference="a"),))),
    "for ever": (period(0, None), SECOND, news("0", refunded=True)),
}


def state() -> object:
    """Where each license hangs, its number, how long it lasts, and its code."""
    found = []
    for each in License.objects.order_by("unit").select_related("line__purchase"):
        keys = [content_of(assignment.key) for assignment in each.assignments.all()]
        paid_back = each.refunded_at is not None
        found.append(
            (each.line.purchase.reference, each.unit, each.expires_at, paid_back, each.owner_id, keys)
        )
    return found


def begin_again() -> None:
    for model in (KeyAssignment, License, PurchaseLine, Purchase, RegistrationKey):
        model._default_manager.all().delete()


@EVERY
@pytest.mark.parametrize("story", STORIES)
def test_every_permutation_ends_alike(story: str, every: bool) -> None:
    known()
    told, results = STORIES[story], []
    for disorder in disorders(told, every=every):
        tell_each(*disorder, *disorder)
        results.append(state())
        begin_again()
        tell(*disorder)
        results.append(state())
        begin_again()

    assert all(result == results[0] for result in results)
    assert results[0]


FATES = st.sampled_from(["", "refunded", "disputed", "unit"])
PURCHASES = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.one_of(st.none(), st.sampled_from(ENDS)),
        st.sampled_from(["", "refunded", "disputed", "unit"]),
    ),
    min_size=1,
    max_size=4,
)


def examples(count: int) -> settings:
    return settings(
        max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@given(purchases=PURCHASES, data=st.data())
@examples(6)
def test_any_purchases_in_any_order_end_alike(
    purchases: list[tuple[int, datetime | None, str]], data: st.DataObject
) -> None:
    assert_end_alike(purchases, data)


@pytest.mark.long
@given(purchases=PURCHASES, data=st.data())
@examples(100)
def test_any_purchases_in_any_order_end_alike_for_long(
    purchases: list[tuple[int, datetime | None, str]], data: st.DataObject
) -> None:
    assert_end_alike(purchases, data)


def assert_end_alike(purchases: list[tuple[int, datetime | None, str]], data: st.DataObject) -> None:
    begin_again()
    if not factories.store().mappings.exists():
        known()
    told: list[Told] = []
    for number, (quantity, until, fate) in enumerate(purchases):
        told.append(period(number, until, quantity=quantity))
        if fate == "unit":
            told.append(news(str(number), refunds=(Refund(1, reference="r"),)))
        elif fate:
            facts: dict[str, Any] = {fate: True}
            told.append(news(str(number), **facts))
    tell_each(*told)
    in_turn = state()
    begin_again()

    disorder = data.draw(st.permutations(told))
    tell_each(*disorder, *disorder)

    assert state() == in_turn
