"""A connected shop, and what comes in from it, as the console's tests need them."""

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from licensing.intake.hooks.connections import connect
from licensing.intake.hooks.events import sealed
from licensing.models import Connection, EventState, HookEvent
from tests import factories

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "fake-signing-secret"


def connection(*, kind: str = "fastspring", **fields: Any) -> Connection:
    """A shop of that kind that is connected; one that signs, if nothing else is said."""
    shop = factories.store(name=f"our-{kind}", kind=kind, title=kind.title())
    given: dict[str, Any] = {"name": "live", "test": False, "secret": SECRET, **fields}
    return connect(store=shop, **given)


def event(by: Connection, payload: object = None, **fields: Any) -> HookEvent:
    """One event that was not understood, if nothing else is said."""
    made = HookEvent(
        connection=by,
        **{"event_id": "evt-1", "kind": "order.completed", "state": EventState.NOT_UNDERSTOOD, **fields},
    )
    body = payload if isinstance(payload, bytes) else json.dumps(payload or {}).encode()
    made.payload = sealed(body, event_id=made.pk)
    made.save(force_insert=True)
    return made


def page_of(row: Connection | HookEvent) -> str:
    return reverse(f"console:licensing_{row._meta.model_name}_change", args=[row.pk])


def text_of(client: Client, row: Connection | HookEvent) -> str:
    return client.get(page_of(row)).content.decode()


def deed(client: Client, row: Connection | HookEvent, name: str, /, **form: str) -> Any:
    """Press the button of that name."""
    address = reverse(f"console:licensing_{row._meta.model_name}_act", args=[row.pk, name])
    return client.post(address, form, follow=True)


def said(response: Any) -> str:
    """What the page said after a button was pressed."""
    return " ".join(str(message) for message in response.context["messages"])


def signed_in(client: Client, *permissions: str) -> Client:
    """As somebody with just these permissions."""
    user = User.objects.create_user(f"user-{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client
