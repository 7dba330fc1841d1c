"""Keys by the thousand, from a program: all or none, on the record, and none of them ever said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from django.http import HttpResponse

from licensing.audit.sealing import opened
from licensing.intake import known_codes
from licensing.keys.code import normalise
from licensing.models import AuditEntry, RegistrationKey
from recovery.journeys import api_callers
from recovery.limits import CODES_ELSEWHERE
from recovery.models import Scope
from tests import factories
from tests.api.caller import Caller, code_of, faults_of, said
from tests.api.vendor.conftest import system
from tests.api.vendor.ground import IN_POOL, Ground, laid
from tests.api.vendor.operations import operation
from tests.kit.race import released_together

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def load(caller: Caller, ground: Ground, *keys: Any, key: str = "", **more: Any) -> HttpResponse:
    sent = {"keys": [{"code": each} if isinstance(each, str) else each for each in keys], **more}
    return caller.tell(operation("loadKeys").at(ground), sent, key=key)


@pytest.fixture
def loader(db: None) -> Caller:
    return system(Scope.KEYS_WRITE, name="key-maker")


def test_goes_into_the_pool_and_to_whoever_waited(ground: Ground, loader: Caller) -> None:
    waiting = factories.license(owner=ground.customer, edition=ground.windows)
    answer = load(loader, ground, "EEEE-1111", {"code": "FFFF-2222", "name": "Otto", "seats": 3})
    assert said(answer) == {"new": 2, "served": 1, "repeated": [], "in_pool": [], "owned": []}
    assert waiting.assignments.open().exists()
    (other,) = RegistrationKey.objects.filter(registered_name="Otto")
    assert other.seats == 3


def test_a_second_call_adds_nothing(ground: Ground, loader: Caller) -> None:
    load(loader, ground, "EEEE-1111")
    answer = load(loader, ground, "EEEE-1111", "eeee 1111", "FFFF-2222")
    assert said(answer) == {"new": 1, "served": 0, "repeated": [2], "in_pool": [1], "owned": []}


def test_all_or_none_and_the_refusal_names_the_row_and_no_key(ground: Ground, loader: Caller) -> None:
    answer = load(loader, ground, "EEEE-1111", IN_POOL)
    assert (answer.status_code, code_of(answer)) == (422, "keys_refused")
    assert "row 2" in said(answer)["detail"]
    assert IN_POOL not in answer.content.decode()
    assert not RegistrationKey.objects.filter(edition=ground.windows, state="pool").exists()
    assert load(loader, ground, "EEEE-1111", IN_POOL, also_elsewhere=True).status_code == 200


@pytest.mark.parametrize(
    ("keys", "faults"),
    [
        ([], {"keys": "min_length"}),
        ([{"code": "EEEE", "seats": 0}], {"keys.0.seats": "min_value"}),
        ([{"code": "EEEE", "seat": 1}], {"keys.0.seat": "unknown_field"}),
        (["EEEE", {"name": "Otto"}], {"keys.1.code": "required"}),
        ([7], {"keys.0": "invalid"}),
        ([{"code": ["EEEE"]}], {"keys.0.code": "invalid"}),
        (["EEEE"] * 5_001, {"keys": "max_length"}),
    ],
)
def test_refuses_what_are_no_keys(
    keys: list[Any], faults: dict[str, str], ground: Ground, loader: Caller
) -> None:
    assert faults_of(load(loader, ground, *keys)) == faults
    assert not RegistrationKey.objects.filter(edition=ground.windows, state="pool").exists()


def test_a_thousand_go_in_one_call(ground: Ground, loader: Caller) -> None:
    answer = load(loader, ground, *(f"KEYS-{number:05}-{'X' * 60}" for number in range(1_000)))
    assert said(answer)["new"] == 1_000


def test_a_code_is_made_comparable_once_for_each_form_and_not_for_each_edition(
    ground: Ground, loader: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With dozens of editions that took a web thread ten seconds for 5,000 keys."""
    for number in range(6):
        factories.key(edition=factories.edition(of=factories.product(slug=f"other-{number}")))
    made: list[str] = []

    def counted(code: str, *, form: str) -> str:
        made.append(form)
        return normalise(code, form=form)

    monkeypatch.setattr(known_codes, "normalise", counted)
    assert load(loader, ground, "EEEE-1111", "FFFF-2222").status_code == 200
    assert made == ["spaced", "spaced"]


