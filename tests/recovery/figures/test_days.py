"""What is counted of a day: requests, how long mails took, moves, refusals; and which days are counted anew."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.utils import timezone

from licensing.keys.assign import assign
from licensing.models import AuditEntry, Case, CaseKind, Customer
from recovery.figures.buckets import MOST_OFF, seconds_of
from recovery.figures.count_days import OFTEN, count_day, due_days, figures_of, write
from recovery.figures.days import DAY, LONGEST
from recovery.figures.moves import part_of
from recovery.figures.run import count_figures
from recovery.models import (
    ChangeKind,
    ChangeState,
    DayFigure,
    ExchangeState,
    Figure,
    Message,
    MessageKind,
    MessageState,
    Origin,
    OwnerChange,
    RecoveryRequest,
    Tally,
    Withheld,
)
from tests import factories
from tests.recovery.figures.history import (
    NOW,
    TODAY,
    count,
    mail_of,
    move_at,
    parts,
    request_at,
    served_at,
    value,
)

pytestmark = pytest.mark.django_db

NOON = NOW.replace(hour=12)
ADA = "ada@lovelace.example"


def test_a_request_counts_on_the_day_it_was_made_by_utc() -> None:
    request_at(NOW.replace(hour=0, minute=0))
    request_at(NOW.replace(hour=0, minute=0) - timedelta(microseconds=1))

    count()

    assert value(Figure.REQUESTS) == 1
    assert value(Figure.REQUESTS, TODAY - timedelta(days=1)) == 1


@pytest.mark.parametrize("origin", [Origin.SERVICE, Origin.SUPPORT, Origin.CLAIM])
def test_what_no_customer_asked_their_keys_with_is_no_request(origin: Origin) -> None:
    served_at(NOON, origin=origin)

    count()

    assert (value(Figure.REQUESTS), value(Figure.PROVED)) == (0, 0)


def test_who_asks_anew_from_a_mail_of_ours_counts() -> None:
    request_at(NOON, origin=Origin.LINK)

    count()

    assert value(Figure.REQUESTS) == 1


def test_who_got_the_keys_was_served_without_support() -> None:
    factories.owner_of(ADA)
    served_at(NOON)
    request_at(NOON, email="never@proved.example")

    count()

    assert (value(Figure.REQUESTS), value(Figure.PROVED), value(Figure.ALONE)) == (2, 1, 1)


def test_who_proved_but_whose_mail_was_refused_was_not_served() -> None:
    request = request_at(NOON, verified_at=NOON)
    mail_of(request, kind=MessageKind.KEYS, state=MessageState.REFUSED)

    count()

    assert (value(Figure.PROVED), value(Figure.ALONE)) == (1, 0)


def noted(owner: Customer, at: datetime, *, by: str = "ann", action: str = "note.written") -> None:
    AuditEntry.objects.create(at=at, by=by, action=action, customer=owner.pk, key="k", sealed=b"s")


def asked_support(owner: Customer, at: datetime) -> None:
    Case.objects.create(kind=CaseKind.EXCHANGE, customer=owner, digest=b"d")
    Case.objects.update(opened_at=at)


def moved_by_support(owner: Customer, at: datetime) -> None:
    move_at(at, of=factories.license(owner=owner), by="ann")


def undone_by_support(owner: Customer, at: datetime) -> None:
    told = {"state": ExchangeState.UNDONE, "undone_at": at, "undone_by": "ann"}
    move_at(at - timedelta(days=2), of=factories.license(owner=owner), **told)


def asked_for_another_address(owner: Customer, at: datetime) -> None:
    told = {"kind": ChangeKind.ADDRESS, "state": ChangeState.UNPROVEN, "new_address": "new@example.com"}
    OwnerChange.objects.create(customer=owner, asked_at=at, **told)


HAD_TO_DO = [noted, asked_support, asked_for_another_address, moved_by_support, undone_by_support]


@pytest.mark.parametrize("had_to_do", HAD_TO_DO)
def test_whom_support_had_to_do_with_was_not_served_without_it(had_to_do: Callable[..., None]) -> None:
    owner = factories.owner_of(ADA)
    served_at(NOON)
    had_to_do(owner, NOON + timedelta(hours=1))

    count()

    assert (value(Figure.PROVED), value(Figure.ALONE)) == (1, 0)


@pytest.mark.parametrize("had_to_do", HAD_TO_DO)
@pytest.mark.parametrize("apart", [timedelta(days=7, seconds=1), timedelta(hours=-1)])
def test_what_support_did_before_or_long_after_says_nothing_of_a_request(
    had_to_do: Callable[..., None], apart: timedelta
) -> None:
    owner = factories.owner_of(ADA)
    day = NOON - timedelta(days=9)
    served_at(day)
    had_to_do(owner, day + apart)

    count()

    assert value(Figure.ALONE, day.date()) == 1


def test_what_a_customer_or_a_command_did_is_not_support() -> None:
    owner = factories.owner_of(ADA)
    served_at(NOON)
    noted(owner, NOON, by="")
    noted(owner, NOON, by="command")
    move_at(NOON, of=factories.license(owner=owner))

    count()

    assert value(Figure.ALONE) == 1


@pytest.mark.parametrize("look", ["page.looked", "page.refused", "search.made", "api.called"])
def test_a_look_at_a_customer_is_no_support(look: str) -> None:
    owner = factories.owner_of(ADA)
    served_at(NOON)
    noted(owner, NOON + timedelta(hours=1), action=look)

    count()

    assert value(Figure.ALONE) == 1


def test_how_long_mails_took_is_kept_in_buckets() -> None:
    for seconds in (2.0, 2.0, 0.001, 600.0):
        mail_of(request_at(NOON), after=seconds)
    mail_of(request_at(NOON))  # not accepted yet

    count()

    told = {seconds_of(int(bucket)): count for bucket, count in parts(Figure.WAIT).items()}
    assert sorted(told) == pytest.approx([0.01, 2.0, 600.0], rel=MOST_OFF)
    assert [told[each] for each in sorted(told)] == [1, 2, 1]


def test_moves_count_by_direction_and_product_on_the_day_they_were_done() -> None:
    license = factories.license()
    move_at(NOON, of=license, asked_at=NOON - timedelta(days=3))
    move_at(NOON, state=ExchangeState.UNDONE, undone_at=NOW)

    count()

    assert parts(Figure.MOVES)[part_of("windows", "macos", str(license.edition.product_id))] == 1
    assert sum(parts(Figure.MOVES).values()) == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("550 5.1.1 no such user", "mail gone"),
        ("refused earlier: its server said that there is no such mailbox", "mail gone"),
        ("552 5.2.2 over quota", "mail full"),
        ("554 5.7.1 blocked, see 5.1.1 on our page", "mail blocked"),
        ("550 5.1.8 your address is what is wrong", "mail blocked"),
        ("given up: it could not be handed over in time", "mail late"),
        ("451 4.7.1 greylisted", "mail late"),
    ],
)
def test_a_refused_mail_counts_by_what_the_server_said(words: str, reason: str) -> None:
    mail_of(request_at(NOON), state=MessageState.REFUSED, reply=words)

    count()

    assert parts(Figure.REFUSALS) == {reason: 1}


def test_what_our_limits_kept_back_counts_and_what_nobody_wanted_any_more_does_not() -> None:
    for because in (Withheld.MAILBOX, Withheld.MAILBOX, Withheld.OVERTAKEN):
        mail_of(request_at(NOON), state=MessageState.WITHHELD, withheld_because=because)

    count()

    assert parts(Figure.REFUSALS) == {"limit mailbox": 2}


def test_a_move_that_the_rules_left_to_support_counts_by_the_rule() -> None:
    move_at(NOON, policy={"verdict": "needs_support", "rule": "too_many"})
    move_at(NOON, policy={"verdict": "allowed", "rule": "within_policy"})

    count()

    assert parts(Figure.REFUSALS) == {"move too_many": 1}


def test_a_pool_is_counted_with_what_it_lost_lately() -> None:
    edition = factories.edition(stocked_at=NOW)
    for _ in range(3):
        factories.key(edition=edition)
    used = factories.license(edition=edition)
    assign(license=used, key=factories.key(edition=edition), now=timezone.now())

    count(now=timezone.now())

    rows = DayFigure.objects.filter(part=str(edition.pk)).values_list("figure", "value")
    assert dict(rows) == {Figure.POOL_LEVEL: 3, Figure.POOL_USED: 1}


def test_counted_again_a_day_says_the_same() -> None:
    served_at(NOON)
    count()
    before = list(
        DayFigure.objects.order_by("figure", "day", "part").values_list("figure", "day", "part", "value")
    )

    count(NOW + timedelta(minutes=5))

    after = DayFigure.objects.order_by("figure", "day", "part").values_list("figure", "day", "part", "value")
    assert list(after) == before


def test_what_changes_later_is_counted_anew() -> None:
    request = request_at(NOON)
    count()
    RecoveryRequest.objects.filter(pk=request.pk).update(verified_at=NOON)

    count(NOW + timedelta(minutes=5))

    assert value(Figure.PROVED) == 1


def test_a_reason_that_is_gone_is_gone_from_the_figures() -> None:
    mail = mail_of(request_at(NOON), state=MessageState.REFUSED, reply="550 5.1.1 no")
    count()
    Message.objects.filter(pk=mail.pk).update(state=MessageState.WAITING)

    count(NOW + timedelta(minutes=5))

    assert parts(Figure.REFUSALS) == {}


@pytest.mark.parametrize("kept", [3, 11])
def test_what_is_deleted_after_some_days_stays_in_the_figures(kept: int, settings: LazySettings) -> None:
    settings.RETENTION_DAYS = kept
    for back in range(5):
        request_at(NOON - timedelta(days=back))
    count()
    before = [value(Figure.REQUESTS, TODAY - timedelta(days=back)) for back in range(5)]

    for later in (1, 2, 8, 12):
        now = NOW + timedelta(days=later)
        RecoveryRequest.objects.filter(created_at__lt=now - timedelta(days=kept)).delete()
        count(now)

    after = [value(Figure.REQUESTS, TODAY - timedelta(days=back)) for back in range(5)]
    assert before[: min(kept, 5) - 1] == [1] * (min(kept, 5) - 1)
    assert after == before


def test_a_day_that_is_settled_is_not_read_again() -> None:
    day = NOON - timedelta(days=20)
    request_at(day)
    count()
    request_at(day)

    count(NOW + timedelta(days=1))

    assert value(Figure.REQUESTS, day.date()) == 1


def test_nothing_is_due_right_after_a_count() -> None:
    request_at(NOW - 3 * DAY)
    assert list(due_days(now=NOW)) == [TODAY - back * DAY for back in range(4)]
    count()

    assert list(due_days(now=NOW)) == []
    assert list(due_days(now=NOW + OFTEN)) == [TODAY, TODAY - DAY]


def test_no_day_is_counted_that_no_page_shows() -> None:
    request_at(NOW - 3000 * DAY)

    assert len(list(due_days(now=NOW))) == LONGEST


def test_of_two_who_count_a_day_at_once_the_later_to_write_drops_what_it_has() -> None:
    slow = Tally.objects.create(name=str(TODAY))
    counted_before = figures_of(TODAY, now=NOW)
    request_at(NOON)
    count_day(TODAY, now=NOW)

    assert not write(TODAY, counted_before, before=slow, now=NOW)
    assert value(Figure.REQUESTS) == 1


def test_a_run_without_time_does_nothing_and_says_that_more_is_left() -> None:
    assert not count_figures(now=NOW, seconds=0.0)
    assert not Tally.objects.exists()


def test_an_empty_service_has_no_figures() -> None:
    assert count()
    assert not DayFigure.objects.exists()
