"""What is written for endpoints, with the deed that it tells of or not at all."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from licensing.models import Delivery, Endpoint
from licensing.outgoing.endpoints import disable
from licensing.outgoing.kinds import CHOICES, CLAIM_OPENED, CUSTOMER_ERASED, KINDS, POOL_LOW
from licensing.outgoing.tell import Road, coming_by, tell
from tests.licensing.outgoing.ground import bodies, listening

pytestmark = pytest.mark.django_db
CHANGE = uuid4()


def test_each_endpoint_that_wants_the_kind_is_told_of_the_one_event() -> None:
    first, _ = listening()
    second, _ = listening()
    listening(kinds=[POOL_LOW.name])

    tell(CLAIM_OPENED, lambda: [{"change": CHANGE}])

    told = Delivery.objects.all()
    assert {each.endpoint_id for each in told} == {first.pk, second.pk}
    assert len({each.event for each in told}) == len({each.body for each in told}) == 1


def test_an_event_says_its_type_its_time_and_its_facts() -> None:
    listening()

    tell(CLAIM_OPENED, lambda: [{"change": CHANGE}])

    (said,) = bodies()
    assert set(said) == {"type", "timestamp", "data"}
    assert (said["type"], said["data"]) == ("claim.opened", {"change": str(CHANGE)})
    age = datetime.now(UTC) - datetime.fromisoformat(said["timestamp"])
    assert said["timestamp"].endswith("Z")
    assert abs(age.total_seconds()) < 60


def test_a_rollback_tells_nothing() -> None:
    listening()

    with transaction.atomic():
        tell(CLAIM_OPENED, lambda: [{"change": CHANGE}])
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


def test_where_nobody_listens_one_query_is_all_and_the_facts_are_not_asked_for() -> None:
    asked: list[int] = []
    listening(kinds=[POOL_LOW.name])

    with CaptureQueriesContext(
        connection,
    ) as queries:
        tell(CLAIM_OPENED, lambda: [asked.append(1) or {}])  # type: ignore[func-returns-value]

    assert (len(queries), asked) == (1, [])


def test_an_endpoint_that_is_off_is_told_nothing() -> None:
    endpoint, _ = listening()
    disable(endpoint.pk, by="lead", now=datetime.now(UTC))

    tell(CLAIM_OPENED, lambda: [{"change": CHANGE}])

    assert not Delivery.objects.exists()


def test_what_comes_by_a_file_is_told_to_who_wants_that_and_a_trial_to_nobody() -> None:
    wants, _ = listening(also_files=True)
    listening()

    with coming_by(Road.FILE):
        tell(CUSTOMER_ERASED, lambda: [{"customer": CHANGE}])
    with coming_by(Road.TRIAL):
        tell(CUSTOMER_ERASED, lambda: [{"customer": CHANGE}])

    assert [each.endpoint_id for each in Delivery.objects.all()] == [wants.pk]


def test_a_value_that_events_do_not_speak_of_is_refused() -> None:
    endpoint, _ = listening()

    with pytest.raises(TypeError):
        tell(CLAIM_OPENED, lambda: [{"change": endpoint}])


def test_every_kind_is_told_when_and_names_what_it_says() -> None:
    assert all(each.told.endswith(".") and each.data for each in KINDS.values())
    assert len(KINDS) == len(CHOICES) + 1
    assert all(each.may_lack <= set(each.data) for each in KINDS.values())
    assert max(map(len, KINDS)) <= Delivery._meta.get_field("kind").max_length  # type: ignore[operator]


def test_a_kind_that_is_gone_in_a_later_version_hurts_no_endpoint() -> None:
    endpoint, _ = listening()
    Endpoint.objects.filter(pk=endpoint.pk).update(kinds=["no.longer", "claim.opened"])

    tell(CLAIM_OPENED, lambda: [{"change": CHANGE}])

    assert Delivery.objects.count() == 1
