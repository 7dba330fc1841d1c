"""What happens at a sign-in, a sign-out and a change of somebody's factors: Django's and allauth's signals."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from django.utils import timezone

from config.staff import sessions
from config.staff.models import SignIn
from config.staff.proof import begin, prove
from config.staff.recovery_codes import show_once


def signed_in(*, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    now = timezone.now()
    begin(request.session, now=now)
    sessions.remember(request, user, now=now)


def signed_out(*, request: HttpRequest, **_: Any) -> None:
    ended = SignIn.objects.filter(session_key=request.session.session_key or "")
    sessions.end(ended, now=timezone.now())


def factor_used(*, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    prove(request.session, user, now=timezone.now())


def factor_added(
    *, request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: Any
) -> None:
    """Whoever came as far as adding one had none, or had just shown one: the gate saw to that."""
    now = timezone.now()
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        show_once(request.session, now=now)
    else:
        prove(request.session, user, now=now)
    sessions.end_all(user, now=now, but=request.session.session_key)


def factor_removed(*, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    sessions.end_all(user, now=timezone.now(), but=request.session.session_key)
