"""What a session proves, and for how long. Kept in the session itself, which only the server can write.

Times: OWASP ASVS 5, 7.3 (an idle and an absolute end) and 7.5.3 (a factor again before what is sensitive).
"""

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

IDLE: Final = timedelta(minutes=30)
WHOLE: Final = timedelta(hours=12)
FRESH: Final = timedelta(minutes=5)
SEEN_EVERY: Final = timedelta(minutes=1)  # how exactly the idle time is kept: not every click writes

BEGAN: Final = "staff_began"
SEEN: Final = "staff_seen"
PROVED: Final = "staff_proved"
Person = AbstractBaseUser | AnonymousUser  # who is signed in, as a request has it
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Standing(Enum):
    """How far somebody got."""

    NOBODY = auto()
    WITHOUT_FACTOR = auto()  # a password was right, and there is no second factor yet
    UNPROVEN = auto()  # there is a second factor, and this browser did not show it
    PROVEN = auto()


def begin(session: SessionBase, *, now: datetime) -> None:
    """Both clocks start with the sign-in."""
    session[BEGAN] = session[SEEN] = now.timestamp()


def is_over(session: SessionBase, *, now: datetime) -> bool:
    """After half an hour without a click, or twelve hours in any case."""
    at = now.timestamp()
    idle, whole = at - session.get(SEEN, 0.0), at - session.get(BEGAN, 0.0)
    return bool(idle >= IDLE.total_seconds() or whole >= WHOLE.total_seconds())


def see(session: SessionBase, *, now: datetime) -> bool:
    """Somebody is still there. Whether that was written down."""
    if now.timestamp() - session.get(SEEN, 0.0) < SEEN_EVERY.total_seconds():
        return False
    session[SEEN] = now.timestamp()
    return True


def prove(session: SessionBase, user: AbstractBaseUser, *, now: datetime) -> None:
    """This person's second factor was right just now. Bound to the person: a session may change hands."""
    session[PROVED] = [user.pk, now.timestamp()]


def proved_at(request: HttpRequest) -> float:
    """When the person who is signed in last showed a second factor in this browser; 0 for never."""
    who, at = request.session.get(PROVED, (None, 0.0))
    return float(at) if who == request.user.pk and who is not None else 0.0


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Whether a second factor was shown within five minutes."""
    return now.timestamp() - proved_at(request) < FRESH.total_seconds() or not needs_factor(request.user)


def standing_of(request: HttpRequest) -> Standing:
    """Of the person who is signed in, whatever the page; asks the database only before a factor was shown."""
    user = request.user
    if not (user.is_active and user.is_staff):
        return Standing.NOBODY
    if proved_at(request) or not needs_factor(user):
        return Standing.PROVEN
    return Standing.UNPROVEN if has_factor(user) else Standing.WITHOUT_FACTOR


def needs_factor(user: Person) -> bool:
    """Everybody does; in the demo only who has set one up."""
    return settings.STAFF_NEED_SECOND_FACTOR or has_factor(user)


def has_factor(user: Person) -> bool:
    """An authenticator app or a passkey: recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def has_passkey(user: Person) -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.WEBAUTHN).exists())


def passkeys_work() -> bool:
    """Browsers make them for https only, and for `localhost`; never for an IP address (WebAuthn, 5.1.3)."""
    return settings.HTTPS or urlsplit(settings.PUBLIC_URL).hostname == "localhost"
