"""Who calls: by the secret of a request, or by the token of a proved mailbox."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from licensing.network import client_ip
from recovery.api.problems import NoSecret, WrongSecret
from recovery.cookies import BROWSER, OURS, read
from recovery.errors import NotYours, NoView
from recovery.journeys.licenses import open_view
from recovery.journeys.request import asked_in, request_of
from recovery.models import RecoveryRequest

SCHEME = "bearer "


def bearer(request: HttpRequest) -> str:
    """What stands behind `Authorization: Bearer`; empty where nothing does. Raises `NoView` for what cannot be ours."""
    sent = request.headers.get("Authorization", "")
    return sent[len(SCHEME) :].strip() if sent.lower().startswith(SCHEME) else ""


def own_request(request: HttpRequest, request_id: UUID) -> RecoveryRequest:
    """The request that the caller asked for. Raises `NoSecret`, and `WrongSecret` where the secret is another's."""
    secret = bearer(request)
    if not secret:
        raise NoSecret
    try:
        return request_of(request_id, browser=secret if OURS.fullmatch(secret) else "")
    except NotYours as error:
        raise WrongSecret from error


def seen_request(request: HttpRequest, request_id: UUID) -> RecoveryRequest:
    """The same for a call that only looks: our own page, too, which is known by its cookie."""
    cookie = read(request, BROWSER)
    return (
        asked_in(cookie, request_id) if cookie and not bearer(request) else own_request(request, request_id)
    )


def own_view(request: HttpRequest) -> RecoveryRequest:
    """The proved request whose licenses the caller may see. Raises `NoSecret` and `NoView`."""
    token = bearer(request)
    if not token:
        raise NoSecret
    if not OURS.fullmatch(token):
        raise NoView
    return open_view(token)


def caller_of(request: HttpRequest) -> str:
    """Whose idempotency keys these are: those of the secret or token, or else of the network address."""
    return f"bearer {bearer(request)}" if bearer(request) else f"ip {client_ip(request)}"
