"""What can go wrong on the way, as the interfaces tell it apart."""


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
