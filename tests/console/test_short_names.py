"""Names without spaces, for commands and addresses: refused in plain words."""

import pytest
from django.test import Client

from licensing.console.short_names import ERRORS

pytestmark = pytest.mark.django_db

PAGES = {
    "/console/licensing/product/add/": {"slug": "Clip Cutter", "name": "Clip Cutter"},
    "/console/licensing/store/add/": {"name": "Our Shop", "title": "Ours", "kind": "fastspring"},
    "/console/licensing/connection/add/?kind=fastspring": {"store_name": "Our Shop", "store_title": "Ours"},
}


@pytest.mark.parametrize("address", PAGES)
def test_says_what_a_short_name_may_have_without_talking_of_slugs(support: Client, address: str) -> None:
    shown = support.post(address, PAGES[address]).content.decode()

    assert ERRORS["invalid"] in shown
    assert "slug”" not in shown
    assert ">Slug" not in shown
