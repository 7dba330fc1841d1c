"""What one shop tells in several ways comes together: by notification, by file, and by asking for a key."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from licensing.intake.hooks.connections import address_of, shop_of
from licensing.intake.hooks.events import confirm
from licensing.intake.hooks.process import process_due
from licensing.intake.run import import_file
from licensing.intake.shop import Received
from licensing.models import Case, Connection, Edition, HookEvent, ImportRun, KeyAssignment, Purchase
from tests import factories
from tests.licensing.hooks.ground import connected
from tests.licensing.intake.sales import imported, order, sales_file
from tests.licensing.intake.telling import shelf_of
from tests.licensing.stores.hostile import NOW, SECRET
from tests.licensing.stores.samples import FOLDER, document, sample
from tests.licensing.stores.shop_apis import answering

pytestmark = pytest.mark.django_db

KEY = "85DB562A-C11D4B06-A2335A6B-8C079166"
HERE = "127.0.0.1"


def shop(kind: str, **more: str) -> Connection:
    return connected(kind=kind, secret=SECRET, **more)


def means(connection: Connection, product: str, variant: str = "", keys: int = 0) -> Edition:
    """The shop's product is an edition of ours, with so many keys in its pool."""
    edition = factories.edition()
    factories.mapping(edition=edition, product_ref=product, variant=variant, store=connection.store)
    for _ in range(keys):
        factories.key(edition=edition)
    return edition


def send(connection: Connection, received: Received) -> tuple[int, str]:
    """It comes in at the connection's address, and a worker runs."""
    path = urlsplit(address_of(connection)).path
    kind = received.headers.get("content-type", "")
    others = {name: value for name, value in received.headers.items() if name != "content-type"}
    response = Client().generic(
        received.method, path, received.body, kind, QUERY_STRING=received.query, headers=others
    )
    process_due()
    return response.status_code, response.content.decode()


def notify(connection: Connection, body: bytes) -> str:
    """The shop sends this; what became of the event."""
    status, _ = send(connection, shop_of(connection).sent(body, secret=SECRET, now=NOW))
    assert status == 200
    return HookEvent.objects.latest("received_at").state


def file_of(connection: Connection, name: str) -> ImportRun:
    return import_file(
        FOLDER / name,
        store=connection.store,
        encoding="",
        dry_run=False,
        with_editions=False,
        reading=lambda done, of: None,
        applying=lambda done, of: None,
    )


def gumroad_export(connection: Connection, folder: Path, **cells: object) -> None:
    said = {"Purchase_ID": "FO8TXN-dbxYaBdahG97Y-Q==", "Order_Number": 524459935, "License_Key": KEY, **cells}
    imported(sales_file(folder, order("anna@example.com", **said)), store=connection.store, editions=False)


def codes(email: str = "anna@example.com") -> list[str]:
    return sorted(each.code for each in shelf_of(email, NOW) if each.code)


def test_a_gumroad_ping_waits_until_an_export_confirms_the_same_order(tmp_path: Path) -> None:
    connection = shop("gumroad")
    means(connection, "clipcutter", "(Windows)")

    notify(connection, sample("gumroad-sale.form"))
    assert codes() == []

    gumroad_export(connection, tmp_path)

    assert codes() == [KEY]
    assert Purchase.objects.get().confirmed_at
    assert not Case.objects.exists()


def test_a_forged_gumroad_ping_gives_way_to_the_export(tmp_path: Path) -> None:
    connection = shop("gumroad")
    means(connection, "clipcutter", "(Windows)")

    notify(connection, sample("gumroad-sale.form").replace(b"anna%40example.com", b"thief%40example.net"))
    gumroad_export(connection, tmp_path)

    assert codes("thief@example.net") == []
    assert codes() == [KEY]


def test_with_an_api_key_a_gumroad_ping_counts_at_once_as_gumroad_tells_it(settings: LazySettings) -> None:
    connection = shop("gumroad", api_key="an API key of tests")
    means(connection, "clipcutter", "(Windows)")
    forged = sample("gumroad-sale.form").replace(b"anna%40example.com", b"thief%40example.net")

    with answering({"/v2/sales/FO8TXN-dbxYaBdahG97Y-Q==": document("gumroad-answer.json")}) as port:
        settings.SHOP_API_PORTS = {"api.gumroad.com": port}
        notify(connection, forged)

    assert codes("thief@example.net") == []
    assert codes() == [KEY]


def test_codes_that_sendowl_gave_out_are_asked_for(settings: LazySettings) -> None:
    connection = shop("sendowl", api_key="key:secret")
    means(connection, "2811")

    with answering({"/api/v1/orders/0000123456/licenses": document("sendowl-licenses.json")}) as port:
        settings.SHOP_API_PORTS = {"api.sendowl.com": port}
        notify(connection, sample("sendowl-completed.json"))

    assert codes() == ["SAMP-SO01-AAAA-BBBB", "SAMP-SO02-AAAA-BBBB"]


def test_a_forged_gumroad_refund_ends_nothing(tmp_path: Path) -> None:
    connection = shop("gumroad")
    means(connection, "clipcutter", "(Windows)")
    gumroad_export(connection, tmp_path)

    notify(connection, sample("gumroad-refund.form"))

    assert Purchase.objects.get().refunded_at is None
    assert codes() == [KEY]


