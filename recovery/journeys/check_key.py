"""An application asks whether a code counts. Nothing about whose it is, or that it is anybody's."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from licensing.keys.checking import Checked, checked
from recovery.errors import NotOffered, TooManyChecks
from recovery.limits import CHECKS, Room, network_digest, take_each, wider_checks, wider_network_digest


def check_key(*, sku: str, code: str, ip: str, now: datetime) -> tuple[Checked, Room]:
    """Whether the code counts, and how many more checks that network may ask for.

    The same work for every answer. Raises `NotOffered` where the vendor has not switched it on, and `TooManyChecks`.
    """
    if not settings.API_KEY_CHECK:
        raise NotOffered
    room = take_each([(CHECKS, network_digest(ip)), (wider_checks(), wider_network_digest(ip))], now=now)
    if not room.allowed:
        raise TooManyChecks(room.seconds)
    return checked(sku=sku, code=code, now=now), room
