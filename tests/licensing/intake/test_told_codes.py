"""An order that its file tells without codes and its notification with them ends alike, whichever comes first."""

from itertools import permutations

import pytest

from licensing.intake.record import PurchaseRecord, SoldLine
from licensing.intake.unplaced import place_lines
from licensing.keys.assign import assign
from licensing.models import Case, CaseKind, KeyAssignment, License, PurchaseLine, RegistrationKey, Store
from tests import factories
from tests.licensing.intake.telling import NOW, known, late, line, order, shelf_of, tell, tell_each

pytestmark = pytest.mark.django_db

LINES = {
    "one code for all units": line("clipcutter", 2, "AAAA-1111"),
    "a code for each unit": line("clipcutter", 2, "AAAA-1111", "BBBB-2222"),
    "a code for some units": line("clipcutter", 3, "AAAA-1111", "BBBB-2222"),
    "of a subscription": line("clipcutter", 2, "AAAA-1111", subscription="sub_1"),
}


def without(sold: SoldLine) -> SoldLine:
    return sold._replace(codes=())


def codes(email: str = "anna@example.com") -> list[str]:
    return sorted(each.code for each in shelf_of(email) if each.code)


def served(store: Store) -> list[tuple[str, int | None, int | None]]:
    """Of each key that serves in that store: its last characters, its seats, and the unit's."""
    mine = KeyAssignment.objects.filter(license__line__purchase__store=store)
    return sorted(mine.values_list("key__tail", "key__seats", "seat"))


@pytest.mark.parametrize("complete", [True, False], ids=["whole", "by lines"])
@pytest.mark.parametrize("sold", LINES.values(), ids=LINES.keys())
@pytest.mark.parametrize("mapped", ["before", "after"])
def test_whatever_comes_first_ends_alike(mapped: str, sold: SoldLine, complete: bool) -> None:
    told = (order(without(sold), complete=complete), order(sold))
    ends = set()
    for number, disorder in enumerate(permutations(told)):
        store = factories.store(name=f"shop {number}")
        edition = factories.edition(sku=f"clip {number}")
        if mapped == "before":
            factories.mapping(edition=edition, product_ref="clipcutter", store=store)
        tell_each(*disorder, *disorder, store=store)
        if mapped == "after":
            factories.mapping(edition=edition, product_ref="clipcutter", store=store)
            place_lines(store, now=NOW)
        ends.add((*served(store), Case.objects.count()))

    assert len(ends) == 1
    assert ends.pop()[-1] == 0
    assert License.objects.filter(assignments__isnull=False).count() == 4


def test_it_says_that_it_brought_something_new_and_the_second_time_that_it_did_not() -> None:
    known()
    bringing = order(line("clipcutter", 2, "AAAA-1111"))

    outcomes = tell_each(
        order(line("clipcutter", 2)), bringing, bringing, order(line("clipcutter", 2)), bringing
    )

    assert outcomes == ["new", "updated", "unchanged", "unchanged", "unchanged"]


def test_what_is_told_together_is_the_same() -> None:
    known()

    assert tell(order(), order(line("clipcutter", 1, "AAAA-1111"))) == ["new", "updated"]
    assert codes() == ["AAAA-1111"]


def test_another_code_stays_a_contradiction() -> None:
    known()
    tell(order(line("clipcutter", 3, "AAAA-1111", "BBBB-2222")))

    assert tell_each(order(line("clipcutter", 3)), order(line("clipcutter", 3, "CCCC-3333"))) == [
        "unchanged",
        "needs_person",
    ]
    assert codes() == ["AAAA-1111", "BBBB-2222"]


def test_one_line_with_another_code_leaves_the_whole_order_alone() -> None:
    known()
    known("discsaver")
    tell(order(line("clipcutter", 1, "AAAA-1111"), line("discsaver")))

    told = order(line("clipcutter", 1, "BBBB-2222"), line("discsaver", 1, "CCCC-3333"))

    assert tell(told) == ["needs_person"]
    assert codes() == ["AAAA-1111"]


def test_a_unit_that_has_a_key_of_the_pool_meanwhile_keeps_it() -> None:
    edition = known()
    tell(order())
    assign(license=License.objects.get(), key=factories.key(edition=edition), now=NOW)

    bringing = order(line("clipcutter", 1, "AAAA-1111"))

    assert tell(bringing) == tell(late("AAAA-1111")) == ["needs_person"]
    assert KeyAssignment.objects.count() == 1
    assert Case.objects.filter(kind=CaseKind.CONTRADICTION).exists()


def test_a_file_with_a_row_for_each_line_brings_the_codes_that_a_whole_telling_left_out() -> None:
    known()
    known("discsaver")
    tell(order(line("clipcutter"), line("discsaver")))

    tell(order(line("discsaver", 1, "BBBB-2222"), complete=False))
    tell(order(line("clipcutter", 1, "AAAA-1111"), complete=False))

    assert codes() == ["AAAA-1111", "BBBB-2222"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "told",
    [
        order(line("clipcutter", 1, "AAAA-1111"), email="eve@example.com"),
        order(line("clipcutter", 1, "AAAA-1111"), line("discsaver")),
        order(line("clipcutter", 2, "AAAA-1111")),
        order(line("clipcutter", 2, "AAAA-1111"), complete=False),
    ],
    ids=["another address", "another line", "another quantity", "a part of another quantity"],
)
def test_what_says_otherwise_attaches_nothing(told: PurchaseRecord) -> None:
    known()
    tell(order())

    assert tell(told) == ["needs_person"]
    assert not RegistrationKey.objects.exists()


def test_what_nobody_confirmed_attaches_nothing() -> None:
    known()
    tell(order())

    assert tell(order(line("clipcutter", 1, "AAAA-1111"), confirmed=False)) == ["unconfirmed"]
    assert not RegistrationKey.objects.exists()


def test_a_code_that_serves_somebody_else_stays_there() -> None:
    edition = known()
    factories.owner_of("ben@example.com", codes=["AAAA-1111"], edition=edition)

    outcomes = tell_each(order(line("clipcutter", 2)), order(line("clipcutter", 2, "AAAA-1111")))

    assert outcomes == ["new", "needs_person"]
    assert (codes(), codes("ben@example.com")) == ([], ["AAAA-1111"])
    assert Case.objects.get().kind == CaseKind.KEY_OWNED
    assert PurchaseLine.objects.get(purchase__reference="1001").sealed_code
