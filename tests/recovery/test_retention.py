from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db.models.functions import Now
from django.utils import timezone

from licensing.audit.sealing import opened
from licensing.audit.trail import record
from licensing.models import AuditEntry, ImportPart, ImportRow, ImportRun, ImportState, KeyAsk, StoredKey
from recovery.journeys.decide_owner_change import decline as decline_claim
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.journeys.exchange import ask_support
from recovery.journeys.exchange_support import decline
from recovery.models import (
    Challenge,
    Exchange,
    ExchangeNote,
    Message,
    MessageKind,
    MessageState,
    OwnerChange,
    RecoveryRequest,
)
from recovery.retention import forget
from tests.factories import owner_of, store
from tests.kit.smtp import SmtpServer
from tests.licensing.keydesk import UNSIGNED, body, connected
from tests.licensing.keydesk import ask as ask_for_key
from tests.recovery.asking import asked
from tests.recovery.exchanging import NOW, owned, proved, shop
from tests.recovery.owning import OLD, approved, let_the_wait_pass
from tests.recovery.owning import proved as proved_claim

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


def asked_support() -> Exchange:
    unit = owned(shop(exchange_needs_approval=True).windows)
    return ask_support(proved(unit), license_id=unit.pk, platform="macos", text="I am ill", now=NOW)


def test_forgets_what_was_written_about_a_move_once_it_is_decided_and_the_time_is_over(
    settings: LazySettings,
) -> None:
    decided, running = asked_support(), asked_support()
    decline(decided.pk, by="support", reason="Sorry, Anna", now=timezone.now())
    long_ago = Now() - timedelta(days=settings.RETENTION_DAYS, seconds=1)
    ExchangeNote.objects.update(created_at=long_ago)
    forget()
    assert ExchangeNote.objects.filter(exchange=decided).count() == 2, "it was decided lately"
    Exchange.objects.filter(pk=decided.pk).update(ended_at=long_ago)
    forget()
    assert ExchangeNote.objects.get().exchange == running


def test_keeps_an_old_request_while_a_mail_that_answers_it_has_to_go_out(settings: LazySettings) -> None:
    unit = owned(shop(exchange_needs_approval=True).windows)
    request = proved(unit)
    asked = ask_support(request, license_id=unit.pk, platform="macos", text="Please", now=NOW)
    RecoveryRequest.objects.update(created_at=Now() - timedelta(days=settings.RETENTION_DAYS, seconds=1))
    decline(asked.pk, by="support", reason="Sorry", now=NOW)
    forget()
    assert Message.objects.get(kind=MessageKind.DECLINED).request == request
    Message.objects.update(state=MessageState.ACCEPTED)
    forget()
    assert not RecoveryRequest.objects.exists()
    assert Exchange.objects.get() == asked


def test_forgets_who_was_turned_away_but_no_request_that_came_to_something(settings: LazySettings) -> None:
    then = timezone.now() - timedelta(days=settings.RETENTION_DAYS, seconds=1)
    shop = connected(allowed_networks="192.0.2.7")
    ask_for_key(shop, body("1"), shop=UNSIGNED, address="198.51.100.4", now=then)
    ask_for_key(shop, body("2"), shop=UNSIGNED, now=then)
    forget()
    assert KeyAsk.objects.get().order == "2"


def test_uploaded_files_that_nobody_goes_on_with_are_dropped() -> None:
    shop_of_files = store()
    now = timezone.now()
    kept: list[tuple[ImportState, dict[str, Any], timedelta]] = [
        (ImportState.UPLOADED, {}, timedelta(hours=23)),
        (ImportState.STAGED, {"dry_run": True}, timedelta(days=6)),
        (ImportState.STAGED, {}, timedelta(days=60)),
        (ImportState.STAGING, {"lease_until": now + timedelta(minutes=1)}, timedelta(days=2)),
    ]
    dropped: list[tuple[ImportState, dict[str, Any], timedelta]] = [
        (ImportState.UPLOADED, {}, timedelta(days=2)),
        (ImportState.STAGED, {"dry_run": True}, timedelta(days=8)),
    ]
    for state, fields, age in (*kept, *dropped):
        run = ImportRun.objects.create(
            store=shop_of_files, kind="gumroad", file_name="f", state=state, **fields
        )
        ImportRun.objects.filter(pk=run.pk).update(started_at=now - age)
        ImportPart.objects.create(run=run, number=0, sealed=b"sealed")
    failed = ImportRun.objects.create(
        store=shop_of_files, kind="gumroad", file_name="f", state=ImportState.FAILED
    )
    ImportRun.objects.filter(pk=failed.pk).update(started_at=now - timedelta(days=2))
    ImportPart.objects.create(run=failed, number=0, sealed=b"sealed")

    forget()

    assert ImportRun.objects.exclude(pk=failed.pk).count() == len(kept)
    assert ImportRun.objects.filter(pk=failed.pk).exists()
    assert ImportPart.objects.count() == len(kept)


@pytest.mark.django_db
class TestChangesOfOwner:
    def test_what_came_to_nothing_goes_with_all_that_was_typed(self, settings: LazySettings) -> None:
        change = decline_claim(proved_claim(text="personal").pk, by="ada", reason="No such order")
        forget()
        assert OwnerChange.objects.filter(pk=change.pk).exclude(claimed=None).exists()
        OwnerChange.objects.update(ended_at=Now() - timedelta(days=settings.RETENTION_DAYS, seconds=1))
        forget()
        assert not OwnerChange.objects.exists()

    def test_what_is_in_effect_keeps_who_decided_and_loses_the_rest_when_it_cannot_be_undone(
        self, settings: LazySettings
    ) -> None:
        settings.RETENTION_DAYS = 10
        change = approved(owner_of(OLD, codes=["AAAA-1111"]))
        let_the_wait_pass(change)
        take_effect_of_due()
        OwnerChange.objects.update(done_at=Now() - timedelta(days=29))
        forget()
        change.refresh_from_db()
        assert change.moved
        OwnerChange.objects.update(done_at=Now() - timedelta(days=31))
        forget()
        change.refresh_from_db()
        assert (change.moved, change.claimed, change.decided_by) == ({}, None, "ada")


def test_destroys_what_the_audit_trail_says_of_nobody_and_keeps_the_entries(settings: LazySettings) -> None:
    old, new = record("page.looked", by="ada"), record("page.looked", by="ada", customer=uuid4())
    age = timedelta(days=settings.RETENTION_DAYS + 31, seconds=1)
    StoredKey.objects.update(created_at=Now() - age)

    forget()

    assert opened(old) is None
    assert opened(new) is not None
    assert AuditEntry.objects.count() == 2
