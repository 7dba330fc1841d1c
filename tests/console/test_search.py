"""Whatever a customer can say about themselves finds what is theirs, and nobody else's."""

from django.db.models import Model
from django.test import Client

from licensing.models import (
    Case,
    Customer,
    EmailAddress,
    ImportRow,
    ImportRun,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    PurchaseReference,
    RegistrationKey,
)
from recovery.models import (
    Allowance,
    Challenge,
    DomainPause,
    MailAttempt,
    Message,
    Mute,
    RecoveryRequest,
    Suppression,
)
from tests import factories
from tests.console.conftest import CODE, EMAIL, NAME, ORDER, TRANSACTION, Filed
from tests.console.test_pages import list_address
from tests.kit.each import for_each

OWNED = [Customer, EmailAddress, Purchase, License, RegistrationKey, KeyAssignment]
TERMS = {
    "whole address": EMAIL,
    "address in capitals, with blanks": f"  {EMAIL.title()} ",
    "beginning of the address": "ada@love",
    "local part": "ada",
    "name": NAME,
    "beginning of the name, lower case": "ada lo",
    "order reference": ORDER,
    "other reference": TRANSACTION,
    "code": CODE,
    "code in another spelling": CODE.lower().replace("-", " "),
    "tail": CODE[-4:],
    "masked code": f"••••-{CODE[-4:]}",
}


def found(support: Client, model: type[Model], term: str) -> list[Model]:
    page = support.get(list_address(model), {"q": term})
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


@for_each("model", OWNED)
@for_each("term", TERMS.values())
def test_finds_what_belongs_to_the_owner(
    model: type[Model], term: str, support: Client, filed: Filed
) -> None:
    assert len(found(support, model, term)) == 1
    assert model._default_manager.count() > 1


@for_each("model", [PurchaseLine, PurchaseReference, Case])
@for_each("term", [EMAIL, ORDER, CODE])
def test_finds_what_hangs_on_the_order(model: type[Model], term: str, support: Client, filed: Filed) -> None:
    assert found(support, model, term)


@for_each("model", [RecoveryRequest, Challenge, Message, MailAttempt, Mute, Suppression])
@for_each("term", [EMAIL, EMAIL.upper(), NAME, ORDER, CODE])
def test_finds_requests_and_mails(model: type[Model], term: str, support: Client, filed: Filed) -> None:
    assert found(support, model, term)


def test_finds_the_request_of_an_address_that_nobody_owns(support: Client, filed: Filed) -> None:
    assert found(support, RecoveryRequest, "nobody@nowhere.example") == []


def test_finds_the_counters_of_an_address(support: Client, filed: Filed) -> None:
    assert len(found(support, Allowance, EMAIL)) == 1
    assert found(support, Allowance, "nobody@nowhere.example") == []


def test_finds_a_paused_domain(support: Client, filed: Filed) -> None:
    assert found(support, DomainPause, "lovelace.example") == [filed.pause]


def test_finds_files_and_their_rows_by_file_name(support: Client, filed: Filed) -> None:
    assert len(found(support, ImportRun, "Sales")) == 1
    assert len(found(support, ImportRow, "sales.csv")) == 1
    assert found(support, ImportRow, "refunds.csv") == []


def test_finds_a_line_without_a_mapping_by_the_stores_product_id(support: Client, filed: Filed) -> None:
    assert found(support, PurchaseLine, "unheard-of") == [filed.unplaced]


def test_finds_the_keys_of_an_edition_by_its_sku(support: Client, filed: Filed) -> None:
    assert found(support, RegistrationKey, filed.key.edition.sku) == [filed.key]


def test_finds_a_row_by_the_id_that_the_logs_name(support: Client, filed: Filed) -> None:
    assert found(support, Message, str(filed.message.pk)) == [filed.message]


def test_finds_a_gift_by_the_one_who_received_it(support: Client, filed: Filed) -> None:
    friend = factories.customer(email="friend@gift.example")
    gift = factories.purchase(buyer=filed.customer)
    factories.line(of=gift, receiver=friend)

    assert found(support, Purchase, "friend@gift.example") == [gift]


@for_each("term", ["", " ", "%", "_", "'", "\\", "\x00", "@", "a" * 5000, "::", "••••", "-", "😀"])
def test_takes_whatever_is_typed(term: str, support: Client, filed: Filed) -> None:
    for model in (Customer, RegistrationKey, Message):
        assert support.get(list_address(model), {"q": term}).status_code == 200


@for_each("term", ["%", "_", "%%", "__", "a%e"])
def test_wildcards_of_the_database_are_plain_characters(term: str, support: Client, filed: Filed) -> None:
    assert found(support, Customer, term) == []


def test_says_when_there_are_more_than_it_shows(support: Client, db: None) -> None:
    Customer.objects.bulk_create(Customer(full_name=f"Many {number}") for number in range(250))

    page = support.get(list_address(Customer), {"q": "Many"})

    assert b"Type more to narrow it down" in page.content


def test_finds_catalogue_rows_by_any_part_of_their_names(support: Client, filed: Filed) -> None:
    edition = filed.key.edition

    assert found(support, type(edition), edition.sku[2:-2]) == [edition]
