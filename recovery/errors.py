"""What can go wrong on the way, as the interfaces tell it apart."""

from recovery.policy import Decision


class RecoveryError(Exception):
    """Base of what a customer may see; `code` is stable and machine-readable."""

    code = "error"


class NotYours(RecoveryError):
    """No such request, or another browser asked for it: the two look the same."""

    code = "not_yours"


class Used(RecoveryError):
    """The link or code has done its work already."""

    code = "used"


class Expired(RecoveryError):
    """The link or code is older than its life, or has ended with a mute."""

    code = "expired"


class WrongCode(RecoveryError):
    """Not the code that was mailed; `tries_left` more may be typed."""

    code = "wrong_code"

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"wrong code, {tries_left} tries left")
        self.tries_left = tries_left


class TooManyTries(RecoveryError):
    """No more codes are compared, right ones included; the mailed link still works."""

    code = "too_many_tries"


class NoView(RecoveryError):
    """This browser has proved nothing, or its half hour is over."""

    code = "no_view"


class NoSuchLicense(RecoveryError):
    """No license of this customer, or no such platform: the two look the same."""

    code = "no_such_license"


class Stale(RecoveryError):
    """Something else happened to the license since the page was shown; nothing was changed now."""

    code = "stale"


class ExchangeRefused(RecoveryError):
    """The policy does not allow the move; `decision` says which rule, and from when it would."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason.value)
        self.code = decision.reason.value
        self.decision = decision


class CannotUndo(RecoveryError):
    """The move cannot be taken back: the grace period is over, it was undone already, or the license went on."""

    code = "cannot_undo"


class NotRunning(RecoveryError):
    """The exchange was decided, done or ended meanwhile."""

    code = "not_running"


class OutOfStock(RecoveryError):
    """There is no other code to give just now; the old one stays as it is."""

    code = "out_of_stock"


class TooManyQuestions(RecoveryError):
    """Support was asked too often today."""

    code = "too_many_questions"


class TooManyMoves(RecoveryError):
    """A license's moves were begun and cancelled too often today."""

    code = "too_many_moves"


class ReasonNeeded(RecoveryError):
    """What goes beyond the rules is done with a reason, which is recorded."""

    code = "reason_needed"


class Overtaken(RecoveryError):
    """Somebody else changed the text since the page was shown; `by` is who wrote the latest version."""

    code = "overtaken"

    def __init__(self, by: str) -> None:
        super().__init__("overtaken")
        self.by = by


class NoAddress(RecoveryError):
    """The account has no email address that a test could go to."""

    code = "no_address"


class TooManyTests(RecoveryError):
    """Enough test mails were sent to this person for now."""

    code = "too_many_tests"


class AlreadyChanging(RecoveryError):
    """Another change of owner of the same customer or license is running: first come, first served."""

    code = "already_changing"


class OwnerReadsIt(RecoveryError):
    """The old mailbox was proved since the claim was made: it is not gone, and its owner is somebody else, or can
    ask for the keys there."""

    code = "owner_reads_it"


class AddressTaken(RecoveryError):
    """The new address is a mailbox of another customer: that is no changed address, but perhaps a merge."""

    code = "address_taken"


class NotPossible(RecoveryError):
    """What was asked makes no sense as things stand; the message says why, in plain words."""

    code = "not_possible"


class TooManyClaims(RecoveryError):
    """Enough changes were asked for with this mailbox today."""

    code = "too_many_claims"


class AskedEnough(RecoveryError):
    """Support asked three times about this claim."""

    code = "asked_enough"


class AlreadyAsked(RecoveryError):
    """A question about this claim is with the customer."""

    code = "already_asked"


class NothingWritten(RecoveryError):
    """An answer needs words."""

    code = "nothing_written"


class NoSuchAddress(RecoveryError):
    """Not a current address of this customer."""

    code = "no_such_address"


class MailboxClosed(RecoveryError):
    """No mail goes there: its reader muted it (`muted`), or its server said that there is no such mailbox (`dead`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TooManyMails(RecoveryError):
    """Support sent this customer as many mails as it may in an hour."""

    code = "too_many_mails"


class PressedElsewhere(RecoveryError):
    """The form was filled in on a page that is too old, or is another customer's."""

    code = "stale_page"


class TooSoon(RecoveryError):
    """Another mail for the same request may be asked for in `seconds`."""

    code = "too_soon"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s too soon")
        self.seconds = seconds


class NotOffered(RecoveryError):
    """The vendor has not switched this on."""

    code = "not_offered"


class TooManyChecks(RecoveryError):
    """So many codes were checked from that network lately that none is for `seconds`."""

    code = "too_many_checks"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class KeyReused(RecoveryError):
    """The idempotency key came with another body before."""

    code = "idempotency_key_reused"


class AnswerLost(RecoveryError):
    """The call was done once, and its answer cannot be read any more: the vault's key was dropped meanwhile."""

    code = "answer_lost"


class Disputed(RecoveryError):
    """Who is to have keys is not settled yet: a change of owner was objected to, or still can be."""

    code = "disputed"


class NameTaken(RecoveryError):
    """Another API key has, or had, that name."""

    code = "name_taken"


class NoSuchKey(RecoveryError):
    """None of our API keys."""

    code = "no_such_key"


class KeyOver(RecoveryError):
    """The API key was revoked, or its time is over."""

    code = "key_over"


class ScopeMissing(RecoveryError):
    """The API key may not do that; `scope` would let it."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


class SecondPersonMissing(RecoveryError):
    """The vendor wants two people for this, and no second one approved the API key."""

    code = "second_person_needed"


class TooManyCalls(RecoveryError):
    """The API key was used too often; again in `seconds`."""

    code = "too_many_calls"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class TooManyElsewhere(RecoveryError):
    """The API key was told of so many codes of other editions that none is compared for `seconds`."""

    code = "too_many_elsewhere"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds
