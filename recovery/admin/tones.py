"""The colours of the words for mail and exchanges, and shorter words for lists."""

from recovery.models import AttemptOutcome, ChangeState, ExchangeState, MessageState

MESSAGE_TONES = {
    MessageState.WAITING: "wait",
    MessageState.SENDING: "info",
    MessageState.ACCEPTED: "good",
    MessageState.REFUSED: "bad",
    MessageState.WITHHELD: "off",
}
MESSAGE_WORDS = {MessageState.ACCEPTED: "accepted", MessageState.REFUSED: "refused"}
ATTEMPT_TONES = {
    AttemptOutcome.DEFERRED: "wait",
    AttemptOutcome.REFUSED: "bad",
    AttemptOutcome.AMBIGUOUS: "wait",
}
EXCHANGE_TONES = {
    ExchangeState.ASKED: "wait",
    ExchangeState.WAITING: "info",
    ExchangeState.DONE: "good",
    ExchangeState.UNDONE: "off",
    ExchangeState.DECLINED: "bad",
    ExchangeState.CANCELLED: "off",
}
CHANGE_TONES = {
    ChangeState.UNPROVEN: "off",
    ChangeState.OPEN: "wait",
    ChangeState.WAITING: "info",
    ChangeState.DONE: "good",
    ChangeState.DECLINED: "bad",
    ChangeState.STOPPED: "bad",
    ChangeState.UNDONE: "off",
    ChangeState.EXPIRED: "off",
}
CHANGE_WORDS = {ChangeState.UNPROVEN: "not proved yet", ChangeState.WAITING: "approved"}
