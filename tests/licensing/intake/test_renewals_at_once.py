"""Two notifications of one subscription, taken in at the same moment, give one set of licenses."""

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from licensing.intake.apply import is_passing
from licensing.intake.codes import Overtaken
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import PurchaseRecord
from licensing.models import License, Store
from tests import factories
from tests.licensing.intake.telling import NOW, known
from tests.licensing.intake.test_subscriptions import ENDS, period

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 4


def take_in(told: PurchaseRecord, store: Store, barrier: threading.Barrier) -> None:
    barrier.wait()
    try:
        while not taken_in(told, store):
            pass
    finally:
        connection.close()


def taken_in(told: PurchaseRecord, store: Store) -> bool:
    """Whether it was; False where another was quicker, as whoever calls `record` begins again then."""
    try:
        with transaction.atomic():
            record([told], store=store, meanings=Meanings(store), now=NOW)
    except (IntegrityError, Overtaken, DatabaseError) as error:
        if not is_passing(error) and connection.vendor == "postgresql":
            raise
        return False
    return True


def test_purchases_at_the_same_moment_share_one_license() -> None:
    known()
    told = [period(number, ENDS[number], email="anna@example.com") for number in range(AT_ONCE)]
    factories.customer(email="anna@example.com")
    barrier = threading.Barrier(AT_ONCE)
    threads = [threading.Thread(target=take_in, args=(each, factories.store(), barrier)) for each in told]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert License.objects.get().expires_at == ENDS[AT_ONCE - 1]
    assert License.objects.get().line.purchase.reference == "0"