@pytest.mark.parametrize("name", ["woocommerce-lmfwc.csv", "woocommerce-dlm.csv"])
@pytest.mark.parametrize("file_first", [False, True], ids=["order_first", "file_first"])
def test_woocommerce_s_keys_find_their_orders(name: str, file_first: bool) -> None:
    connection = shop("woocommerce")
    means(connection, "93", "98")
    means(connection, "22")
    if file_first:
        file_of(connection, name)
    notify(connection, sample("woocommerce-completed.json"))

    file_of(connection, name)

    with_order = [row for row in csv.reader(sample(name).decode().splitlines()) if "727" in row]
    assert codes() == sorted(row[4] for row in with_order)
    assert not Case.objects.exists()


def test_woocommerce_s_order_is_the_same_through_all_its_states() -> None:
    connection = shop("woocommerce")
    means(connection, "93", "98", keys=2)
    means(connection, "22", keys=1)

    notify(connection, sample("woocommerce-pending.json").replace(b"anna@example.com", b"ana@example.com"))
    assert not Purchase.objects.exists()

    for name in ("processing", "completed", "completed"):
        notify(connection, sample(f"woocommerce-{name}.json"))
    assert len(codes()) == 3

    notify(connection, sample("woocommerce-refund-part.json"))
    assert len(codes()) == 2

    notify(connection, sample("woocommerce-refunded.json"))
    assert codes() == []
    assert not Case.objects.exists()


def test_woocommerce_s_ping_is_answered_and_leaves_nothing() -> None:
    connection = shop("woocommerce")

    status, _ = send(connection, Received("POST", b"webhook_id=1", headers={"content-type": "text/plain"}))

    assert status == 200
    assert not HookEvent.objects.exists()


def test_shareit_is_given_the_keys_of_an_order_that_it_then_notifies() -> None:
    connection = shop("shareit", allowed_networks=HERE)
    means(connection, "300100", keys=2)
    means(connection, "300200", keys=1)
    desk = shop_of(connection).sent(sample("shareit-key.form"), secret="", now=NOW)

    status, given = send(connection, desk)
    again = send(connection, desk)
    notify(connection, sample("shareit-order.xml"))

    assert status == 200
    assert sorted(given.split("\n")) == codes()
    assert again == (200, given)
    assert not Case.objects.exists()


def test_shareit_s_notification_alone_gives_nothing_away() -> None:
    connection = shop("shareit", allowed_networks=HERE)
    means(connection, "300100", keys=2)
    means(connection, "300200", keys=1)

    notify(connection, sample("shareit-order.xml"))

    assert not KeyAssignment.objects.exists()


def test_shareit_s_key_is_refused_to_other_addresses() -> None:
    connection = shop("shareit", allowed_networks="192.0.2.0/24")
    means(connection, "300100", keys=2)

    status, said = send(connection, shop_of(connection).sent(sample("shareit-key.form"), secret="", now=NOW))

    assert (status, KeyAssignment.objects.count()) == (500, 0)
    assert "address" in said


def test_swreg_is_given_a_key_whose_order_it_refunds_once_support_says_so() -> None:
    connection = shop("swreg", allowed_networks=HERE)
    means(connection, "1234-CLIP", "Windows", keys=2)

    status, said = send(connection, Received("GET", b"", query=sample("swreg-key.form").decode().strip()))
    assert status == 200
    assert sorted(said.removeprefix("<softshop>").removesuffix("</softshop>").split("\n")) == codes()

    assert notify(connection, sample("swreg-refund.form")) == "unconfirmed"
    assert len(codes()) == 2

    confirm(HookEvent.objects.get(), now=timezone.now())
    process_due()
    assert codes() == []


def test_swreg_s_refunds_are_answered_with_ok_and_so_not_sent_again() -> None:
    connection = shop("swreg")
    genuine = shop_of(connection).sent(sample("swreg-refund.form"), secret=SECRET, now=NOW)

    assert send(connection, genuine) == (200, "OK: received.\n")
    assert send(connection, genuine._replace(body=sample("swreg-refund.form")))[0] == 400


def test_easy_digital_downloads_orders_come_in_by_file() -> None:
    connection = shop("edd")
    means(connection, "Clip Cutter", keys=20)
    means(connection, "Clip Cutter", "1", keys=3)
    means(connection, "Slides / Notes | Pro", keys=1)

    run = file_of(connection, "edd-orders.csv")

    assert (run.rows, run.outcomes.get("rejected", 0)) == (6, 0)
    assert Purchase.objects.filter(test=True).count() == 1
    assert {each.state for each in Purchase.objects.all()} >= {"paid", "unpaid", "refunded", "test"}


def test_sendowl_tells_an_order_and_what_became_of_it() -> None:
    connection = shop("sendowl")
    means(connection, "2811", keys=3)

    notify(connection, sample("sendowl-completed.json"))
    assert len(codes()) == 3

    notify(connection, sample("sendowl-part-refund.json"))
    assert len(codes()) == 2

    notify(connection, sample("sendowl-refunded.json"))
    assert codes() == []


def test_regnow_s_notice_waits_for_support() -> None:
    connection = shop("regnow")
    means(connection, "3639-91", keys=2)

    notify(connection, sample("regnow-order.xml"))

    assert Purchase.objects.get().state == "unconfirmed"
    assert not KeyAssignment.objects.exists()
