"""A customer is erased by a program as by support, and the call leaves nothing of them."""

from __future__ import annotations

import threading

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.utils import timezone

from licensing.models import AuditEntry, Customer, License, StoredKey
from recovery.models import ChangeKind, ChangeState, OwnerChange, Scope
from tests.api.caller import Caller, code_of, faults_of, said
from tests.api.vendor.conftest import system
from tests.api.vendor.ground import EMAIL, Ground, laid
from tests.api.vendor.operations import operation
from tests.kit.circles import looked_for_after, somebody_waits
from tests.kit.race import released_together
from tests.kit.waiting import wait_until

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def erase(caller: Caller, ground: Ground, reason: str = "mail", **more: str) -> HttpResponse:
    path = operation("eraseCustomer").at(ground)
    return caller.tell(path, {"reason": reason}, **{"HTTP_IF_MATCH": "*", **more})


def test_nothing_tells_of_them_any_more(ground: Ground) -> None:
    system(Scope.CUSTOMERS_READ).see(operation("showCustomer").at(ground))
    answer = erase(system(Scope.CUSTOMERS_ERASE, name="desk"), ground, key=KEY)
    assert said(answer) == {"id": str(ground.customer.pk), "erased": True}
    assert not Customer.objects.filter(pk=ground.customer.pk).exists()
    assert AuditEntry.objects.get(action="customer.erased").by == "api:desk"
    assert not StoredKey.objects.filter(name=f"customer:{ground.customer.pk}").exists()


def test_a_repeated_call_is_answered_alike_and_files_nothing_under_them(ground: Ground) -> None:
    caller = system(Scope.CUSTOMERS_ERASE)
    first, second = (erase(caller, ground, key=KEY) for _ in range(2))
    assert first.content == second.content
    assert code_of(erase(caller, ground)) == "not_found"
    assert not StoredKey.objects.filter(name=f"customer:{ground.customer.pk}").exists()
    latest = AuditEntry.objects.order_by("-id")[:2]
    assert [each.customer for each in latest] == [None, None]


def test_nobody_is_erased_while_it_is_not_settled_whose_keys_these_are(ground: Ground) -> None:
    now = timezone.now()
    in_effect = {"decided_at": now, "effective_at": now, "done_at": now, "proved_at": now, "frozen_at": now}
    OwnerChange.objects.create(
        kind=ChangeKind.ADDRESS,
        state=ChangeState.DONE,
        customer=ground.customer,
        new_address="new@example.com",
        **in_effect,
    )
    answer = erase(system(Scope.CUSTOMERS_ERASE), ground)
    assert (answer.status_code, code_of(answer)) == (409, "disputed")
    assert Customer.objects.filter(pk=ground.customer.pk).exists()


def test_the_reason_is_one_of_the_list(ground: Ground) -> None:
    answer = erase(system(Scope.CUSTOMERS_ERASE), ground, reason=f"{EMAIL} asked")
    assert faults_of(answer) == {"reason": "invalid_choice"}
    assert Customer.objects.filter(pk=ground.customer.pk).exists()


def test_is_for_approved_keys_where_the_console_wants_two(ground: Ground, settings: LazySettings) -> None:
    settings.SECOND_PERSON = {"exports"}
    answer = erase(system(Scope.CUSTOMERS_ERASE), ground)
    assert code_of(answer) == "second_person_needed"
    assert erase(system(Scope.CUSTOMERS_ERASE, approved_by="second"), ground).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", ["", KEY], ids=["once", "repeatable"])
def test_gives_way_to_who_holds_a_license_and_waits_for_its_owner(key: str) -> None:
    """PostgreSQL ends one of two that wait for each other: the erasing lets go of all it holds, and begins anew."""
    ground, caller, held = laid(), system(Scope.CUSTOMERS_ERASE), threading.Event()

    def change_license() -> int:
        with transaction.atomic():
            list(License.objects.select_for_update(of=("self",)).filter(pk=ground.license.pk))
            held.set()
            if connection.vendor == "postgresql":
                looked_for_after("30s")
                wait_until(somebody_waits, what="the erasing")
            return len(Customer.objects.select_for_update().filter(pk=ground.customer.pk))

    def erase_owner() -> int:
        held.wait(60)
        if connection.vendor == "postgresql":
            looked_for_after("3s")
        return erase(caller, ground, **({"key": key} if key else {})).status_code

    outcome = released_together([change_license, erase_owner], after=connections.close_all)
    assert (outcome.errors, outcome.results) == ([], [1, 200])
