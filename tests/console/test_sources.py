"""An edition's source of keys, as it is set up in the console."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from licensing.models import Edition
from tests import factories

PATTERN = '{"pattern": "VCU-#####-#####-#####-#####C"}'


def saved(client: Client, edition: Edition, **changes: Any) -> str:
    """The page that comes back; empty when the edition was saved."""
    form = {
        "product": str(edition.product_id),
        "sku": edition.sku,
        "version": edition.version,
        "platform": edition.platform,
        "download_url": "",
        "activation_help": "",
        "code_form": edition.code_form,
        "exchange_line": "",
        "key_source": "pool",
        "key_source_options": "{}",
        "low_stock_level": "10",
    }
    address = reverse("console:licensing_edition_change", args=[edition.pk])
    answer = client.post(address, form | changes)
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.mark.django_db
def test_a_source_that_works_is_saved(support: Client) -> None:
    edition = factories.edition()

    page = saved(support, edition, key_source="pattern", key_source_options=PATTERN)

    edition.refresh_from_db()
    assert page == ""
    assert (edition.key_source, edition.key_source_options["pattern"][:4]) == ("pattern", "VCU-")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key_source": "pattern"}, "There is no pattern"),
        ({"key_source": "pattern", "key_source_options": '{"pattern": "AB-###"}'}, "could be guessed"),
        ({"key_source": "pattern", "key_source_options": "[1]"}, "are an object"),
        ({"key_source": "signed", "code_form": "armoured"}, "signing_key new --purpose licenses"),
        (
            {"key_source": "remote", "key_source_options": '{"url": "http://10.0.0.1/"}'},
            "not named in GENERATOR_HOSTS",
        ),
    ],
)
def test_a_source_that_could_make_no_key_is_refused_with_the_reason(
    support: Client, changes: dict[str, str], words: str
) -> None:
    edition = factories.edition()

    page = saved(support, edition, **changes)

    edition.refresh_from_db()
    assert words in page
    assert edition.key_source == "pool"


@pytest.mark.django_db
def test_a_reason_about_a_field_that_may_not_change_any_more_is_shown_too(support: Client) -> None:
    """Once there are codes the way they are compared stays."""
    edition = factories.edition(code_form="exact")
    factories.key(edition=edition)

    page = saved(support, edition, key_source="pattern", key_source_options=PATTERN)

    assert "need the code form spaced or crockford" in page
