"""What a notification tells, and what confirming it would do, is said in words."""

from datetime import UTC, datetime

import pytest

from licensing.console.told_words import all_in_words, consequence, in_words
from licensing.intake.record import LateCodes, Party, Payment, PaymentNews, PurchaseRecord, Refund, SoldLine

ORDER = (("order", "1001"),)
REFUND = Payment(paid=False, refunded=True)
DISPUTE = Payment(paid=False, disputed=True)
WIN = Payment(paid=False, disputed=True, won=True)


def order(*, lines: int = 1, payment: Payment | None = None, test: bool = False) -> PurchaseRecord:
    sold = tuple(SoldLine(f"p{number}", "", f"Clip Cutter {number}", 2) for number in range(1, lines + 1))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return PurchaseRecord("1001", at, Party("ada@lovelace.example"), sold, payment or Payment(), test=test)


def test_an_order_is_said_with_what_was_sold() -> None:
    assert in_words(order()) == "an order 1001 with 1 line (2 × Clip Cutter 1)"
    assert in_words(order(test=True)).startswith("a test order 1001")
    assert in_words(order(lines=5)).endswith("2 × Clip Cutter 3, …)")


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (REFUND, "a refund"),
        (Payment(paid=False, refunds=(Refund(1),)), "a refund"),
        (DISPUTE, "a dispute"),
        (WIN, "a dispute that was won"),
        (Payment(), "a payment"),
        (Payment(paid=False), "news of the payment"),
    ],
    ids=["refund", "refund of units", "dispute", "win", "payment", "nothing"],
)
def test_news_of_a_payment_is_called_by_what_happened(payment: Payment, words: str) -> None:
    assert in_words(PaymentNews(ORDER, payment)) == f"{words} of order 1001"
    assert in_words(PaymentNews((("transaction", "t1"),), payment)).endswith("the order with transaction t1")


def test_codes_are_counted_and_never_said() -> None:
    assert in_words(LateCodes(ORDER, ("secret-code",))) == "1 code of order 1001"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (order(), "its buyer gets keys"),
        (order(payment=Payment(paid=False)), "gets nothing yet"),
        (order(payment=REFUND), "that were refunded end"),
        (order(test=True), "nobody gets or loses a key"),
        (PaymentNews(ORDER, DISPUTE), "until the dispute is won"),
        (PaymentNews(ORDER, WIN), "count again"),
        (PaymentNews(ORDER, REFUND, test=True), "nobody gets or loses a key"),
        (LateCodes(ORDER, ("c",)), "become keys"),
    ],
    ids=["order", "unpaid", "refunded order", "test", "dispute", "win", "test refund", "codes"],
)
def test_says_what_confirming_would_do(told: PurchaseRecord | PaymentNews | LateCodes, words: str) -> None:
    assert words in consequence(told)


def test_an_event_without_orders_says_so() -> None:
    assert all_in_words([]) == "nothing about orders"


def test_what_is_confirmed_can_be_compared_with_the_shop() -> None:
    words = consequence(order())

    assert "2 × Clip Cutter 1), ordered by ada@lovelace.example on 1 January 2026, 00:00." in words
