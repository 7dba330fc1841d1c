"""The first page leads to what is begun most often, and not to what is of no use on its own."""

import pytest
from django.test import Client
from django.urls import reverse

from licensing.models import EventState
from tests import factories
from tests.console.conftest import Filed
from tests.console.shops import connection, event, signed_in, text_of
from tests.console.test_pages import page_address

pytestmark = pytest.mark.django_db

INDEX = "console:index"


def test_a_file_and_a_shop_are_begun_on_the_first_page(support: Client) -> None:
    text = support.get(reverse(INDEX)).content.decode()

    assert f'href="{reverse("console:licensing_importrun_upload")}">Import a file</a>' in text
    assert f'href="{reverse("console:licensing_connection_add")}">Connect a shop</a>' in text


def test_nothing_is_offered_that_would_be_refused(client: Client) -> None:
    text = signed_in(client, "view_purchase").get(reverse(INDEX)).content.decode()

    assert "Import a file" not in text
    assert "Connect a shop" not in text


def test_rows_and_parts_of_files_are_not_in_the_menu(support: Client) -> None:
    text = support.get(reverse(INDEX)).content.decode()

    assert reverse("console:licensing_importrow_changelist") not in text
    assert reverse("console:licensing_importpart_changelist") not in text
    assert reverse("console:licensing_importrun_changelist") in text


def test_the_lists_of_every_day_stand_before_the_others(client: Client) -> None:
    text = (
        signed_in(client, "view_case", "view_license", "view_purchasedispute")
        .get(reverse(INDEX))
        .content.decode()
    )

    daily, _, others = text.partition("All lists</summary>")
    assert reverse("console:licensing_case_changelist") in daily
    assert reverse("console:licensing_license_changelist") in daily
    assert (
        reverse("console:licensing_purchasedispute_changelist")
        not in daily.partition('class="sections daily"')[2]
    )
    assert reverse("console:licensing_purchasedispute_changelist") in others


def test_a_page_that_is_only_read_leads_back(support: Client) -> None:
    text = text_of(support, event(connection(), state=EventState.DONE))

    assert ">Back</a>" in text
    assert ">Close</a>" not in text


def test_a_form_keeps_its_buttons(support: Client) -> None:
    assert 'name="_save"' in support.get(reverse("console:licensing_mapping_add")).content.decode()


def test_rows_of_a_page_are_called_by_words(support: Client, filed: Filed) -> None:
    made = factories.mapping(edition=factories.edition(), product_ref="clip")
    pages = [page_address(made), page_address(filed.line.purchase), page_address(filed.license)]

    assert [page for page in pages if " object (" in support.get(page).content.decode()] == []
