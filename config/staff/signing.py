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
from licensing.audit.trail import record


def signed_in(*, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:
    now = timezone.now()
    begin(request.session, now=now)
    sessions.remember(request, user, now=now)
    noted("signed_in", user)


def sign_in_failed(*, credentials: dict[str, Any], **_: Any) -> None:
    """A wrong password, or a name that nobody has; what was typed as a name may be somebody's password."""
    record("staff.refused", by="", details={"name": str(credentials.get("username", ""))[:150]})


def signed_out(*, request: HttpRequest, user: AbstractBaseUser | None = None, **_: Any) -> None:
    ended = SignIn.objects.filter(session_key=request.session.session_key or "")
    sessions.end(ended, now=timezone.now())
    if user:
        noted("signed_out", user)


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
    noted("factor_added", user, kind=authenticator.type)


def factor_removed(
    *, request: HttpRequest, user: AbstractBaseUser, authenticator: Authenticator, **_: Any
) -> None:
    sessions.end_all(user, now=timezone.now(), but=request.session.session_key)
    noted("factor_removed", user, kind=authenticator.type)


def noted(deed: str, user: AbstractBaseUser, **about: Any) -> None:
    record(f"staff.{deed}", by=user.get_username(), row=user, details=about)
