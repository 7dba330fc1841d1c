"""One order that the processor and the cart both tell: noticed, never assumed, joined and parted by a person."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from licensing.intake.joining import CannotJoin, join, pair_of, part, refuse
from licensing.intake.record import Dispute, PurchaseRecord, Refund, Told
from licensing.models import (
    Case,
    CaseKind,
    Customer,
    KeyAssignment,
    License,
    Purchase,
    PurchaseRefund,
    PurchaseState,
    Store,
)
from tests import factories
from tests.licensing.intake.disorder import EVERY, disorders
from tests.licensing.intake.telling import (
    LATER,
    NOW,
    ORDERED_AT,
    line,
    news,
    order,
    shelf_of,
    standings,
    tell,
)

PAYMENT = ("transaction", "ch_3Nabc4567")
DAY = timedelta(days=1)


def cart() -> Store:
    return factories.store(name="cart", kind="woocommerce", title="Cart")


def processor() -> Store:
    return factories.store(name="processor", kind="stripe", title="Processor")


def sold_in_both() -> None:
    """Both call one edition `clipcutter`."""
    edition = factories.edition(sku="clipcutter-windows")
    for store in (cart(), processor()):
        factories.mapping(edition=edition, product_ref="clipcutter", store=store)


def in_cart(*codes: str, quantity: int = 1, **fields: object) -> PurchaseRecord:
    fields = {"references": (PAYMENT,), **fields}
    return order(line("clipcutter", quantity, *codes), reference="1001", **fields)  # type: ignore[arg-type]


def at_processor(*codes: str, quantity: int = 1, **fields: object) -> PurchaseRecord:
    fields = {"references": (PAYMENT,), **fields}
    return order(line("clipcutter", quantity, *codes), reference="in_900", **fields)  # type: ignore[arg-type]


def both_told(
    first: PurchaseRecord | None = None, second: PurchaseRecord | None = None
) -> tuple[Purchase, Purchase, Case]:
    """The cart's order, the processor's, and the case about them."""
    sold_in_both()
    tell(first or in_cart("AAAA-1111"), store=cart())
    tell(second or at_processor(), store=processor())
    return Purchase.objects.get(store=cart()), Purchase.objects.get(store=processor()), Case.objects.get()


def joined(case: Case) -> Case:
    pair = pair_of(case)
    assert pair
    join(case.pk, kept=pair.kept.purchase.pk, by="support", now=NOW)
    case.refresh_from_db()
    return case


@pytest.mark.django_db
def test_a_case_on_the_newer_order_names_the_other_and_nothing_is_merged() -> None:
    one, other, case = both_told()

    assert case.kind == CaseKind.SAME_ORDER
    assert case.purchase == other
    assert case.detail == {"other": str(one.pk), "matched": "transaction ch_3Nabc4567"}
    assert License.objects.count() == 2
    assert not Purchase.objects.exclude(same_as=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("turned", [False, True], ids=["cart first", "processor first"])
def test_the_processors_own_reference_may_be_the_carts_transaction(turned: bool) -> None:
    sold_in_both()
    told = [
        (cart(), in_cart()),
        (processor(), order(reference=PAYMENT[1])),
    ]
    for store, each in reversed(told) if turned else told:
        tell(each, store=store)

    assert Case.objects.get().kind == CaseKind.SAME_ORDER


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        at_processor(references=(("transaction", "ch_3Nabc4568"),)),
        at_processor(references=(("invoice", PAYMENT[1]),)),
        at_processor(ordered_at=ORDERED_AT + 4 * DAY),
        at_processor(email="bob@example.com"),
        at_processor(test=True),
        at_processor(confirmed=False),
    ],
    ids=["another payment", "no payment's name", "too late", "another buyer", "a test", "not confirmed"],
)
def test_what_only_looks_alike_is_not_offered(other: PurchaseRecord) -> None:
    sold_in_both()
    tell(in_cart(), store=cart())
    tell(other, store=processor())

    assert not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["1234567", "manual_purchase", "0000000000"], ids=["short", "word", "zeros"])
def test_a_name_that_fills_a_column_is_no_payments(name: str) -> None:
    sold_in_both()
    tell(in_cart(references=(("transaction", name),)), store=cart())
    tell(at_processor(references=(("transaction", name),)), store=processor())

    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_name_that_many_orders_have_is_no_payments() -> None:
    sold_in_both()
    for number in range(4):
        tell(in_cart()._replace(reference=f"10{number}"), store=cart())
    tell(at_processor(), store=processor())

    assert not Case.objects.exists()


@pytest.mark.django_db
def test_two_shops_that_count_alike_have_two_orders() -> None:
    sold_in_both()
    tell(order(reference="10000001234"), store=cart())
    tell(order(reference="10000001234"), store=processor())

    assert not Case.objects.exists()


@pytest.mark.django_db
def test_an_order_whose_buyer_one_shop_does_not_know_is_offered() -> None:
    _, _, case = both_told(second=at_processor(email=""))

    assert case.kind == CaseKind.SAME_ORDER


@pytest.mark.django_db
def test_telling_it_again_opens_no_second_case() -> None:
    both_told()
    tell(in_cart("AAAA-1111"), store=cart())
    tell(at_processor(), store=processor())

    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_one_that_was_said_to_be_another_is_not_offered_again() -> None:
    _, other, case = both_told()
    refuse(case.pk, by="support", now=NOW)
    Case.objects.filter(pk=case.pk).update(purchase=None)
    other.lines.get().licenses.all().delete()
    other.lines.all().delete()
    identity = other.pk
    other.delete()
    tell(at_processor(), store=processor())
    Purchase.objects.filter(store=processor()).exclude(pk=identity).get()

    assert Case.objects.filter(closed_at=None).count() == 1  # a new order is a new question
    refuse(Case.objects.get(closed_at=None).pk, by="support", now=NOW)
    tell(at_processor(), store=processor())
    assert not Case.objects.filter(closed_at=None).exists()


@pytest.mark.django_db
def test_the_one_with_keys_is_kept_and_the_others_licenses_count_no_more() -> None:
    one, other, case = both_told()
    assert standings() == ["active", "waiting"]

    joined(case)

    other.refresh_from_db()
    assert other.same_as == one
    assert standings() == ["active"]
    assert [each.code for each in shelf_of("anna@example.com")] == ["AAAA-1111"]
    assert case.closed_at
    assert case.detail["by"] == "support"


@pytest.mark.django_db
def test_the_older_is_kept_where_both_have_keys_and_the_preview_says_which_key_ends() -> None:
    one, other, case = both_told(second=at_processor("BBBB-2222"))
    pair = pair_of(case)

    assert pair
    assert pair.kept.purchase == one
    assert pair.other.purchase == other
    assert [each.key.tail for each in pair.ending] == ["22"]


@pytest.mark.django_db
def test_a_key_that_both_have_does_not_end() -> None:
    _, _, case = both_told(second=at_processor("AAAA-1111"))
    pair = pair_of(case)

    assert pair
    assert pair.ending == []
    joined(case)
    assert standings() == ["active"]


@pytest.mark.django_db
def test_keys_of_a_store_that_does_not_know_the_buyer_go_to_whom_the_other_knows_and_back() -> None:
    one, _, case = both_told(first=in_cart("AAAA-1111", email=""))
    unit = License.objects.get(line__purchase=one)

    joined(case)
    unit.refresh_from_db()
    assert unit.owner == Customer.objects.get()
    assert standings() == ["active"]

    part(case.pk, by="support", now=NOW)
    unit.refresh_from_db()
    assert unit.owner is None
    assert standings() == ["waiting"]


REFUND = Refund(1, reference="re_1", at=LATER)
TELLINGS: dict[str, Sequence[tuple[str, Told]]] = {
    "refunded at the processor": [("processor", news("in_900", refunded=True, refunded_at=LATER))],
    "refunded at both": [
        ("processor", news("in_900", refunded=True, refunded_at=LATER)),
        ("cart", news(refunded=True, refunded_at=LATER + DAY)),
    ],
    "one unit at both": [
        ("processor", news("in_900", refunds=(REFUND,))),
        ("cart", news(refunds=(REFUND._replace(reference="refund 7"),))),
    ],
    "units, then all": [
        ("processor", news("in_900", refunds=(REFUND,))),
        ("cart", news(refunds=(Refund(2, reference="refund 8", at=LATER),))),
        ("processor", news("in_900", refunded=True, refunded_at=LATER + DAY)),
    ],
    "disputed here, won there": [
        ("processor", news("in_900", disputed=True, disputed_at=LATER)),
        ("cart", news(won=True, disputed_at=LATER, won_at=LATER + DAY)),
    ],
    "two disputes at the processor, one won at both": [
        ("processor", news("in_900", disputes=(Dispute("du_1", LATER), Dispute("du_2", LATER + DAY)))),
        ("processor", news("in_900", disputes=(Dispute("du_1", LATER, won=True, won_at=LATER + DAY),))),
        ("cart", news(won=True, disputed_at=LATER, won_at=LATER + DAY)),
    ],
    "two disputes by name at both, all won at one": [
        ("processor", news("in_900", disputes=(Dispute("du_1", LATER), Dispute("du_2", LATER)))),
        ("cart", news(disputes=(Dispute("a", LATER, won=True, won_at=LATER + DAY),))),
        ("cart", news(disputes=(Dispute("b", LATER, won=True, won_at=LATER + DAY),))),
    ],
}
EXPECTED = {
    "refunded at the processor": (PurchaseState.REFUNDED, None),
    "refunded at both": (PurchaseState.REFUNDED, None),
    "one unit at both": (PurchaseState.PAID, 1),
    "units, then all": (PurchaseState.REFUNDED, None),
    "disputed here, won there": (PurchaseState.PAID, None),
    "two disputes at the processor, one won at both": (PurchaseState.DISPUTED, None),
    "two disputes by name at both, all won at one": (PurchaseState.PAID, None),
}
FACTS = ("paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at", "own_facts")


def books(purchase: Purchase) -> tuple[object, object, object]:
    purchase.refresh_from_db()
    units = (
        License.objects.filter(line__purchase=purchase).order_by("unit").values_list("unit", "refunded_at")
    )
    refunds = PurchaseRefund.objects.filter(purchase=purchase).values_list("line", "reference", "units")
    return tuple(getattr(purchase, name) for name in FACTS), list(units), sorted(refunds)


@pytest.mark.django_db
@EVERY
@pytest.mark.parametrize("story", TELLINGS)
def test_what_either_shop_says_of_the_payment_counts_in_any_order_and_comes_undone(
    story: str, every: bool
) -> None:
    """Joined before, between and after the tellings; parted, each order is as if they had never been one."""
    sold_in_both()
    stores = {"cart": cart(), "processor": processor()}
    ends, parted = [], []
    steps: list[tuple[str, Told] | None] = [*TELLINGS[story], None]
    for disorder in disorders(steps, every=every):
        tell(in_cart("AAAA-1111", quantity=3), store=cart())
        tell(at_processor(quantity=3), store=processor())
        case = Case.objects.get()
        one, other = Purchase.objects.get(store=cart()), Purchase.objects.get(store=processor())
        for step in disorder:
            if step is None:
                joined(case)
            else:
                tell(step[1], store=stores[step[0]])
                tell(step[1], store=stores[step[0]])
        one.refresh_from_db()
        assert (one.state, one.refunded_units) == EXPECTED[story]
        ends.append(books(one)[:2])  # the line of its refunds has an id, which differs
        part(case.pk, by="support", now=NOW)
        parted.append((books(one), books(other)))
        forget()
    tell(in_cart("AAAA-1111", quantity=3), store=cart())
    tell(at_processor(quantity=3), store=processor())
    for name, each in TELLINGS[story]:
        tell(each, store=stores[name])
    never = (books(Purchase.objects.get(store=cart())), books(Purchase.objects.get(store=processor())))
    assert [end for end in ends if end != ends[0]] == []
    assert [each for each in parted if each != never] == []


def forget() -> None:
    KeyAssignment.objects.all().delete()
    License.objects.all().delete()
    Purchase.objects.all().delete()


@pytest.mark.django_db
def test_what_was_the_same_as_the_other_becomes_the_same_as_the_kept_and_goes_back_with_it() -> None:
    one, other, case = both_told(first=in_cart("AAAA-1111"), second=at_processor("BBBB-2222"))
    Case.objects.all().update(closed_at=NOW)
    third_store = factories.store(name="third", title="Third")
    third = factories.purchase(store=third_store, ordered_at=ORDERED_AT)
    Purchase.objects.filter(pk=third.pk).update(same_as=other)

    joined(case)
    third.refresh_from_db()
    assert third.same_as == one

    part(case.pk, by="support", now=NOW)
    third.refresh_from_db()
    assert third.same_as == other
    assert Purchase.objects.get(pk=one.pk).own_facts is None


@pytest.mark.django_db
def test_joining_twice_parting_twice_and_what_has_changed_since_are_refused_in_words() -> None:
    one, other, case = both_told()
    with pytest.raises(CannotJoin, match="two orders already"):
        part(case.pk, by="support", now=NOW)
    with pytest.raises(CannotJoin, match="has changed"):
        join(case.pk, kept=other.pk, by="support", now=NOW)
    joined(case)
    with pytest.raises(CannotJoin, match="one already"):
        join(case.pk, kept=one.pk, by="support", now=NOW)
    with pytest.raises(CannotJoin, match="two after all"):
        refuse(case.pk, by="support", now=NOW)


def numbered(number: int) -> tuple[tuple[str, str]]:
    return (("transaction", f"ch_3N{number:08}"),)


@pytest.mark.django_db
def test_a_chunk_of_orders_is_compared_in_one_query() -> None:
    sold_in_both()
    tell(*(in_cart(references=numbered(n))._replace(reference=str(n)) for n in range(50)), store=cart())
    few = queries_for(at_processor(references=numbered(49)))
    many = queries_for(
        *(at_processor(references=numbered(n))._replace(reference=f"in_{n}") for n in range(40))
    )

    assert Case.objects.count() == 41
    assert many <= few


def queries_for(*told: Told) -> int:
    with CaptureQueriesContext(connection) as captured:
        tell(*told, store=processor())
    return len(captured)


def at_once(*actions: Callable[[], object]) -> list[BaseException]:
    """Each by a thread of its own, released at one moment; the errors they ended with."""
    barrier, errors = threading.Barrier(len(actions)), list[BaseException]()

    def run(action: Callable[[], object]) -> None:
        try:
            barrier.wait()
            action()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_two_shops_that_are_imported_at_once_open_one_case() -> None:
    """Neither may miss the other's order because both are being written."""
    sold_in_both()
    tell(order(reference="x"), store=factories.store(name="else"))  # the buyer is on file

    for n in range(20):
        one = in_cart(references=numbered(n))._replace(reference=f"c{n}")
        other = at_processor(references=numbered(n))._replace(reference=f"p{n}")
        assert at_once(partial(tell, one, store=cart()), partial(tell, other, store=processor())) == []

    assert Case.objects.filter(kind=CaseKind.SAME_ORDER).count() == 20


@pytest.mark.django_db(transaction=True)
def test_five_who_say_so_at_once_and_a_refund_meanwhile_end_in_one_refunded_order() -> None:
    both_told()
    (case,) = Case.objects.all()
    kept = Purchase.objects.get(store=cart())
    refund = news("in_900", refunded=True, refunded_at=LATER)

    say = partial(join, case.pk, kept=kept.pk, by="support", now=NOW)
    errors = at_once(*[say] * 5, partial(tell, refund, store=processor()))

    assert [type(error) for error in errors] == [CannotJoin] * 4
    kept.refresh_from_db()
    assert kept.state == PurchaseState.REFUNDED
    assert kept.own_facts is not None
    assert kept.own_facts["refunded_at"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("year", [1, 9999])
def test_an_order_at_the_end_of_time_is_compared_all_the_same(year: int) -> None:
    sold_in_both()
    moment = datetime(year, 12 if year > 1 else 1, 31 if year > 1 else 1, 12, tzinfo=UTC)
    tell(in_cart(ordered_at=moment), store=cart())
    tell(at_processor(ordered_at=moment), store=processor())

    assert Case.objects.count() == 1
