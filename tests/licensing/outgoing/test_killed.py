"""`kill -9` of the process that tells an endpoint, between what it sent and its note of the answer."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from licensing.models import Delivery, DeliveryState, Endpoint
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.tell import tell
from tests.kit.waiting import wait_until
from tests.licensing.outgoing.ground import ids, let_pass, listening, told_there, try_once
from tests.licensing.sources.generators import Generator


def told_by_another_process(endpoint: Endpoint) -> int:
    """The number of a process that makes one attempt."""
    connections.close_all()  # neither process may speak on the other's
    pid = os.fork()
    if pid == 0:
        try:
            try_once(endpoint)
        finally:
            os._exit(0)
    return pid


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_process_had_in_hand_is_told_again_under_the_same_id(receiver: Generator) -> None:
    endpoint, _ = listening(receiver.url)
    tell(CLAIM_OPENED, lambda: [{"change": uuid4()}])
    receiver.hangs()
    pid = told_by_another_process(endpoint)
    wait_until(lambda: receiver.asked, what="the first attempt")
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    receiver.says(b"")

    told_there(endpoint)
    assert len(receiver.asked) == 1, "its lease still stands"
    let_pass(timedelta(minutes=2))
    told_there(endpoint)

    assert len(ids(receiver)) == 2
    assert len(set(ids(receiver))) == 1
    assert Delivery.objects.get().state == DeliveryState.DELIVERED
