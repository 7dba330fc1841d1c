"""Several imports, and customers' own changes, at the same moment."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from demo import sample_sales
from licensing.keys.waiting import serve_waiting
from licensing.models import Customer, EmailAddress, KeyAssignment, KeyState, Purchase, RegistrationKey, Store
from tests import factories
from tests.licensing.intake.sales import imported, order, sales_file

pytestmark = pytest.mark.django_db(transaction=True)


def together(*actions: Callable[[], object]) -> list[BaseException]:
    """Run them in threads released at one moment; the errors they ended with."""
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


def test_one_file_imported_twice_at_once_is_there_once(tmp_path: Path) -> None:
    store = factories.store()
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as out:
        sample_sales.write(out, rows=400)
    imported(
        sales_file(
            tmp_path,
            *[
                order(Product_ID=thing.product_id, Variants=variant)
                for thing in sample_sales.THINGS
                for variant in thing.variants or ("",)
            ],
            name="mapping.csv",
        ),
        store=store,
    )
    known = Purchase.objects.count()

    errors = together(*[lambda: imported(path, store=store, editions=False)] * 2)

    assert errors == []
    assert Purchase.objects.count() == known + 400
    assert RegistrationKey.objects.exclude(assignments__ends_at=None).count() == 0


def test_two_shops_with_the_same_customers_make_each_of_them_once(tmp_path: Path) -> None:
    shops = [factories.store(name=name) for name in ("one", "two")]
    rows = [[order(f"buyer{n}@example.com", License_Key="") for n in range(100)] for _ in shops]
    paths = [
        sales_file(tmp_path, *each, name=f"{shop.name}.csv") for shop, each in zip(shops, rows, strict=True)
    ]

    def bring(path: Path, shop: Store) -> Callable[[], object]:
        return lambda: imported(path, store=shop, editions=False)

    errors = together(*[bring(path, shop) for path, shop in zip(paths, shops, strict=True)])

    assert errors == []
    assert (Customer.objects.count(), EmailAddress.objects.count(), Purchase.objects.count()) == (
        100,
        100,
        200,
    )


def test_a_pool_key_is_never_given_twice() -> None:
    edition = factories.edition()
    for _ in range(20):
        factories.key(edition=edition)
    for _ in range(30):
        factories.license(edition=edition)

    errors = together(*[lambda: serve_waiting([edition], now=factories.ORDERED_AT)] * 4)

    assert errors == []
    assert KeyAssignment.objects.count() == 20
    assert KeyAssignment.objects.values("key").distinct().count() == 20
    assert not RegistrationKey.objects.filter(state=KeyState.POOL).exists()
