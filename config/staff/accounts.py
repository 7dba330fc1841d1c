"""Making, renewing and closing the accounts of staff: the command and the console's pages do the same."""

from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from config.staff import invitations, sessions
from config.staff.models import Invitation
from config.staff.roles import Role, give_role, role_of
from licensing.audit.commands import BY
from licensing.audit.trail import record

NO_NAME: Final = "A name is one word of letters, digits and . - _ + @, without spaces: for example ana.agent."


class Refused(Exception):
    """What was asked for cannot be done; the reason is in the text."""


def people() -> QuerySet[User]:
    """Everybody who has, or had, an account."""
    return User.objects.filter(is_staff=True).prefetch_related("groups").order_by("username")


@transaction.atomic
def add(*, name: str, email: str, role: Role, by: str, now: datetime) -> tuple[User, str]:
    """A new account without a password, and the link by which its owner sets one. Raises `Refused`."""
    check(name, email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(name, email=email, is_staff=True)
    except IntegrityError:
        raise Refused(f"There is an account named {name} already.") from None
    give_role(user, role)
    noted("added", user, by=by, role=role.value)
    return user, invitations.invite(user, now=now)


def check(name: str, email: str) -> None:
    try:
        UnicodeUsernameValidator(message=NO_NAME)(name)
        validate_email(email)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    if len(name) > 150 or len(email) > 254:
        raise Refused("The name or the address is too long.")
    if name.casefold() == BY:
        raise Refused(f"{BY} is what the audit trail calls manage.py; choose another name.")
    if User.objects.filter(username__iexact=name).exists():
        raise Refused(f"There is an account named {name} already.")


@transaction.atomic
def renew(user: User, *, by: str, now: datetime) -> str:
    """A new link; the password, the factors and the sessions until now are gone. Raises `Refused`."""
    if not user.is_active:
        raise Refused(f"The account of {user} is closed.")
    noted("invited_anew", user, by=by)
    return invitations.start_anew(user, now=now)


@transaction.atomic
def disable(user: User, *, by: str, now: datetime) -> None:
    """Nobody gets in with this account any more, and whoever is in is out. Raises `Refused` for the last one
    who could open it again."""
    refuse_the_last_administrator(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    Invitation.objects.filter(user=user).delete()
    sessions.end_all(user, now=now)
    noted("closed", user, by=by)


@transaction.atomic
def enable(user: User, *, by: str, now: datetime) -> str:
    """The account is open again, and begins anew with a link."""
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    noted("opened", user, by=by)
    return renew(user, by=by, now=now)


@transaction.atomic
def change_role(user: User, role: Role, *, by: str, now: datetime) -> None:
    """Sessions end: what a page offered a minute ago may be forbidden now. Raises `Refused`."""
    if role is not Role.ADMINISTRATOR:
        refuse_the_last_administrator(user)
    before = role_of(user)
    give_role(user, role)
    sessions.end_all(user, now=now)
    noted("role_changed", user, by=by, role=[before, role.value])


def end_sessions(user: User, *, by: str, but: str | None, now: datetime) -> None:
    """Wherever they are signed in, except in the session with this key."""
    noted("sessions_ended", user, by=by, ended=sessions.end_all(user, now=now, but=but))


def noted(deed: str, user: User, *, by: str, **about: Any) -> None:
    record(f"account.{deed}", by=by, row=user, details={"name": user.get_username(), **about})


def refuse_the_last_administrator(user: User) -> None:
    """Under a lock on all administrators, so that two do not close each other's accounts at once."""
    active = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    if [each.pk for each in active] == [user.pk]:
        raise Refused("This is the last administrator; make another one first.")
