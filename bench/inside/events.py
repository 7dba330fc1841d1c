"""Events told: one lane's run over a filled outbox, and bare POSTs of the same octets to the same endpoint."""

import time
from http.client import HTTPConnection
from itertools import cycle, islice
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.utils import timezone

from licensing.models import Delivery, DeliveryState, Endpoint
from licensing.models.base import uuid7
from licensing.outgoing.deliver import tell_one_by_one
from licensing.outgoing.endpoints import Wanted, add
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.send import headers
from licensing.outgoing.tell import tell

LONG = 3600.0
PATH = "/events"


def endpoint(port: int) -> float:
    """The receiver of the bench's own, on this machine."""
    settings.NOTIFY_LOOPBACK = True
    wanted = Wanted(url=f"http://127.0.0.1:{port}{PATH}", kinds=[CLAIM_OPENED.name])
    add(wanted, endpoint_id=uuid7(), by="bench")
    return 1.0


def by_lane(count: int) -> float:
    """Events a second."""
    tell(CLAIM_OPENED, lambda: ({"change": uuid4()} for _ in range(count)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    told = Endpoint.objects.get()
    began = time.perf_counter()
    tell_one_by_one(told.pk, seconds=LONG, disabled=lambda endpoint: None)
    taken = time.perf_counter() - began
    left = Delivery.objects.exclude(state=DeliveryState.DELIVERED).count()
    if left:
        raise RuntimeError(f"{left} of {count} events were not taken")
    return count / taken


def by_posts(count: int, kept_open: bool) -> float:
    """The same of those that the lane has sent."""
    told = Endpoint.objects.get()
    port = int(told.url.rpartition(":")[2].removesuffix(PATH))
    ready = list(islice(cycle(signed(told.pk)), count))
    line = HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    for head, body in ready:
        line = line if kept_open else HTTPConnection("127.0.0.1", port)
        post(line, head, body)
        if not kept_open:
            line.close()
    return count / (time.perf_counter() - began)


def signed(endpoint_id: UUID) -> list[tuple[dict[str, str], bytes]]:
    told = Endpoint.objects.get(pk=endpoint_id)
    sent = Delivery.objects.filter(endpoint=told).order_by("-pk")[:100]
    return [(headers(each, told, now=timezone.now()), each.body.encode()) for each in sent]


def post(line: HTTPConnection, head: dict[str, str], body: bytes) -> None:
    line.request("POST", PATH, body=body, headers=head)
    response = line.getresponse()
    response.read()
    if response.status != 204:
        raise RuntimeError(f"the receiver answered {response.status}")
