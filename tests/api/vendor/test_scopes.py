"""Every scope times every call, compared with the one table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.urls import get_resolver

from licensing.audit.sealing import opened
from licensing.models import AuditEntry
from recovery.models import Scope
from tests.api.caller import Caller, code_of, said
from tests.api.vendor.conftest import system
from tests.api.vendor.ground import Ground
from tests.api.vendor.operations import Operation, operation, operations
from tests.api.vendor.scopes import NEEDS

NOBODY = "00000000-0000-7000-8000-000000000000"


def nowhere(call: Operation) -> str:
    """An address at which nothing is: rights are asked before rows."""
    return "/".join(NOBODY if part.startswith("{") else part for part in call.path.split("/"))


def is_refused(caller: Caller, call: Operation) -> bool:
    answer = caller.call(call.method, nowhere(call))
    return answer.status_code == 403 and code_of(answer) == "scope_missing"


def differences() -> Iterator[str]:
    for scope in Scope:
        caller = system(scope)
        for call in operations():
            wanted = NEEDS.get(call.name, "no line in tests/api/vendor/scopes.py")
            if is_refused(caller, call) is (wanted in (None, scope)):
                yield f"{call.name} with {scope}: not as the table has it, {wanted}"


@pytest.mark.django_db
def test_every_call_is_let_in_by_the_scope_in_the_table_and_by_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "recovery.api.vendor.operation.record", lambda *_, **__: None
    )  # it is not about the trail
    assert "\n".join(differences()) == ""


def test_the_description_says_the_same() -> None:
    for call in operations():
        needs = NEEDS[call.name]
        assert call.security == [{"apiKey": [needs.value] if needs else []}], call.name


def test_every_address_is_described() -> None:
    patterns = {
        f"/{pattern}".replace("<uuid:", "{").replace(">", "}")
        for pattern in addresses(get_resolver(), "")
        if pattern.startswith("api/v1/vendor/")
    }
    assert patterns == {call.path for call in operations()}


def addresses(resolver: object, before: str) -> Iterator[str]:
    for each in getattr(resolver, "url_patterns", ()):
        whole = before + str(each.pattern)
        yield from (addresses(each, whole) if hasattr(each, "url_patterns") else [whole])


@pytest.mark.django_db
def test_a_refusal_names_the_scope_and_is_recorded() -> None:
    answer = system(Scope.EVENTS_READ, name="nosy").see("/api/v1/vendor/customers/")
    assert said(answer)["scope"] == "customers:read"
    assert answer["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="customers:read"'
    entry = AuditEntry.objects.get(action="api.refused")
    assert entry.by == "api:nosy"
    told = opened(entry)
    assert told is not None
    assert told["details"] == {"call": "GET vendor-customers", "status": 403}


def test_lists_are_for_approved_keys_where_exports_need_two(ground: Ground, settings: LazySettings) -> None:
    alone, approved = system(), system(approved_by="second")
    settings.SECOND_PERSON = {"exports"}
    call = operation("listCustomers")
    answer = alone.see(call.at(ground))
    assert (answer.status_code, code_of(answer)) == (403, "second_person_needed")
    assert approved.see(call.at(ground)).status_code == 200
    assert alone.see(operation("showCustomer").at(ground)).status_code == 200
