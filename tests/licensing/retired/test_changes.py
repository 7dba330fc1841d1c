"""Whatever happens in between, changes lead to the same list as the whole list does."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licensing.keys import retired_reading
from licensing.keys.assign import end
from licensing.keys.retired import refresh
from licensing.models import Edition, KeyAssignment, License, Purchase, SigningKey
from tests.licensing.retired.documented import shipped
from tests.licensing.retired.ground import CLIENT, NOW, checking_edition, code_of, fetched, reopened, served

pytestmark = pytest.mark.django_db

CODES, APPLICATIONS = 4, 3
STEPS = st.one_of(
    st.tuples(st.sampled_from(["move", "undo", "refund", "revoke", "restore"]), st.integers(0, CODES - 1)),
    st.tuples(st.just("fetch"), st.integers(0, APPLICATIONS - 1)),
    st.tuples(st.just("renew"), st.just(0)),
)


@dataclass
class World:
    """Some codes, some applications that fetch when they like, and whether each code counts by a model of our own."""

    units: list[KeyAssignment]
    keys: dict[str, str]
    client: Client
    held: list[Any] = field(default_factory=lambda: [None] * APPLICATIONS)
    gone: list[set[str]] = field(default_factory=lambda: [set() for _ in range(CODES)])

    def do(self, step: str, number: int) -> None:
        if step == "fetch":
            self.fetch(number)
        elif step == "renew":
            refresh(now=NOW, rebuild=True)
        else:
            self.happen(step, number)
            refresh(now=NOW)

    def happen(self, step: str, number: int) -> None:
        unit = self.units[number]
        if step == "move" and "moved" not in self.gone[number]:
            end(unit, at=NOW, reason="moved")
            self.gone[number].add("moved")
        elif step == "undo":
            reopened(unit)
            self.gone[number].discard("moved")
        elif step in ("refund", "revoke"):
            self.spoil(unit, NOW if step == "refund" else None, NOW if step == "revoke" else None)
            self.gone[number] = (self.gone[number] & {"moved"}) | {step}
        elif step == "restore":
            self.spoil(unit, None, None)
            self.gone[number] &= {"moved"}

    def spoil(self, unit: KeyAssignment, refunded: Any, revoked: Any) -> None:
        Purchase.objects.filter(lines__licenses=unit.license_id).update(refunded_at=refunded)
        License.objects.filter(pk=unit.license_id).update(revoked_at=revoked)

    def fetch(self, number: int) -> None:
        held = self.held[number]
        since = held["sequence"] if held else None
        self.held[number] = CLIENT.updated(held, fetched(self.client, since), self.keys, NOW)

    def whole(self) -> Any:
        return CLIENT.updated(None, fetched(self.client), self.keys, NOW)


def examples(count: int) -> settings:
    return settings(
        max_examples=count, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@examples(5)
@given(st.lists(STEPS, max_size=15))
def test_changes_applied_from_any_list_give_the_whole_list(
    client: Client, signing_key: SigningKey, steps: list[tuple[str, int]]
) -> None:
    assert_whole_after(steps, client, signing_key)


@pytest.mark.long
@examples(60)
@given(st.lists(STEPS, max_size=15))
def test_changes_applied_from_any_list_give_the_whole_list_for_long(
    client: Client, signing_key: SigningKey, steps: list[tuple[str, int]]
) -> None:
    assert_whole_after(steps, client, signing_key)


def assert_whole_after(steps: list[tuple[str, int]], client: Client, signing_key: SigningKey) -> None:
    retired_reading.changes.cache_clear()  # each example is a past of its own, with the same sequences
    with transaction.atomic():
        edition = checking_edition()
        world = World([served(edition) for _ in range(CODES)], shipped(signing_key), client)
        refresh(now=NOW)
        for step, number in steps:
            world.do(step, number)
        for number in range(APPLICATIONS):
            world.fetch(number)
        check(world, edition)
        transaction.set_rollback(True)


def check(world: World, edition: Edition) -> None:
    whole = world.whole()
    assert all(held == whole for held in world.held)
    refused = [CLIENT.is_retired(whole, edition.sku, code_of(unit.key)) for unit in world.units]
    assert refused == [bool(gone) for gone in world.gone]
