"""What is forgotten, and when: personal data is kept no longer than the job needs it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from licensing.audit.sealing import MONTH
from licensing.console.search import first_id_at
from licensing.intake.hooks.dropping import drop_old_payloads
from licensing.models import (
    Delivery,
    DeliveryState,
    Hold,
    ImportPart,
    ImportRow,
    ImportRun,
    ImportState,
    KeyAsk,
    KeyAskState,
    StoredKey,
)
from licensing.privacy.staged import forget_staged
from recovery.limits import DAY
from recovery.models import (
    Allowance,
    ChangeState,
    DomainPause,
    Exchange,
    ExchangeNote,
    KeptAnswer,
    Message,
    MessageState,
    Mute,
    OwnerChange,
    RecoveryRequest,
)
from recovery.models.exchanges import OPEN_STATES
from recovery.models.owner_changes import ENDED
from recovery.owners.shells import forget_names
from recovery.owners.undoing import UNDO_LIFE

AT_ONCE = 500
LET_GO = timedelta(minutes=10)  # no worker has a mail in hand that long
SAMPLES = timedelta(days=30)  # so long a file's page shows what became of its first rows
TOLD = timedelta(days=14)  # so long it is known what endpoints were told
LONGEST_MONTH = timedelta(days=31)  # a key is made at its month's first entry


def forget() -> None:
    """Delete requests (with their challenges and mails), what was written about moves, alerts, mutes and counters that
    are older than useful, and what shops sent; and finish what erasing somebody had to leave."""
    kept = timedelta(days=settings.RETENTION_DAYS)
    delete_in_steps(RecoveryRequest.objects.filter(~Exists(mails_to_send()), created_at__lt=Now() - kept))
    delete_in_steps(emptied())
    delete_in_steps(ExchangeNote.objects.filter(exchange__in=decided_before(kept)))
    forget_changes(kept)
    delete_in_steps(Message.objects.filter(request=None, created_at__lt=Now() - kept))
    delete_in_steps(Mute.objects.filter(until__lt=Now() - kept))
    delete_in_steps(turned_away().filter(asked_at__lt=Now() - kept))
    delete_in_steps(Allowance.objects.filter(touched_at__lt=Now() - 2 * DAY))
    delete_in_steps(Hold.objects.filter(until__lt=Now() - DAY))
    delete_in_steps(DomainPause.objects.filter(until__lt=Now() - kept))
    delete_in_steps(KeptAnswer.objects.filter(expires_at__lt=Now()))
    forget_told(kept)
    forget_months(kept)
    forget_abandoned_files()
    drop_old_payloads()
    forget_staged()
    ImportRun.objects.filter(finished_at__lt=Now() - SAMPLES).exclude(samples=[]).update(samples=[])


def forget_told(kept: timedelta) -> None:
    """Events that were delivered, and those that were not, later. By ids, which tell their age and have an index."""
    now = timezone.now()
    old = Delivery.objects.filter(pk__lt=first_id_at(now - min(TOLD, kept)))
    delete_in_steps(old.filter(state=DeliveryState.DELIVERED))
    delete_in_steps(Delivery.objects.filter(pk__lt=first_id_at(now - kept)))


def forget_changes(kept: timedelta) -> None:
    """Changes of owner that came to nothing go; of those in effect, who asked, who decided and why stays, and what was
    typed, what moved, and the name of who was merged into somebody else goes once it cannot be undone any more."""
    delete_in_steps(OwnerChange.objects.filter(state__in=ENDED, ended_at__lt=Now() - kept))
    over = OwnerChange.objects.filter(state=ChangeState.DONE, done_at__lt=Now() - max(kept, UNDO_LIFE))
    settled = over.filter(frozen_at=None).exclude(claimed=None, moved={}, chosen={})
    while some := list(settled[:AT_ONCE]):
        forget_names(some)
        rows = OwnerChange.objects.filter(pk__in=[each.pk for each in some])
        rows.update(claimed=None, moved={}, chosen={}, browser_digest=None)


def emptied() -> QuerySet[RecoveryRequest]:
    """Requests of people who were erased while a worker had their mail in hand, which it has let go of since."""
    in_hand = Message.objects.filter(request=OuterRef("pk"), lease_until__gt=Now() - LET_GO)
    return RecoveryRequest.objects.filter(~Exists(in_hand), address="")


def forget_months(kept: timedelta) -> None:
    """What the audit trail says of nobody in particular (terms that were searched, what commands were given) is under
    the key of its month. The entries stay, and can still be proved."""
    StoredKey.objects.filter(name__startswith=MONTH, created_at__lt=Now() - kept - LONGEST_MONTH).delete()


def turned_away() -> QuerySet[KeyAsk]:
    """Requests for keys that came to nothing; their reasons may name the network address that they came from."""
    return KeyAsk.objects.filter(state=KeyAskState.REFUSED, purchase_line=None)


def mails_to_send() -> QuerySet[Message]:
    """Those that have to go out yet: a move that waited long tells of its key by the request that it began with."""
    return Message.objects.filter(
        request=OuterRef("pk"), state__in=[MessageState.WAITING, MessageState.SENDING]
    )


def decided_before(age: timedelta) -> QuerySet[Exchange]:
    """Moves that have been done with for that long."""
    over = Exchange.objects.exclude(state__in=OPEN_STATES)
    since = over.annotate(at=Coalesce("undone_at", "completed_at", "ended_at"))
    return since.filter(at__lt=Now() - age)


def forget_abandoned_files() -> None:
    """Files that nobody will go on with, since they hold orders: uploaded, or read in part, and left for a day; read
    and tried in the console, but not put on file within a week; and what could not be read, but its run."""
    unread = Q(state__in=[ImportState.UPLOADED, ImportState.STAGING], started_at__lt=Now() - DAY)
    tried = Q(state=ImportState.STAGED, dry_run=True, started_at__lt=Now() - 7 * DAY)
    nobodys = Q(lease_until=None) | Q(lease_until__lt=Now())
    abandoned = ImportRun.objects.filter(unread | tried, nobodys)
    failed = ImportRun.objects.filter(state=ImportState.FAILED, started_at__lt=Now() - DAY)
    delete_in_steps(ImportPart.objects.filter(run__in=failed), 20)
    delete_in_steps(ImportPart.objects.filter(run__in=abandoned), 20)
    delete_in_steps(ImportRow.objects.filter(run__in=abandoned))
    delete_in_steps(abandoned)


def delete_in_steps(rows: QuerySet[Any, Any], size: int = AT_ONCE) -> None:
    """Short transactions, so that nobody waits for the housekeeping."""
    model: type[Model] = rows.model
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:size]):
        model._default_manager.filter(pk__in=ids).delete()
