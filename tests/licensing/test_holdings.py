"""What a customer is shown of units that share one code."""

import pytest

from licensing.holdings import Standing, holdings_of
from licensing.keys.assign import assign
from licensing.models import Customer, License
from tests import factories
from tests.factories import ORDERED_AT

pytestmark = pytest.mark.django_db

CODE = "CODE-0001-ABCD-EFGH"


def units_of_one_code(owner: Customer, *, count: int) -> list[License]:
    edition = factories.edition()
    line = factories.line(of=factories.purchase(buyer=owner), quantity=count)
    code = factories.key(edition=edition, code=CODE, seats=count)
    units = [factories.license(owner=owner, edition=edition, line=line, unit=n + 1) for n in range(count)]
    for unit in units:
        assign(license=unit, key=code, now=ORDERED_AT)
    return units


def test_units_that_share_a_code_are_one_card() -> None:
    owner = factories.customer()
    units_of_one_code(owner, count=3)

    assert [(each.units, each.code) for each in holdings_of(owner, now=ORDERED_AT)] == [(3, CODE)]


@pytest.mark.parametrize("revoked", [0, 1])
def test_a_revoked_unit_neither_hides_the_code_of_the_others_nor_counts_among_them(revoked: int) -> None:
    owner = factories.customer()
    ended = units_of_one_code(owner, count=3)[revoked]
    ended.revoked_at = ORDERED_AT
    ended.save()

    shown = {each.standing: (each.units, each.code) for each in holdings_of(owner, now=ORDERED_AT)}

    assert shown == {Standing.ACTIVE: (2, CODE), Standing.ENDED: (1, "")}
