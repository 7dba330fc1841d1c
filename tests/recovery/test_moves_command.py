"""Support without the console: moves are seen, decided and done from the command line."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from licensing.models import License
from recovery.journeys.exchange import ask_support
from recovery.models import Exchange, ExchangeState
from tests import factories
from tests.recovery.exchanging import key_of, latest, owned, proved, shop

pytestmark = pytest.mark.django_db

Captured = pytest.CaptureFixture[str]
MAC = "MAC-0001-ABCD-EFGH"


def run(capsys: Captured, *words: object) -> str:
    capsys.readouterr()
    call_command("moves", *map(str, words))
    return capsys.readouterr().out


@pytest.fixture
def unit() -> License:
    sold = shop(mac_codes=[MAC], name="Clip Cutter", exchange_needs_approval=True)
    return owned(sold.windows, owner=factories.customer(email="anna@example.com"))


def asked(unit: License) -> Exchange:
    return ask_support(
        proved(unit), license_id=unit.pk, platform="macos", text="My PC\ndied", now=timezone.now()
    )


def test_lists_what_waits_for_support_with_what_was_written(unit: License, capsys: Captured) -> None:
    assert "nobody waits" in run(capsys, "list")
    exchange = asked(unit)

    told = run(capsys, "list")

    assert str(exchange.pk) in told
    assert "Clip Cutter 2 (Windows) to Mac" in told
    assert "the customer: My PC died" in told


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("approve", ExchangeState.DONE),
        ("decline", ExchangeState.DECLINED),
        ("cancel", ExchangeState.CANCELLED),
    ],
)
def test_decides(unit: License, capsys: Captured, action: str, state: str) -> None:
    exchange = asked(unit)

    run(capsys, action, exchange.pk, "--reason", "As agreed", "--by", "kim")

    exchange.refresh_from_db()
    assert (exchange.state, exchange.by) == (state, "kim")


def test_shows_a_customers_licenses_and_moves_one_beyond_the_rules(unit: License, capsys: Captured) -> None:
    assert f"{unit.pk}  Clip Cutter 2 (Windows), ••••-" in run(capsys, "licenses", " Anna@Example.com ")

    with pytest.raises(CommandError, match="needs a reason"):
        run(capsys, "do", unit.pk, "macos")
    run(capsys, "do", unit.pk, "macos", "--reason", "Promised at a fair")
    run(capsys, "undo", latest(unit).pk)

    assert latest(unit).state == ExchangeState.UNDONE


def test_replaces_a_leaked_code(unit: License, capsys: Captured) -> None:
    new = factories.key(edition=unit.edition)

    run(capsys, "replace", unit.pk, "--reason", "Seen in a forum")

    assert key_of(unit) == new


@pytest.mark.parametrize("action", ["approve", "decline", "ask", "undo", "cancel", "replace"])
def test_what_does_not_exist_is_said_in_one_line(action: str, capsys: Captured) -> None:
    with pytest.raises(CommandError, match="There is no such license or move"):
        run(capsys, action, uuid4(), "--reason", "x")


def test_refuses_what_was_refunded(unit: License, capsys: Captured) -> None:
    unit.line.purchase.refunded_at = timezone.now()
    unit.line.purchase.save()

    with pytest.raises(CommandError, match="refunded"):
        run(capsys, "do", unit.pk, "macos", "--reason", "Be kind")


@pytest.mark.parametrize(("action", "length"), [("approve", 301), ("decline", 4001)])
def test_refuses_a_reason_that_is_too_long(unit: License, capsys: Captured, action: str, length: int) -> None:
    exchange = asked(unit)

    with pytest.raises(CommandError, match="longer than"):
        run(capsys, action, exchange.pk, "--reason", "x" * length)

    exchange.refresh_from_db()
    assert exchange.state == ExchangeState.ASKED
