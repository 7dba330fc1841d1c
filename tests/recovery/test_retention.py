from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now

from recovery.models import Challenge, Message, RecoveryRequest
from recovery.retention import forget
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
