"""The colours of the words for mail."""

from recovery.models import AttemptOutcome, MessageState

MESSAGE_TONES = {
    MessageState.WAITING: "wait",
    MessageState.SENDING: "info",
    MessageState.ACCEPTED: "good",
    MessageState.REFUSED: "bad",
    MessageState.WITHHELD: "off",
}
ATTEMPT_TONES = {
    AttemptOutcome.DEFERRED: "wait",
    AttemptOutcome.REFUSED: "bad",
    AttemptOutcome.AMBIGUOUS: "wait",
}
