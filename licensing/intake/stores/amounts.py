"""What an amount of money paid back means in units."""

from decimal import Decimal


def units_of(paid_back: Decimal, *, price: Decimal, quantity: int) -> int:
    """How many units of a line are paid back to the cent; 0 if no whole number of them, or if it is more than the line:
    money that took no unit.

    `price` is that of the whole line. The amounts may be in any unit, as long as both are in the same.
    """
    if not 0 < paid_back <= price:
        return 0
    units, remainder = divmod(paid_back * quantity, price)
    return 0 if remainder else int(units)
