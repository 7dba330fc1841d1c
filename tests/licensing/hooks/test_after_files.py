"""What waited for an order is told again as soon as a file has brought it, whenever its turn would have been."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from django.db.models.functions import Now

from licensing.intake.hooks.process import process_due
from licensing.intake.run import import_file
from licensing.models import Connection, EventState, HookEvent
from tests.licensing.hooks.ground import connected, post
from tests.licensing.intake.sales import order, sales_file
from tests.licensing.stores.samples import sample

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def refund(connection: Connection) -> HookEvent:
    """The recorded ping, looked at in vain: its next turn is hours away."""
    assert post(connection, sample("gumroad-refund.form"), content_type=FORM).status_code == 200
    process_due()
    event = HookEvent.objects.get()
    assert event.state in (EventState.WAITING, EventState.UNCONFIRMED), event.reason
    HookEvent.objects.update(due_at=Now() + timedelta(hours=6))
    return event


def import_order(connection: Connection, folder: Path, **cells: object) -> None:
    said = dict(parse_qsl(sample("gumroad-refund.form").decode()))
    names = {"Order Number": said["order_number"], "Purchase ID": said["sale_id"]}
    row = order(said["email"], **{**names, "License Key": said["license_key"], **cells})
    import_file(
        sales_file(folder, row), store=connection.store, reading=lambda *_: None, applying=lambda *_: None
    )
    process_due()


def test_a_refund_that_nobody_signed_is_settled_by_the_file_that_says_the_same(tmp_path: Path) -> None:
    connection = connected(kind="gumroad")
    event = refund(connection)

    import_order(connection, tmp_path, **{"Fully Refunded?": "1", "Refunded?": "1"})

    event.refresh_from_db()
    assert event.state == EventState.DONE, event.reason


def test_a_refund_that_the_file_does_not_know_stays_unconfirmed(tmp_path: Path) -> None:
    connection = connected(kind="gumroad")
    event = refund(connection)

    import_order(connection, tmp_path)

    event.refresh_from_db()
    assert event.state == EventState.UNCONFIRMED
