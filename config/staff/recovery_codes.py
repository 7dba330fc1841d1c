"""Recovery codes: shown and downloadable once, right after they were made; later only their number."""

from datetime import datetime, timedelta
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.sessions.backends.base import SessionBase

from config.staff.proof import Person

SHOWN_UNTIL: Final = "staff_codes_shown_until"
SHOWN_FOR: Final = timedelta(minutes=10)  # time enough to save a file, print, or find the password manager
GROUP: Final = 4


def show_once(session: SessionBase, *, now: datetime) -> None:
    session[SHOWN_UNTIL] = (now + SHOWN_FOR).timestamp()


def were_kept(session: SessionBase) -> None:
    """Somebody says that they have them: from now on nobody sees them."""
    session.pop(SHOWN_UNTIL, None)


def shown(session: SessionBase, user: Person, *, now: datetime) -> list[str]:
    """The unused codes, in groups of four digits; none when they were shown already."""
    if now.timestamp() >= session.get(SHOWN_UNTIL, 0.0):
        return []
    return [grouped(code) for code in unused(user)]


def left(user: Person) -> int:
    return len(unused(user))


def unused(user: Person) -> list[str]:
    kept = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return list(RecoveryCodes(kept).get_unused_codes()) if kept else []


def grouped(code: str) -> str:
    return " ".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))
