from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now

from licensing.models import ImportRow, ImportRun, ImportState
from recovery.models import Challenge, Message, RecoveryRequest
from recovery.retention import forget
from tests.factories import store
from tests.kit.smtp import SmtpServer
from tests.recovery.asking import asked

pytestmark = pytest.mark.django_db


def test_forgets_requests_and_all_that_hangs_on_them_after_the_time_promised(
    smtp: SmtpServer, deliver: Callable[[], int], settings: LazySettings
) -> None:
    old, young = asked("old@example.com"), asked("young@example.com")
    deliver()
    RecoveryRequest.objects.filter(pk=old.pk).update(
        created_at=Now() - timedelta(days=settings.RETENTION_DAYS, seconds=1)
    )
    forget()
    assert RecoveryRequest.objects.get() == young
    assert Message.objects.get().request == young
    assert Challenge.objects.get().request == young


def test_forgets_what_a_killed_reading_left_behind_but_nothing_that_can_be_resumed() -> None:
    abandoned, resumable = (
        ImportRun.objects.create(store=store(), kind="gumroad", file_name="sales.csv", state=state)
        for state in (ImportState.STAGING, ImportState.APPLYING)
    )
    for run in (abandoned, resumable):
        ImportRow.objects.create(run=run, number=2, payload=b"sealed")
    forget()
    assert ImportRun.objects.count() == 2, "it may still be reading"
    ImportRun.objects.update(started_at=Now() - timedelta(days=2))
    forget()
    assert ImportRun.objects.get() == resumable
    assert ImportRow.objects.get().run == resumable
