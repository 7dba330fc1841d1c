"""How often a password or a code may be wrong. Counted in the database: losing Redis opens nothing.

Each try is counted before it is looked at, so that a hundred at once are no way round, and given back when it was
right. A try that is refused counts nothing: hammering on does not make the wait longer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from config.staff.models import SignIn
from config.staff.sessions import KEPT
from licensing.addresses import network_of
from recovery.limits import HOUR, Counters, Limit, network_digest
from recovery.tokens import counting_digest

QUARTER: Final = timedelta(minutes=15)

# One person at one place who forgot a password tries three or four.
PASSWORDS_HERE: Final = Limit("password_here", 5, QUARTER)
# A whole office behind one address mistypes less than that; a machine that goes through names wants thousands.
PASSWORDS_OF_NETWORK: Final = Limit("password_network", 60, HOUR)
# From all over the world against one name. Does not bind the networks its owner signed in from before, nor
# passkeys: a stranger who uses it up locks nobody out.
PASSWORDS_OF_ACCOUNT: Final = Limit("password_account", 30, HOUR)
# Three of a million codes are good at any moment: 20 an hour, by somebody who has the password, find one in 5 years.
CODES_HERE: Final = Limit("code_here", 5, QUARTER)
CODES_OF_ACCOUNT: Final = Limit("code_account", 20, HOUR)
# Their own count, so that whoever uses up the codes of the app leaves this way in. 40 bits each.
RECOVERY_CODES: Final = Limit("recovery_code", 10, HOUR)
# Nothing to guess there, but each costs work.
PASSKEYS_OF_NETWORK: Final = Limit("passkey_network", 120, HOUR)
# 256 bits: nothing to guess, and each look is a query.
INVITATIONS_OF_NETWORK: Final = Limit("invitation_network", 60, HOUR)

Uses = Sequence[tuple[Limit, bytes]]


def of_password(name: str, *, ip: str, now: datetime) -> Uses:
    """What a password for this name counts against; the same for names that nobody has."""
    account = name.casefold()
    everywhere = () if is_known(name, ip=ip, now=now) else ((PASSWORDS_OF_ACCOUNT, digest(account)),)
    here = (PASSWORDS_HERE, digest(account, network_of(ip)))
    return (here, (PASSWORDS_OF_NETWORK, network_digest(ip)), *everywhere)


def of_code(user: AbstractBaseUser, *, ip: str) -> Uses:
    return (
        (CODES_HERE, digest(str(user.pk), network_of(ip))),
        (CODES_OF_ACCOUNT, digest(str(user.pk))),
    )


def of_recovery_code(user: AbstractBaseUser) -> Uses:
    return ((RECOVERY_CODES, digest(str(user.pk))),)


def is_known(name: str, *, ip: str, now: datetime) -> bool:
    """Whether the owner of the name signed in from this network in the last three months."""
    known = SignIn.objects.filter(user__username=name, network=network_of(ip), began_at__gt=now - KEPT)
    return known.exists()


def taken(uses: Uses, *, now: datetime) -> bool:
    """Counts one try against all of these, or against none where one is used up."""
    with transaction.atomic():
        counters = Counters(uses, now=now)
        allowed = all(counters.take(limit, subject) for limit, subject in uses)
        if allowed:
            counters.write()
    return allowed


def give_back(uses: Uses, *, now: datetime) -> None:
    """The try was right, or no try at all."""
    with transaction.atomic():
        counters = Counters(uses, now=now)
        for limit, subject in uses:
            recent = counters.recent[limit.name, subject]
            if recent and recent[-1][1] > 0:
                recent[-1][1] -= 1
                counters.taken.add((limit.name, subject))
        counters.write()


def digest(*parts: str) -> bytes:
    return counting_digest("staff", "\n".join(parts))
