"""For load balancers and alarms: is the process there, can it serve, is a worker alive, does mail go out.

No personal data.

A web process whose worker is late or gone still serves pages, so that is an alarm in the answer, not a 503.
"""

import threading
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.embedded import THREADS
from recovery.models import Message, MessageState, WorkerPulse

# Beat sweeps every 10 s, and a mail given back by a dead worker is due again after its lease (60 s): a
# healthy service is never later than both together, with room for a queue after a mass mailing.
LAG_ALARM = timedelta(minutes=3)

# A worker is heard of with each sweep (10 s) and, while one mail takes long, with each renewal of its lease: 45 s.
SILENCE_ALARM = timedelta(seconds=30 + settings.MAIL_LEASE_SECONDS / 4)

log = structlog.get_logger(__name__)


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches nothing else."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503; with how late the oldest mail is, whether to alarm, and
    whether a worker is alive."""
    try:
        connection.ensure_connection()
        lag, worker = outbox_lag(), worker_state()
    except DatabaseError as error:
        log.warning("not_ready", error=type(error).__name__)
        return JsonResponse({"status": "unavailable", "database": "down"}, status=503)
    outbox = {"lag_seconds": round(lag.total_seconds(), 1), "alarm": lag > LAG_ALARM}
    return JsonResponse({"status": "ready", "database": "up", "outbox": outbox, "worker": worker})


def outbox_lag() -> timedelta:
    """How long the oldest mail that waits has been due, by the database's clock; zero when none is."""
    due = Message.objects.filter(state=MessageState.WAITING, due_at__lte=Now()).order_by("due_at")
    row = due.values_list("due_at", Now()).first()
    return row[1] - row[0] if row else timedelta(0)


def worker_state() -> str:
    """`running` or `stopped`, by the threads of this process where the worker is inside it, else by the sign of life
    that workers leave in the database. Without beat an idle worker leaves none: that is `stopped`, too."""
    if settings.EMBEDDED:
        alive = {thread.name for thread in threading.enumerate()} >= THREADS
    else:
        alive = WorkerPulse.objects.filter(seen_at__gt=Now() - SILENCE_ALARM).exists()
    return "running" if alive else "stopped"
