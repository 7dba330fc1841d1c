"""What a shop was answered 200 for is on file in the end, whatever dies in between; what is too much is not held."""

import socket
from pathlib import Path

import pytest
from django.db.models import QuerySet

from licensing.models import EventState, HookEvent, Purchase
from tests.faults.shop import assert_on_file, connected_shop
from tests.journeys.service import Service
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey

TWENTY_MEGABYTES = 20 * 1024 * 1024


@pytest.fixture(params=["service", "embedded"])
def running(request: pytest.FixtureRequest) -> Service:
    """In both modes."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Service)
    return found


def test_an_order_is_on_file_soon(running: Service) -> None:
    shop = connected_shop(running)
    reference, body = shop.order()

    assert shop.tell(body) == 200

    assert_on_file(shop, reference)


def test_the_process_that_answered_dies_before_it_wakes_anybody(running: Service) -> None:
    shop = connected_shop(running)
    told = [shop.order() for _ in range(5)]
    for _, body in told:
        assert shop.tell(body) == 200
    running.kill9("web")
    running.start()

    assert_on_file(shop, *[reference for reference, _ in told])


def test_what_was_told_while_the_broker_was_down_is_on_file_when_it_is_back(service: Service) -> None:
    shop = connected_shop(service)
    reference, body = shop.order()
    service.broker.stop()
    assert shop.tell(body) == 200
    service.broker.start()

    assert_on_file(shop, reference)


def test_a_hung_broker_keeps_no_shop_waiting(service: Service) -> None:
    shop = connected_shop(service)
    told = [shop.order() for _ in range(3)]
    service.broker.pause()
    assert [shop.tell(body) for _, body in told] == [200] * 3  # or this raises TimeoutError
    service.broker.resume()

    assert_on_file(shop, *[reference for reference, _ in told])


def test_workers_that_die_lose_nothing_and_double_nothing(service: Service) -> None:
    shop = connected_shop(service)
    told = [shop.order(f"canary.buyer{number}@example.com") for number in range(30)]
    for number, (_, body) in enumerate(told):
        assert shop.tell(body) == 200
        if number % 10 == 9:
            service.kill9("worker")
            service.start("worker")
    with service.records():  # a lease stands on what a killed worker had in hand
        wait_until(
            lambda: not left(shop.store).filter(lease_until=None).exists(), what="the others", timeout=60
        )
        left(shop.store).update(lease_until=None)

    assert_on_file(shop, *[reference for reference, _ in told])
    with service.records():
        assert Purchase.objects.filter(store__name=shop.store).count() == 30


def left(store: str) -> QuerySet[HookEvent]:
    return HookEvent.objects.filter(connection__store__name=store, state=EventState.RECEIVED)


def test_a_body_in_chunks_is_read(running: Service) -> None:
    shop = connected_shop(running)
    reference, body = shop.order()

    assert shop.tell_in_chunks(body, size=100) == 200

    assert_on_file(shop, reference)


def test_twenty_megabytes_are_refused_and_not_held(running: Service) -> None:
    shop = connected_shop(running)
    body = b"x" * TWENTY_MEGABYTES
    shop.tell(b"{}")
    before = memory_of(running)

    answers = {shop.tell(body), *[shop.tell_in_chunks(body, size=1 << 16) for _ in range(3)]}

    assert answers <= {413, 0}  # hung up on, before all of it had been sent
    assert memory_of(running) - before < TWENTY_MEGABYTES


def test_a_body_that_breaks_off_is_nobodys(running: Service) -> None:
    shop = connected_shop(running)
    reference, body = shop.order()
    with socket.create_connection(("127.0.0.1", running.port), timeout=30) as line:
        line.sendall(shop.head(body, f"Content-Length: {len(body)}") + body[:50])

    assert shop.tell(body) == 200

    assert_on_file(shop, reference)
    with running.records():
        assert HookEvent.objects.filter(connection__store__name=shop.store).count() == 1


def test_no_log_holds_the_address_of_a_connection(running: Service) -> None:
    shop = connected_shop(running)
    _, body = shop.order()
    shop.tell(body)
    shop.send([shop.head(b"forged", f"Content-Length: {len(body)}"), body])
    shop.send(
        [f"PUT {shop.path} HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nContent-Length: 0\r\n\r\n".encode()]
    )
    shop.send([f"GET {shop.path}x HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n".encode()])

    assert shop.path.split("/")[2] not in running.log_text()


def memory_of(service: Service) -> int:
    """The highest that one of the web processes ever held, in octets."""
    held = [Path(f"/proc/{pid}/status").read_text() for pid in service.processes["web"].members()]
    peaks = [line.split()[1] for text in held for line in text.splitlines() if line.startswith("VmHWM")]
    return max(int(peak) for peak in peaks) * 1024
