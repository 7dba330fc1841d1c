"""Keys from the vendor's own generator, with a real server that behaves badly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.db.models.functions import Now

from licensing.keys.assign import assign
from licensing.keys.sealed import content_of
from licensing.keys.sources import fetch, orders, remote, supply
from licensing.keys.sources.remote import fetch_due
from licensing.keys.waiting import serve_answered, serve_waiting
from licensing.models import (
    Case,
    CaseKind,
    Edition,
    KeyAssignment,
    KeyOrder,
    KeyState,
    License,
    OrderState,
    RegistrationKey,
)
from tests import factories
from tests.kit.race import released_together
from tests.licensing.sources.generators import Asked, Generator, Handler

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.django_db


def edition(generator: Generator, **options: Any) -> Edition:
    return factories.edition(key_source="remote", key_source_options={"url": generator.url, **options})


def ordered(generator: Generator, **options: Any) -> License:
    """A license whose key is being made."""
    license = factories.license(edition=edition(generator, **options))
    assert supply(license.edition, [license], now=NOW) == {}
    return license


def order_of(license: License) -> KeyOrder:
    return KeyOrder.objects.get(license=license)


def test_a_key_is_ordered_made_and_given_to_the_license_that_it_was_made_for(generator: Generator) -> None:
    license = ordered(generator)

    made = fetch_due(now=NOW)
    key = supply(license.edition, [license], now=NOW)[license.id]

    order = order_of(license)
    assert (made, order.state, order.key) == (1, OrderState.USED, key)
    assert (key.state, content_of(key)) == (KeyState.SERVING, b"CODE-1-ABCD-EFGH")
    assert assign(license=license, key=key, now=NOW).seat == 1


def test_the_generator_is_told_what_it_is_for(generator: Generator) -> None:
    of = factories.product(slug="cutter")
    mac = factories.edition(
        of=of, platform="macos", version="4", key_source="remote", key_source_options={"url": generator.url}
    )
    license = factories.license(
        edition=factories.edition(of=of), owner=factories.customer(full_name="Zoë 山田")
    )
    supply(mac, [license], now=NOW)

    fetch_due(now=NOW)

    order = order_of(license)
    assert generator.asked[0].headers["Idempotency-Key"] == str(order.id)
    assert generator.asked[0].json == {
        "request_id": str(order.id),
        "sku": "cutter-macos",
        "product": "cutter",
        "platform": "macos",
        "version": "4",
        "name": "Zoë 山田",
        "quantity": 1,
    }


def test_a_shareit_generator_answers_with_a_text(generator: Generator) -> None:
    license = ordered(generator, protocol="shareit", secret="cutter", auth="basic")
    generator.says(b"SHARE-IT-0001\r\n")

    fetch_due(now=NOW)

    assert content_of(supply(license.edition, [license], now=NOW)[license.id]) == b"SHARE-IT-0001"
    assert generator.asked[0].headers["Authorization"] == "Basic dXNlcjpwYXNzd29yZA=="


def test_a_shareit_generator_may_answer_with_a_file(generator: Generator) -> None:
    license = ordered(generator, protocol="shareit", answer="file", file_name="cutter.lic")
    generator.says(b"\x00\xffKEY", kind="application/octet-stream")

    fetch_due(now=NOW)

    key = supply(license.edition, [license], now=NOW)[license.id]
    assert (key.file_name, content_of(key)) == ("cutter.lic", b"\x00\xffKEY")


def test_asking_again_opens_no_second_order(generator: Generator) -> None:
    license = ordered(generator)

    supply(license.edition, [license], now=LATER)

    assert KeyOrder.objects.count() == 1


def test_each_license_gets_its_own_key_and_a_second_move_a_second_one(generator: Generator) -> None:
    first = ordered(generator)
    other = factories.license(edition=first.edition)
    supply(first.edition, [first, other], now=NOW)
    fetch_due(now=NOW)
    keys = supply(first.edition, [first, other], now=NOW)

    again = supply(first.edition, [first], now=NOW)

    assert len({key.id for key in keys.values()}) == 2
    assert again == {}
    assert KeyOrder.objects.filter(license=first).count() == 2


def trickles(generator: Generator) -> None:
    generator.trickles()


def hangs(generator: Generator) -> None:
    generator.hangs()


def says(content: bytes, **answer: Any) -> Callable[[Generator], None]:
    return lambda generator: generator.says(content, **answer)


BAD = {
    "hangs": (hangs, "took too long"),
    "trickles": (trickles, "took too long"),
    "cuts": (Generator.cuts, "connection failed"),
    "garbage": (says(bytes(range(256))), "control characters"),
    "html": (says(b"<!doctype html><title>Log in</title>", kind="text/html"), "web page"),
    "10 MB": (says(b"A" * 10_000_000), "longer than 64 KB"),
    "empty": (says(b""), "empty"),
    "redirect": (says(b"", status=302, Location="http://169.254.169.254/"), "not followed"),
    "error": (says(b"Internal error", status=500), "HTTP 500"),
}


@pytest.mark.parametrize(("behave", "words"), BAD.values(), ids=BAD)
def test_a_bad_answer_is_noted_and_asked_for_again_with_the_same_request_id(
    generator: Generator, monkeypatch: pytest.MonkeyPatch, behave: Callable[[Generator], None], words: str
) -> None:
    monkeypatch.setattr(
        remote, "post", lambda url, **asked: fetch.post(url, **asked, seconds=0.5)
    )  # 20 s would be as true
    license = ordered(generator, protocol="shareit")
    behave(generator)

    made = fetch_due(now=NOW)
    order = order_of(license)
    too_early = fetch_due(now=NOW)
    generator.says(b"GOOD-CODE-0001")
    later = fetch_due(now=order.due_at)

    assert (made, too_early, later) == (0, 0, 1)
    assert words in order.problem
    assert (order.state, order.attempts, order.lease_until) == (OrderState.OPEN, 1, None)
    assert {asked.form()["PURCHASE_ID"] for asked in generator.asked} == {str(order.id)}
    assert order_of(license).problem == ""


def test_pauses_grow_and_the_order_stays_open(generator: Generator) -> None:
    license = ordered(generator)
    generator.says(b"", status=500)
    pauses, now = [], NOW
    for _ in range(9):
        fetch_due(now=now)
        due = order_of(license).due_at
        pauses.append((due - now).total_seconds() / 60)
        now = due

    assert pauses == [0.5, 2, 5, 15, 60, 180, 360, 360, 360]
    assert order_of(license).state == OrderState.OPEN
    assert orders.in_trouble().get() == order_of(license)


def test_one_that_cannot_be_reached_costs_a_run_one_question(
    generator: Generator, settings: LazySettings
) -> None:
    first = ordered(generator)
    rest = [factories.license(edition=first.edition) for _ in range(5)]
    supply(first.edition, rest, now=NOW)
    generator.cuts()

    fetch_due(now=NOW)
    down = len(generator.asked)
    generator.behaviour = generator.makes
    made = fetch_due(now=order_of(first).due_at)

    assert (down, made) == (1, 6)


def test_a_slow_generator_does_not_stop_another(generator: Generator) -> None:
    gone = edition(generator)
    gone.key_source_options = {"url": generator.url.replace("/make", "/gone")}
    gone.save()
    lost = factories.license(edition=gone)
    supply(gone, [lost], now=NOW - timedelta(hours=1))
    license = ordered(generator)

    def behaviour(handler: Handler, asked: Asked) -> None:
        generator.makes(handler, asked) if asked.path == "/make" else handler.answer(b"", status=503)

    generator.behaviour = behaviour

    assert fetch_due(now=NOW) == 1
    assert order_of(license).state == OrderState.ANSWERED


def test_a_refusal_waits_for_a_person_and_is_asked_again_when_they_say_so(generator: Generator) -> None:
    license = ordered(generator)
    generator.says(b'{"refused": "unknown sku"}')

    fetch_due(now=NOW)
    refused = order_of(license)
    nothing = supply(license.edition, [license], now=LATER), fetch_due(now=LATER)
    generator.behaviour = generator.makes
    orders.ask_again(refused, now=LATER)

    assert (refused.state, refused.problem) == (OrderState.REFUSED, "The generator refused: unknown sku")
    assert nothing == ({}, 0)
    assert fetch_due(now=LATER) == 1
    assert {asked.json["request_id"] for asked in generator.asked} == {str(refused.id)}


def test_the_same_code_twice_is_refused_and_a_person_is_told(generator: Generator) -> None:
    first = ordered(generator)
    second = factories.license(edition=first.edition)
    supply(first.edition, [second], now=NOW + timedelta(seconds=1))
    generator.says(b'{"code": "same-0001"}')

    made = fetch_due(now=LATER)

    assert (made, order_of(first).state, order_of(second).state) == (
        1,
        OrderState.ANSWERED,
        OrderState.REFUSED,
    )
    assert "already on file" in order_of(second).problem
    assert Case.objects.get().purchase == second.line.purchase
    assert "same" not in f"{Case.objects.get().detail} {order_of(second).problem}".lower()
    assert RegistrationKey.objects.count() == 1


def test_a_worker_that_died_after_the_answer_buys_no_second_key(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks again with the same request id, when the dead one's lease has ended."""
    license = ordered(generator)

    def dies(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(orders, "answered", dies)
        with pytest.raises(KeyboardInterrupt):
            fetch_due(now=NOW)
    under_lease = fetch_due(now=LATER)
    KeyOrder.objects.update(lease_until=Now() - timedelta(seconds=1))
    made = fetch_due(now=LATER)

    assert (under_lease, made, len(generator.asked)) == (0, 1, 2)
    assert len(generator.codes) == 1
    assert order_of(license).state == OrderState.ANSWERED


def test_an_answer_that_comes_after_the_lease_changes_nothing(generator: Generator) -> None:
    license = ordered(generator)
    slow = orders.claim(now=NOW)
    KeyOrder.objects.update(lease_until=Now() - timedelta(seconds=1))
    fetch_due(now=NOW)

    assert slow is not None
    assert not orders.answered(slow, remote.made_for(slow), now=NOW)
    assert RegistrationKey.objects.count() == 1
    assert order_of(license).state == OrderState.ANSWERED


@pytest.mark.django_db(transaction=True)
def test_the_generator_is_never_asked_in_a_transaction(
    generator: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered_in_transaction(generator)
    seen: list[bool] = []

    def watched(url: str, **asked: Any) -> fetch.Answer:
        seen.append(connection.in_atomic_block)
        return fetch.post(url, **asked)

    monkeypatch.setattr(remote, "post", watched)

    assert (fetch_due(now=NOW), seen) == (1, [False])


def ordered_in_transaction(generator: Generator, *, count: int = 1) -> list[License]:
    of = edition(generator)
    licenses = [factories.license(edition=of) for _ in range(count)]
    with transaction.atomic():
        supply(of, licenses, now=NOW)
    return licenses


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_ask_once_for_each_order(generator: Generator) -> None:
    ordered_in_transaction(generator, count=12)

    outcome = released_together(4, lambda _: fetch_due(now=NOW), after=lambda: connection.close())

    assert outcome.errors == []
    assert (sum(outcome.results), len(generator.asked), RegistrationKey.objects.count()) == (12, 12, 12)


def test_nothing_is_made_for_an_order_that_was_paid_back_or_an_edition_with_another_source(
    generator: Generator,
) -> None:
    refunded, moved = ordered(generator), ordered(generator)
    purchase = refunded.line.purchase
    purchase.refunded_at = NOW
    purchase.save()
    moved.edition.key_source = "pool"
    moved.edition.save()

    assert fetch_due(now=LATER) == 0
    assert generator.asked == []


def test_a_host_that_the_settings_no_longer_name_is_not_asked(
    generator: Generator, settings: LazySettings
) -> None:
    license = ordered(generator)
    settings.GENERATOR_INTERNAL_HOSTS = []

    fetch_due(now=NOW)

    assert generator.asked == []
    assert "not named in GENERATOR_HOSTS" in order_of(license).problem


def test_a_key_that_was_retired_before_it_was_given_is_made_anew(generator: Generator) -> None:
    license = ordered(generator)
    fetch_due(now=NOW)
    RegistrationKey.objects.update(state=KeyState.RETIRED, retired_at=NOW)

    supply(license.edition, [license], now=NOW)

    assert fetch_due(now=NOW) == 1
    assert set(KeyOrder.objects.values_list("state", flat=True)) == {OrderState.USED, OrderState.ANSWERED}


def test_a_purchase_without_a_code_is_served_by_the_generator(generator: Generator) -> None:
    of = edition(generator)
    licenses = [factories.license(edition=of) for _ in range(120)]  # more than one batch

    at_first = serve_waiting(now=NOW)
    made = fetch_due(now=NOW)
    served = serve_answered(now=NOW)

    assert (at_first, made, served) == (0, 120, 120)
    assert KeyAssignment.objects.open().filter(license__in=licenses).count() == 120


@pytest.mark.parametrize("source", ["pattern", "signed"])
def test_a_purchase_without_a_code_waits_for_a_source_that_is_not_set_up(source: str) -> None:
    factories.license(edition=factories.edition(key_source=source))

    assert serve_waiting(now=NOW) == 0


def test_a_purchase_without_a_code_is_served_by_a_pattern() -> None:
    pattern = {"pattern": "VCU-#####-#####-#####-#####C"}
    of = factories.edition(key_source="pattern", key_source_options=pattern)
    for _ in range(3):
        factories.license(edition=of)

    assert (serve_waiting(now=NOW), serve_waiting(now=NOW)) == (3, 0)


def test_a_refusal_opens_a_case_and_an_answer_closes_it(generator: Generator) -> None:
    license = ordered(generator)
    order = order_of(license)
    orders.refused(order, "The generator refused.")
    told = Case.objects.get(kind=CaseKind.GENERATOR)
    orders.ask_again(order, now=NOW)
    generator.says(b'{"code": "CODE-0001-WXYZ"}')

    fetch_due(now=NOW)

    assert (told.closed_at, told.detail["problem"]) == (None, "The generator refused.")
    assert Case.objects.get().closed_at is not None


def test_a_license_that_cannot_be_served_holds_up_no_other_edition(generator: Generator) -> None:
    stuck = ordered(generator)
    taken = factories.license(edition=stuck.edition)
    key = factories.key(edition=stuck.edition)
    assign(license=taken, key=key, now=NOW)
    KeyOrder.objects.update(state=OrderState.ANSWERED, key=key)
    waits = factories.license(edition=factories.edition())
    factories.key(edition=waits.edition)

    assert serve_waiting([stuck.edition, waits.edition], now=NOW) == 1

    assert KeyAssignment.objects.filter(license=waits).exists()
