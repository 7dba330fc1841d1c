"""Six digits of an authenticator app, or a recovery code: looked at once, and never good twice."""

import re
from datetime import datetime
from typing import Final

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import AbstractBaseUser

from config.staff import limits
from config.staff.models import TotpStep
from licensing.audit.trail import record

APP_DIGITS: Final = 6


class TooManyTries(Exception):
    """So many codes were wrong that this one is not looked at."""


def accepted(user: AbstractBaseUser, code: str, *, ip: str, now: datetime) -> Authenticator | None:
    """What the code belongs to, used up by this; none where it is wrong. Raises `TooManyTries`."""
    digits = re.sub(r"[\s-]", "", code)
    from_app = len(digits) <= APP_DIGITS
    uses = limits.of_code(user, ip=ip) if from_app else limits.of_recovery_code(user)
    if not limits.taken(uses, now=now):
        raise TooManyTries
    found = of_app(user, digits) if from_app else of_paper(user, digits)
    if found:
        limits.give_back(uses, now=now)
    else:
        record("staff.factor_refused", by=user.get_username(), row=user)
    return found


def of_app(user: AbstractBaseUser, digits: str) -> Authenticator | None:
    app = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    step = step_of(decrypt(app.data["secret"]), digits) if app else None
    return app if app and step is not None and use_up(app, step) else None


def of_paper(user: AbstractBaseUser, digits: str) -> Authenticator | None:
    """Marked as used under a lock on its row."""
    codes = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return codes if codes and RecoveryCodes(codes).validate_code(digits) else None


def step_of(secret: str, digits: str) -> int | None:
    """The time step that these digits belong to, now or half a minute around it."""
    step: int
    for step in yield_hotp_counters_from_time():
        if compare_user_code(actual=digits, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def use_up(app: Authenticator, step: int) -> bool:
    """Takes this step and all before it, by one conditional UPDATE. False where somebody took it before."""
    TotpStep.objects.get_or_create(authenticator=app, defaults={"step": 0})
    return TotpStep.objects.filter(authenticator=app, step__lt=step).update(step=step) == 1
