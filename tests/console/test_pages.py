"""What lists and pages of rows have in common. What is so on every single one: test_every_page.py."""

import pytest
from django.apps import apps
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import BinaryField, Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.console import console
from licensing.console.pages import Listing
from licensing.models import Customer, Mapping, RegistrationKey, RetiredList, SigningKey, Store
from tests.console.conftest import Filed
from tests.kit.each import for_each

RECORDED = 7  # what the audit trail asks and writes for each look

# The audit trail has a page of its own, and keys that this service keeps for itself are nothing to look at.
WITHOUT_PAGES = {"auditentry", "auditlink", "auditpending", "storedkey"}
MODELS = [
    model
    for app in ("licensing", "recovery")
    for model in apps.get_app_config(app).get_models()
    if model._meta.model_name not in WITHOUT_PAGES
]
BY_HAND = {
    "product",
    "edition",
    "store",
    "mapping",
    "mappingitem",
    "connection",
    "endpoint",
}  # hundreds of rows: these have page numbers
LARGE = [model for model in MODELS if model._meta.model_name not in BY_HAND]
each_model = for_each("model", MODELS)
each_large_model = for_each("model", LARGE)


def list_address(model: type[Model]) -> str:
    return reverse(f"console:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_address(row: Model) -> str:
    return reverse(f"console:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@each_large_model
def test_never_counts_nor_sorts_a_large_table(model: type[Model], support: Client, filed: Filed) -> None:
    table, by = model._meta.db_table, model._meta.pk
    assert by is not None
    with CaptureQueriesContext(connection) as queries:
        support.get(list_address(model), {"o": "1.2"})

    on_table = [each["sql"] for each in queries if f'FROM "{table}"' in each["sql"]]
    assert on_table
    assert not [sql for sql in on_table if "COUNT(" in sql]
    page = f"LIMIT {Listing.list_per_page + 1}"
    assert [sql for sql in on_table if page in sql and f'ORDER BY "{table}"."{by.column}" DESC' in sql]


def test_a_list_costs_the_same_whatever_its_length(support: Client, filed: Filed) -> None:
    with CaptureQueriesContext(connection) as few:
        support.get(list_address(RegistrationKey))
    for number in range(20):
        Customer.objects.create(full_name=f"Somebody {number}")

    with CaptureQueriesContext(connection) as many:
        support.get(list_address(RegistrationKey))

    assert len(many) == len(few)


def test_goes_on_to_older_rows_by_the_last_key(support: Client, db: None) -> None:
    names = [f"Customer {number:03}" for number in range(120)]
    for name in names:
        Customer.objects.create(full_name=name)
    seen: list[str] = []
    query = ""
    while query is not None:
        page = support.get(list_address(Customer) + query).context["cl"]
        seen += [customer.full_name for customer in page.result_list]
        query = page.older

    assert sorted(seen) == names


def test_a_page_that_begins_nowhere_is_the_first_page(support: Client, filed: Filed) -> None:
    page = support.get(list_address(Customer), {"p": "nonsense"}, follow=True)

    assert page.status_code == 200


@each_model
def test_never_offers_a_column_of_bytes(model: type[Model], rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User(is_superuser=True, is_active=True)
    page = console.get_model_admin(model)
    hidden = {field.name for field in model._meta.fields if isinstance(field, BinaryField)}

    offered = {*page.get_list_display(request), *flatten_fieldsets(page.get_fieldsets(request))}

    assert not hidden & offered


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (RetiredList, "document"),
        (SigningKey, "sealed"),
        (RegistrationKey, "sealed"),
    ],
)
def test_never_reads_what_is_secret_or_large(
    model: type[Model], column: str, support: Client, filed: Filed
) -> None:
    row = model._default_manager.first()
    assert row is not None
    with CaptureQueriesContext(connection) as queries:
        support.get(list_address(model))
        support.get(page_address(row))

    assert not [each for each in queries if f'"{model._meta.db_table}"."{column}"' in each["sql"]]


def test_django_finds_no_fault_with_the_pages(support: Client) -> None:
    assert console.check(None) == []


def test_forms_send_their_origin_so_that_the_csrf_check_lets_them_in(support: Client, client: Client) -> None:
    assert client.get(reverse("console:login"))["Referrer-Policy"] == "same-origin"
    assert support.get(list_address(Customer))["Referrer-Policy"] == "same-origin"


def test_asks_a_stranger_to_sign_in(client: Client, db: None) -> None:
    for model in MODELS:
        page = client.get(list_address(model))
        assert page.status_code == 302
        assert page["Location"].startswith(reverse("console:login"))


def test_a_row_that_is_not_there_is_said_so_on_a_page_of_its_own(support: Client) -> None:
    for model in MODELS:
        name = f"console:{model._meta.app_label}_{model._meta.model_name}_change"
        page = support.get(reverse(name, args=["01890000-0000-7000-8000-000000000000"]))
        assert page.status_code == 404, model
        assert "To the first page" in page.content.decode(), model


def test_a_new_mapping_begins_with_what_is_known_of_the_line(support: Client, filed: Filed) -> None:
    text = support.get(page_address(filed.unplaced)).content.decode()
    store = Store.objects.get(pk=filed.unplaced.purchase.store_id)
    query = f"store={store.pk}&amp;product_ref=unheard-of&amp;variant=%28Mac%29"
    assert f"{reverse('console:licensing_mapping_add')}?{query}" in text

    form = support.get(
        f"{reverse('console:licensing_mapping_add')}?{query.replace('&amp;', '&')}"
    ).content.decode()

    assert 'value="unheard-of"' in form
    assert 'value="(Mac)"' in form
    assert f'<option value="{store.pk}" selected>' in form
    assert not Mapping.objects.filter(product_ref="unheard-of").exists()
