"""Card numbers are dropped before anything is stored, wherever they stand, but for keys and order references."""

from pathlib import Path

import pytest

from licensing.keys.sealed import content_of
from licensing.models import Customer, ImportRow, Purchase, PurchaseLine, RegistrationKey
from tests.licensing.intake.sales import imported, order, sales_file

pytestmark = pytest.mark.django_db

CARD = "4111 1111 1111 1111"
PLAIN = CARD.replace(" ", "")


@pytest.mark.parametrize(
    "column", ["Buyer Name", "Street Address", "Company", "Item Name", "Stripe Transaction ID", "Review"]
)
def test_dropped_and_counted(column: str, tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order(**{column: f"paid by {CARD} thanks"})))

    assert run.cards_removed == 1
    kept = [list(model.objects.values()) for model in (Customer, Purchase, PurchaseLine, ImportRow)]
    assert CARD not in str(kept)
    assert PLAIN not in str(kept)


def test_what_surrounds_a_number_is_kept(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(Buyer_Name=f"Anna {CARD} Example")))

    assert Customer.objects.get().full_name == "Anna [removed] Example"


def test_keys_and_order_references_are_left_alone(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order(License_Key=PLAIN, Order_Number=PLAIN, Purchase_ID=PLAIN)))

    assert run.cards_removed == 0
    assert content_of(RegistrationKey.objects.get()).decode() == PLAIN
    assert Purchase.objects.get().reference == PLAIN


def test_two_cells_side_by_side_make_no_card(tmp_path: Path) -> None:
    run = imported(sales_file(tmp_path, order(Street_Address="41111111", City="11111111")))

    assert run.cards_removed == 0
