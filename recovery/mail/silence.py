"""Muting a mailbox: no requests for it, and what is open for it ends."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from recovery.models import Challenge, Mute, RecoveryRequest
from recovery.models.requests import RecoveryRequestQuerySet

MUTE_LIFE = timedelta(days=30)


def silence(request: RecoveryRequest, *, by: str = "") -> bool:
    """Mute the request's mailbox for 30 days, in the caller's transaction; whether it was not muted before.

    `by`: the support login, where it was not the mailbox's reader.
    """
    Mute.objects.filter(mailbox=request.mailbox, lifted_at=None, until__lte=Now()).update(lifted_at=Now())
    muted = Mute(mailbox=request.mailbox, request=request, by=by, until=Now() + MUTE_LIFE)
    Mute.objects.bulk_create([muted], ignore_conflicts=True)
    end_what_is_open(request)
    return Mute.objects.filter(pk=muted.pk).exists()


def mute_of(mailbox: bytes) -> Mute | None:
    """The mute of that mailbox that is in force, by the database's clock."""
    return Mute.objects.filter(mailbox=mailbox, lifted_at=None, until__gt=Now()).first()


def end_what_is_open(request: RecoveryRequest) -> None:
    same_mailbox = RecoveryRequest.objects.filter(mailbox=request.mailbox)
    wait_for_proofs(same_mailbox)
    Challenge.objects.live().filter(request__in=same_mailbox).update(expires_at=Now())
    same_mailbox.with_open_view().update(view_ends_at=Now())


def wait_for_proofs(requests: RecoveryRequestQuerySet) -> None:
    """Let proofs that have begun end first, and hold up others.

    A proof takes the request, then its challenge. Taken the other way round, the two would deadlock, and the one that
    the database gives up may be this one; and a view that is opened meanwhile would stay open.
    """
    live = Challenge.objects.live().filter(request=OuterRef("pk"))
    concerned = requests.filter(Q(Exists(live)) | Q(view_ends_at__gt=Now())).order_by("pk")
    list(concerned.select_for_update(no_key=True).values_list("pk"))
