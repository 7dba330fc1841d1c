"""A shop's own sales file, put on file as a vendor does it, and a buyer in it who lost a key."""

import csv
import shutil

import pytest

from licensing.addresses import canonical
from tests.journeys.ground import manage
from tests.journeys.service import Service
from tests.journeys.steps import recover
from tests.kit.mails import text_of
from tests.kit.processes import ROOT

pytestmark = pytest.mark.journey

SALES = ROOT / "demo" / "sample-sales.csv"
TROUBLES = ("Refunded?", "Fully Refunded?", "Disputed?", "Giftee Email")


def test_a_buyer_in_a_shops_file_gets_the_key_that_the_shop_gave(service: Service) -> None:
    file = shutil.copy(SALES, service.folder)  # beside which the command writes what it rejected
    report = manage(
        *("import_purchases", str(file), "--store", "shop", "--kind", "gumroad", "--create-editions"),
        env=service.env,
    )
    assert " new" in report
    sale = first_sale_with_a_key()
    page, mail = recover(service, canonical(sale["Purchase Email"]))
    assert sale["License Key"] in page.codes
    assert sale["License Key"] in text_of(mail).splitlines()


def first_sale_with_a_key() -> dict[str, str]:
    with SALES.open(encoding="utf-8-sig", newline="") as file:
        return next(row for row in csv.DictReader(file) if row["License Key"] and not in_trouble(row))


def in_trouble(row: dict[str, str]) -> bool:
    return any(row[column] not in ("", "0") for column in TROUBLES)
