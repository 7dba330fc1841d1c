"""An application asks whether a code counts."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from licensing.keys.assign import end
from licensing.models import License, Purchase
from recovery.limits import CHECKS, HOUR, Limit
from tests import factories
from tests.api.caller import CHECK, EMAIL, Caller, code_of, faults_of, said
from tests.recovery.exchanging import owned, served_by

pytestmark = pytest.mark.django_db

CODE = "AAAA-BBBB-CCCC-DDDD"
ENDED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def switched_on(settings: LazySettings) -> None:
    settings.API_KEY_CHECK = True


@pytest.fixture
def sold() -> License:
    return owned(factories.edition(sku="cutter"), owner=factories.customer(email=EMAIL), code=CODE)


def checked(code: str = CODE, sku: str = "cutter", **more: str) -> object:
    answer = Caller().tell(CHECK, {"sku": sku, "code": code}, **more)
    assert answer.status_code == 200, answer.content
    assert EMAIL not in answer.content.decode()
    return said(answer)


VALID = {"state": "valid", "since": None}
UNKNOWN = {"state": "unknown", "since": None}
ASKED = [
    (CODE, "cutter"),
    ("RETI-REDC-ODE0-0001", "cutter"),
    ("XXXX", "cutter"),
    (CODE, "none"),
    ("\x07", "none"),
]
RETIRED = {"state": "retired", "since": "2026-02-03T04:05:06Z"}


@pytest.mark.parametrize("code", [CODE, "aaaabbbbccccdddd", " AAAA BBBB CCCC DDDD "])
def test_a_code_that_serves_somebody_is_valid(sold: License, code: str) -> None:
    assert checked(code) == VALID


@pytest.mark.parametrize(
    ("sku", "code"), [("cutter", "AAAA-BBBB-CCCC-DDDE"), ("other", CODE), ("cutter", "\x07")]
)
def test_everything_else_is_unknown(sold: License, sku: str, code: str) -> None:
    assert checked(code, sku) == UNKNOWN


def test_a_code_that_waits_in_the_pool_is_unknown() -> None:
    factories.key(edition=factories.edition(sku="cutter"), code=CODE)
    assert checked() == UNKNOWN


def test_a_code_of_a_test_order_is_unknown(sold: License) -> None:
    Purchase.objects.update(test=True)
    assert checked() == UNKNOWN


def test_a_moved_code_is_retired_from_when_its_grace_ended(sold: License) -> None:
    end(served_by(sold), at=ENDED, reason="moved")
    assert checked() == RETIRED


def test_a_moved_code_counts_in_its_grace_period(sold: License) -> None:
    end(served_by(sold), at=timezone.now() + timedelta(days=1), reason="moved")
    assert checked() == VALID


@pytest.mark.parametrize("fact", ["refunded_at", "disputed_at"])
def test_a_code_of_an_order_that_was_paid_back_is_retired(sold: License, fact: str) -> None:
    Purchase.objects.update(**{fact: ENDED})
    assert checked() == RETIRED


@pytest.mark.parametrize("fact", ["revoked_at", "refunded_at", "expires_at"])
def test_a_code_of_a_license_that_ended_is_retired(sold: License, fact: str) -> None:
    License.objects.update(**{fact: ENDED})
    assert checked() == RETIRED


def test_a_dispute_that_was_won_changes_nothing(sold: License) -> None:
    Purchase.objects.update(disputed_at=ENDED, won_at=ENDED)
    assert checked() == VALID


def test_does_the_same_work_for_every_answer(sold: License) -> None:
    owned(sold.edition, code="RETI-REDC-ODE0-0001").assignments.update(ends_at=ENDED)
    seen = set()
    for code, sku in ASKED:
        with CaptureQueriesContext(connection) as queries:
            checked(code, sku)
        seen.add(tuple(re.sub(r"'[^']*'|\d+|\\x\w+", "?", each["sql"])[:60] for each in queries))
    assert len({len(each) for each in seen}) == 1
    assert len(seen) == 1


def test_is_off_until_the_vendor_switches_it_on(sold: License, settings: LazySettings) -> None:
    settings.API_KEY_CHECK = False
    answer = Caller().tell(CHECK, {"sku": "cutter", "code": CODE})
    assert (answer.status_code, code_of(answer)) == (404, "not_offered")


def test_is_limited_for_each_network_and_says_how_much_is_left(
    sold: License, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recovery.journeys.check_key.CHECKS", Limit(CHECKS.name, 2, HOUR))
    bodies = {"sku": "cutter", "code": CODE}
    answers = [Caller().tell(CHECK, bodies) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    left = [each["RateLimit"].partition(";t=")[0] for each in answers[:2]]
    assert left == ['"checks";r=1', '"checks";r=0']
    assert 3000 < int(answers[2]["Retry-After"]) <= 3660
    assert Caller().tell(CHECK, bodies, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_takes_text_only() -> None:
    assert faults_of(Caller().tell(CHECK, {"sku": 1, "code": None})) == {"sku": "invalid", "code": "null"}
    assert faults_of(Caller().tell(CHECK, {"sku": "a\x00", "code": "b\x00"})) == dict.fromkeys(
        ("sku", "code"), "null_characters_not_allowed"
    )
