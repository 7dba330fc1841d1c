"""Accounts begin, and begin anew, with a link: valid for a day, good for once, kept as a digest only."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from config.staff import sessions
from config.staff.models import Invitation

LIFE: Final = timedelta(hours=24)


class NotOpen(Exception):
    """There is no such invitation, or it was used, replaced, or is older than a day."""


def invite(user: User, *, now: datetime) -> str:
    """A new link for this person; earlier ones lead nowhere any more. It is told this once."""
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(user=user).delete()
    Invitation.objects.create(user=user, digest=digest_of(token), expires_at=now + LIFE)
    return f"{settings.PUBLIC_URL}{reverse('staff_invited', args=[token])}"


def digest_of(token: str) -> bytes:
    """Plain SHA-256: 256 random bits need no key and no salt."""
    return hashlib.sha256(token.encode()).digest()


def open_invitations(*, now: datetime) -> QuerySet[Invitation]:
    live = Q(used_at=None, expires_at__gt=now, user__is_active=True)
    return Invitation.objects.filter(live).select_related("user")


def find(digest: bytes, *, now: datetime) -> Invitation:
    """Changes nothing: looking at the link is not using it. Raises `NotOpen`."""
    found = open_invitations(now=now).filter(digest=digest).first()
    if not found:
        raise NotOpen
    return found


@transaction.atomic
def accept(digest: bytes, password: str, *, now: datetime) -> User:
    """Uses the invitation up and sets the password. Raises `NotOpen`, also for the second of two at once."""
    user = find(digest, now=now).user
    unused = Invitation.objects.filter(digest=digest, used_at=None, expires_at__gt=now)
    if unused.update(used_at=now) != 1:
        raise NotOpen
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


@transaction.atomic
def start_anew(user: User, *, now: datetime) -> str:
    """Password, factors and sessions of this person are gone; a new link, to set them up again."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user, now=now)
    return invite(user, now=now)