def test_a_code_is_known_elsewhere_however_that_edition_spells_it(ground: Ground, loader: Caller) -> None:
    crockford = factories.edition(of=factories.product(slug="tape"), code_form="crockford")
    factories.key(edition=crockford, code="0123-4567-89AB-CDEF")
    answer = load(loader, ground, "EEEE-1111", "o123 4567 89ab cdef")
    assert "row 2" in said(answer)["detail"]


@pytest.fixture
def told_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_callers, "CODES_ELSEWHERE", replace(CODES_ELSEWHERE, uses=2))


@pytest.mark.usefixtures("told_twice")
def test_a_key_is_told_so_often_a_day_that_another_edition_has_a_code(ground: Ground, loader: Caller) -> None:
    told = [load(loader, ground, IN_POOL) for _ in range(2)]
    assert [(code_of(each), said(each)["elsewhere_left"]) for each in told] == [
        ("keys_refused", 1),
        ("keys_refused", 0),
    ]
    refused = load(loader, ground, "EEEE-1111")
    assert (refused.status_code, code_of(refused)) == (429, "too_many_elsewhere")
    assert 0 < int(refused["Retry-After"]) <= 24 * 3600 + 60
    assert not RegistrationKey.objects.filter(edition=ground.windows, state="pool").exists()


@pytest.mark.usefixtures("told_twice")
def test_what_compares_nothing_and_who_was_told_nothing_are_not_held_up(
    ground: Ground, loader: Caller
) -> None:
    assert load(loader, ground, "EEEE-1111", key=KEY).status_code == 200
    for _ in range(2):
        load(loader, ground, IN_POOL)
    assert load(loader, ground, "FFFF-2222", also_elsewhere=True).status_code == 200
    assert load(loader, ground, "EEEE-1111", key=KEY)["Idempotent-Replayed"] == "true"
    assert load(system(Scope.KEYS_WRITE), ground, "GGGG-3333").status_code == 200


def test_every_refusal_is_in_the_trail_with_the_edition_and_no_code(ground: Ground, loader: Caller) -> None:
    load(loader, ground, IN_POOL, key=KEY)
    told = opened(AuditEntry.objects.latest("id"))
    assert told is not None
    assert told["details"] == {
        "call": "POST vendor-keys",
        "status": 422,
        "named": {"edition_id": str(ground.windows.pk)},
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("told_twice")
def test_calls_at_once_are_told_no_oftener() -> None:
    ground, loader = laid(), system(Scope.KEYS_WRITE)
    outcome = released_together(
        6, lambda _: code_of(load(loader, ground, IN_POOL)), after=connections.close_all
    )
    assert outcome.errors == []
    assert sorted(outcome.results) == ["keys_refused"] * 2 + ["too_many_elsewhere"] * 4


def test_more_than_a_megabyte_is_not_read(ground: Ground, loader: Caller) -> None:
    answer = loader.tell(operation("loadKeys").at(ground), b" " * (1024 * 1024 + 1))
    assert (answer.status_code, code_of(answer)) == (413, "too_large")


def test_is_in_the_trail_by_numbers(ground: Ground, loader: Caller) -> None:
    load(loader, ground, "EEEE-1111", "EEEE-1111")
    entry = AuditEntry.objects.get(action="edition.stocked")
    told = opened(entry)
    assert told is not None
    assert (entry.by, entry.row) == ("api:key-maker", str(ground.windows.pk))
    assert told["details"]["new"] == told["details"]["repeated"] == 1
    assert "EEEE" not in str(told)


def test_is_for_approved_keys_where_many_at_once_need_two(
    ground: Ground, loader: Caller, settings: LazySettings
) -> None:
    settings.SECOND_PERSON = {"bulk"}
    answer = load(loader, ground, "EEEE-1111")
    assert (answer.status_code, code_of(answer)) == (403, "second_person_needed")
    assert not RegistrationKey.objects.filter(edition=ground.windows, state="pool").exists()
    approved = system(Scope.KEYS_WRITE, approved_by="second")
    assert load(approved, ground, "EEEE-1111").status_code == 200
