"""Requests, proof and the outbox."""

from recovery.models.answers import KeptAnswer
from recovery.models.api_keys import ApiKey, Scope
from recovery.models.exchanges import (
    Exchange,
    ExchangeKind,
    ExchangeMail,
    ExchangeNote,
    ExchangeState,
    NoteAuthor,
)
from recovery.models.figures import DayFigure, Figure, Tally
from recovery.models.limits import Allowance, DomainPause, Mute, Suppression
from recovery.models.messages import (
    AttemptOutcome,
    MailAttempt,
    Message,
    MessageKind,
    MessageState,
    Withheld,
)
from recovery.models.owner_changes import ChangeKind, ChangeState, Ended, OwnerChange
from recovery.models.pulse import WorkerPulse
from recovery.models.requests import (
    CHALLENGE_LIFE,
    CODE_TRIES,
    VIEW_LIFE,
    Challenge,
    Origin,
    RecoveryRequest,
)
from recovery.models.wordings import Wording

__all__ = [
    "CHALLENGE_LIFE",
    "CODE_TRIES",
    "VIEW_LIFE",
    "Allowance",
    "ApiKey",
    "AttemptOutcome",
    "Challenge",
    "ChangeKind",
    "ChangeState",
    "DayFigure",
    "DomainPause",
    "Ended",
    "Exchange",
    "ExchangeKind",
    "ExchangeMail",
    "ExchangeNote",
    "ExchangeState",
    "Figure",
    "KeptAnswer",
    "MailAttempt",
    "Message",
    "MessageKind",
    "MessageState",
    "Mute",
    "NoteAuthor",
    "Origin",
    "OwnerChange",
    "RecoveryRequest",
    "Scope",
    "Suppression",
    "Tally",
    "Withheld",
    "Wording",
    "WorkerPulse",
]
