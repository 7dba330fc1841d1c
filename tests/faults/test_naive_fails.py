"""A fault test counts only if it fails on naive code: the same tests, run against the build in `naive/`.

How each fault shows there stands beside its test, and must be what the raised error says.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults import (
    test_beat,
    test_broker,
    test_database,
    test_mail_server,
    test_random_kills,
    test_soak,
    test_worker_killed,
)
from tests.faults.conftest import IMPATIENT
from tests.faults.weather import mail_taken_without_a_reply
from tests.journeys.ground import Ground
from tests.journeys.service import Service
from tests.kit.postgres import Postgres

pytestmark = [pytest.mark.long, pytest.mark.journey]

SWEEP = {
    "CELERY_BEAT_SCHEDULE": {"sweep": {"task": "naive.sweep", "schedule": 0.5}},
    "SMTP_TIMEOUT_SECONDS": 60,
}


class Fault(NamedTuple):
    """A test, what it is told, and what is seen when the naive build meets it."""

    test: Callable[..., None]
    told: dict[str, Any]
    seen: str


LOST = "an end for every accepted request: not within"  # its task is gone, and nobody looks for it
NO_MAIL = "mails for those who wait: not within|mails being sent: not within"  # the same, for whoever is next
NO_PROOF = "a proof by every owner: not within"  # the same, for the mail with the link
ERROR_PAGE = "Something broke on our side"  # published while the visitor waits, and before the commit
HUNG = "timed out"  # the same, and the broker says nothing
SENT_AGAIN = r"\.example': [2-9]"  # two workers read the row before one of them marks it
ANOTHER_MAIL = r"assert 2 == 1\b"  # sent again under another Message-ID
NEVER_SAID = "the refusal: not within"  # the page says "waiting" for ever
DEAD_LINK = r"\(410\)"  # minted when asked for, mailed after its life

FAULTS = [
    Fault(test_broker.test_a_mail_asked_for_while_redis_is_down_goes_out_when_it_is_back, {}, ERROR_PAGE),
    Fault(test_broker.test_a_hung_redis_keeps_no_visitor_waiting, {}, HUNG),
    Fault(test_broker.test_an_emptied_redis_loses_no_mail, {}, LOST),
    Fault(test_broker.test_a_redis_killed_and_started_empty_loses_no_mail, {}, LOST),
    Fault(test_broker.test_a_task_delivered_thirty_times_sends_one_mail, {}, SENT_AGAIN),
    Fault(test_worker_killed.test_killed_before_it_spoke_to_the_mail_server, {"rounds": 1}, LOST),
    Fault(test_worker_killed.test_killed_while_it_handed_the_mail_over, {"rounds": 1}, LOST),
    Fault(
        test_worker_killed.test_killed_after_the_servers_reply_and_before_it_was_written_down,
        {"rounds": 1},
        LOST,
    ),
    Fault(
        test_worker_killed.test_killed_after_one_mail_was_written_down_and_before_the_next,
        {"rounds": 1},
        LOST,
    ),
    Fault(test_worker_killed.test_only_the_child_that_does_the_work_killed, {"rounds": 1}, LOST),
    Fault(test_beat.test_two_beats_and_two_workers_send_a_mail_once, {}, SENT_AGAIN),
    Fault(test_beat.test_without_nudge_the_sweep_alone_sends_a_mail, {}, LOST),
    Fault(test_mail_server.test_a_mail_put_off_five_times_goes_out_once_at_the_sixth, {}, LOST),
    Fault(test_mail_server.test_a_mailbox_that_does_not_exist_is_said_so_and_not_tried_again, {}, NEVER_SAID),
    Fault(test_mail_server.test_a_domain_that_blocks_us_rests_and_support_is_told, {}, NEVER_SAID),
    Fault(
        test_mail_server.test_a_mail_taken_without_a_reply_comes_again_as_the_same_mail,
        {"cut": True},
        ANOTHER_MAIL,
    ),
    Fault(test_mail_server.test_a_server_that_never_replies_gets_the_same_mail_a_few_times_only, {}, LOST),
    Fault(test_mail_server.test_a_mail_held_up_for_twenty_minutes_carries_a_link_that_works, {}, DEAD_LINK),
    Fault(
        test_database.test_a_database_lost_while_a_mail_is_on_its_way_loses_no_mail,
        {"end": Postgres.restart},
        ANOTHER_MAIL,
    ),
    Fault(
        test_random_kills.test_a_worker_killed_at_random_moments_loses_nothing,
        {"kills": 10},
        f"{LOST}|{NO_PROOF}|{NO_MAIL}",
    ),
    Fault(test_soak.test_nothing_is_lost_or_mixed_up_in_a_storm, {}, f"{LOST}|{NO_PROOF}|{ERROR_PAGE}"),
    Fault(
        test_soak.soak, {"storm": [mail_taken_without_a_reply], "mails": 50, "faults": 5}, r"assert \d <= 1\b"
    ),
]


@pytest.fixture
def naive(
    ground: Ground, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> Iterator[Service]:
    with Service(
        ground,
        "server",
        unblock=django_db_blocker.unblock,
        settings_module="tests.faults.naive.settings",
        settings={**IMPATIENT, **getattr(request, "param", {})},
        patience=10,
    ) as running:
        yield running


def settings_for(fault: Fault) -> dict[str, Any]:
    return SWEEP if fault.test is test_beat.test_two_beats_and_two_workers_send_a_mail_once else {}


@pytest.mark.parametrize(
    ("naive", "fault"),
    [pytest.param(settings_for(each), each, id=each.test.__name__) for each in FAULTS],
    indirect=["naive"],
)
def test_the_naive_build_fails(naive: Service, fault: Fault) -> None:
    with pytest.raises((AssertionError, TimeoutError, ValueError)) as failure:
        fault.test(naive, **fault.told)
    assert re.search(fault.seen, str(failure.value))
