"""Who is signed in, where, and how that is ended."""

import re
from datetime import datetime, timedelta
from importlib import import_module
from typing import Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from config.staff.models import SignIn
from config.staff.proof import IDLE, WHOLE, Person
from licensing.addresses import network_of
from licensing.network import client_ip

KEPT: Final = timedelta(days=90)  # how long a network counts as somebody's own

# The first that fits: every browser claims to be several others.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """A browser's own words about itself, as a person would say them."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if re.search(rf"\b{sign}\b", user_agent)), "")
    return " on ".join(filter(None, (browser, system))) or "an unknown browser"


def remember(request: HttpRequest, user: AbstractBaseUser, *, now: datetime) -> None:
    """The browser that somebody signed in with just now; what is too old is forgotten."""
    key = request.session.session_key
    if key is None:
        raise ValueError("a session without a key cannot be listed")
    SignIn.objects.filter(seen_at__lt=now - KEPT).delete()
    about = {
        "user_id": user.pk,
        "device": device_of(request.META.get("HTTP_USER_AGENT", "")),
        "network": network_of(client_ip(request)),
        "began_at": now,
        "seen_at": now,
        "ended_at": None,
    }
    SignIn.objects.update_or_create(session_key=key, defaults=about)
    store().clear_expired()


def open_of(user: Person, *, now: datetime) -> QuerySet[SignIn]:
    """The sessions of a person that are still good, the latest used first."""
    lasting = Q(seen_at__gt=now - IDLE, began_at__gt=now - WHOLE)
    return SignIn.objects.filter(lasting, user__pk=user.pk or 0, ended_at=None)


def renamed(old: str | None, new: str | None) -> None:
    """The same session goes on under another key."""
    SignIn.objects.filter(session_key=old or "").update(session_key=new)


def seen(session: SessionBase, *, now: datetime) -> None:
    SignIn.objects.filter(session_key=session.session_key).update(seen_at=now)


def end(sessions: QuerySet[SignIn], *, now: datetime) -> int:
    """Ends these sessions at once, in the database: their next click is a stranger's. How many there were."""
    keys = list(sessions.filter(ended_at=None).values_list("session_key", flat=True))
    for key in keys:
        store().delete(key)
    return SignIn.objects.filter(session_key__in=keys).update(ended_at=now)


def end_all(user: AbstractBaseUser, *, now: datetime, but: str | None = None) -> int:
    """All sessions of a person, but the one with this key."""
    return end(SignIn.objects.filter(user_id=user.pk).exclude(session_key=but or ""), now=now)


def store() -> SessionBase:
    made: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore()
    return made
