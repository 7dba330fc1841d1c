"""Requests, mails, limits and exchanges, in the console."""

from django.contrib.admin import AdminSite

from recovery.admin.answers import KeptAnswerAdmin
from recovery.admin.api_keys import ApiKeyAdmin
from recovery.admin.exchanges import ExchangeAdmin, ExchangeMailAdmin, ExchangeNoteAdmin
from recovery.admin.figures import DayFigureAdmin, TallyAdmin
from recovery.admin.limits import AllowanceAdmin, DomainPauseAdmin, MuteAdmin, SuppressionAdmin
from recovery.admin.messages import MailAttemptAdmin, MessageAdmin
from recovery.admin.owner_changes import OwnerChangeAdmin
from recovery.admin.pulse import WorkerPulseAdmin
from recovery.admin.requests import ChallengeAdmin, RecoveryRequestAdmin
from recovery.admin.wordings import WordingAdmin
from recovery.models import (
    Allowance,
    ApiKey,
    Challenge,
    DayFigure,
    DomainPause,
    Exchange,
    ExchangeMail,
    ExchangeNote,
    KeptAnswer,
    MailAttempt,
    Message,
    Mute,
    OwnerChange,
    RecoveryRequest,
    Suppression,
    Tally,
    Wording,
    WorkerPulse,
)

PAGES = (
    (RecoveryRequest, RecoveryRequestAdmin),
    (Challenge, ChallengeAdmin),
    (Message, MessageAdmin),
    (MailAttempt, MailAttemptAdmin),
    (Mute, MuteAdmin),
    (Suppression, SuppressionAdmin),
    (DomainPause, DomainPauseAdmin),
    (Allowance, AllowanceAdmin),
    (Wording, WordingAdmin),
    (WorkerPulse, WorkerPulseAdmin),
    (KeptAnswer, KeptAnswerAdmin),
    (ApiKey, ApiKeyAdmin),
    (Exchange, ExchangeAdmin),
    (ExchangeNote, ExchangeNoteAdmin),
    (ExchangeMail, ExchangeMailAdmin),
    (OwnerChange, OwnerChangeAdmin),
    (DayFigure, DayFigureAdmin),
    (Tally, TallyAdmin),
)


def register(site: AdminSite) -> None:
    """Puts every model of this app on the site."""
    for model, page in PAGES:
        site.register(model, page)
