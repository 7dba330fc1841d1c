"""Why something that support asked for was not done. `code` is stable and machine-readable."""


class Refused(Exception):
    """Base of them: nothing was changed."""

    code = "refused"


class NotOnFile(Refused):
    """There is no such row, or it is not this customer's: the two look the same."""

    code = "not_on_file"


class ReasonMissing(Refused):
    """It is done with a reason only, which is recorded."""

    code = "reason_missing"


class StalePage(Refused):
    """The form was filled in on a page that is too old, or was made by somebody else."""

    code = "stale_page"


class NotCounting(Refused):
    """A test order, or one that its shop has not confirmed, can be paid back by nobody."""

    code = "not_counting"


class TooManyUnits(Refused):
    """More units than the line has."""

    code = "too_many_units"


class ToldByShop(Refused):
    """The order's shop itself says that it was paid back: support has no word of its own to take back."""

    code = "told_by_shop"


class ShownOnce(Refused):
    """The code was shown for this reason already; another look is a look of its own."""

    code = "shown_once"


class OrderDiffers(Refused):
    """An order of that number is on file and says otherwise; `differing` names the facts."""

    code = "order_differs"

    def __init__(self, differing: tuple[str, ...]) -> None:
        super().__init__(", ".join(differing))
        self.differing = differing


class Overtaken(Refused):
    """Somebody else changed the same at the same moment: press again."""

    code = "overtaken"


class NothingToGive(Refused):
    """The order names a product that nobody sells here, or is none: it has no number, or no number of units."""

    code = "nothing_to_give"


class TooManyLooks(Refused):
    """This person looked at as many codes today as anybody may."""

    code = "too_many_looks"


class TooManyByHand(Refused):
    """This person would have added more licenses within a day than they may; `left` is how many they still may."""

    code = "too_many_by_hand"

    def __init__(self, most: int, left: int) -> None:
        super().__init__(f"{left} of {most}")
        self.most, self.left = most, left


class KeysRefused(Refused):
    """One of the keys cannot be taken, so none is. The words name its row, never the key."""

    code = "keys_refused"


class KeysElsewhere(KeysRefused):
    """One of the keys is another edition's. `left`: how often the caller is still told so; None where nobody counts."""

    left: int | None = None
