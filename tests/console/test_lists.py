"""Lists on a phone: each cell knows its column's title; a column that says nothing takes no room."""

import re

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db

ADDRESSES = "/console/licensing/emailaddress/"


def test_a_cell_says_of_which_column_it_is(support: Client) -> None:
    factories.owner_of("ada@lovelace.example")

    page = support.get(ADDRESSES).content.decode()

    assert re.search(r'<th class="field-address" data-label="Address"><a [^>]*>ada@<wbr>lovelace', page)
    assert 'data-label="Standing"' in page


def test_a_column_that_says_nothing_on_this_page_is_hidden(support: Client) -> None:
    factories.owner_of("ada@lovelace.example")
    hidden = r'column-former_since" hidden>', r'data-label="Former since" hidden>'

    before = support.get(ADDRESSES).content.decode()
    factories.owner_of("otto@example.com").addresses.update(former_since="2026-01-01T00:00Z")
    after = support.get(ADDRESSES).content.decode()

    assert all(part in before for part in hidden)
    assert not any(part in after for part in hidden)
    assert 'class="field-former_since empty" data-label="Former since">' in after
