"""Muting a mailbox: no requests for it, and what is open for it ends."""

from datetime import timedelta

from django.db.models.functions import Now

from recovery.models import Challenge, Mute, RecoveryRequest

MUTE_LIFE = timedelta(days=30)


def silence(request: RecoveryRequest) -> bool:
    """Mute the request's mailbox for 30 days, in the caller's transaction; whether it was not muted before."""
    Mute.objects.filter(mailbox=request.mailbox, lifted_at=None, until__lte=Now()).update(lifted_at=Now())
    muted = Mute(mailbox=request.mailbox, request=request, until=Now() + MUTE_LIFE)
    Mute.objects.bulk_create([muted], ignore_conflicts=True)
    end_what_is_open(request)
    return Mute.objects.filter(pk=muted.pk).exists()


def end_what_is_open(request: RecoveryRequest) -> None:
    same_mailbox = RecoveryRequest.objects.filter(mailbox=request.mailbox)
    Challenge.objects.live().filter(request__in=same_mailbox).update(expires_at=Now())
    same_mailbox.with_open_view().update(view_ends_at=Now())
