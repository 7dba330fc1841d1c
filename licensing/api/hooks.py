"""`/hooks/<address>/`: where shops send what they sold. Kept and answered; a worker makes something of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from licensing.intake import key_requests
from licensing.intake.hooks.accept import LARGEST, Forged, accept, check, heard
from licensing.intake.hooks.connections import by_address, shop_of
from licensing.intake.hooks.faults import place_of
from licensing.intake.shop import Received, Reply
from licensing.intake.stores import KINDS
from licensing.models import Connection
from licensing.network import client_ip

CONTENT_TYPE_SENT: Final = (
    "sent.CONTENT_TYPE"  # where config/content_type.py keeps one that Django must not see
)

log = structlog.get_logger(__name__)


class TooLarge(Exception):
    """More than `LARGEST`."""


@csrf_exempt
def hook(request: HttpRequest, address: str) -> HttpResponse:
    """An address that is not in use is answered as every page that is not there."""
    connection = by_address(address)
    if connection is None or not connection.active or connection.store.kind not in KINDS:
        raise Http404
    methods = KINDS[connection.store.kind].methods
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    try:
        return answered(connection, received_of(request), client_address=client_ip(request))
    except Forged:
        return answer("The signature is wrong, or missing.", status=400)
    except TooLarge:
        return answer("That is more than a notification holds.", status=413)
    except UnreadablePostError:
        return answer("That broke off.", status=400)


def answered(connection: Connection, received: Received, *, client_address: str) -> HttpResponse:
    """A request for a key is answered with it; anything else is kept."""
    now = timezone.now()
    check(connection, received, now=now)
    reply = key_reply(connection, received, client_address=client_address, now=now)
    if reply is not None:
        if key_requests.comes_from(connection, shop_of(connection), client_address=client_address):
            heard(connection, now=now)
        return HttpResponse(reply.body, content_type=reply.content_type, status=reply.status)
    accept(connection, received, now=now)
    return answer("OK: received.")  # SWREG sends again what is not answered with OK


def key_reply(
    connection: Connection, received: Received, *, client_address: str, now: datetime
) -> Reply | None:
    """Where a reader breaks on what was asked, the shop gets an error that it knows, and not ours."""
    shop = shop_of(connection)
    try:
        return key_requests.answered(connection, shop, received, client_address=client_address, now=now)
    except DatabaseError:
        raise
    except Exception as error:
        log.error("key_request_not_read", connection=str(connection.pk), fault=place_of(error))
        return shop.key_desk.refusal("The request could not be read.", None) if shop.key_desk else None


def received_of(request: HttpRequest) -> Received:
    return Received(
        method=request.method or "",
        body=body_of(request),
        query=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()} | content_type_of(request),
    )


def content_type_of(request: HttpRequest) -> dict[str, str]:
    sent = request.META.get(CONTENT_TYPE_SENT, request.META.get("CONTENT_TYPE", ""))
    return {"content-type": sent} if sent else {}


def body_of(request: HttpRequest) -> bytes:
    """Read here and not by Django, which would take the cap of our forms. Raises `TooLarge`, `UnreadablePostError`."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdecimal() and int(announced[:20]) > LARGEST:
        raise TooLarge
    body: bytes = stream_of(request).read(LARGEST + 1)
    if len(body) > LARGEST:
        raise TooLarge
    return body


def stream_of(request: HttpRequest) -> Any:
    """Django takes a body without an announced length for empty; one sent in chunks has none, and ends by itself."""
    chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    return request.META["wsgi.input"] if chunked and not request.META.get("CONTENT_LENGTH") else request


def answer(words: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{words}\n", content_type="text/plain; charset=utf-8", status=status)
