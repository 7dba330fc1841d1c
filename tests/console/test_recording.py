"""What the audit trail says of a page that somebody was shown, and that nobody is shown what cannot be recorded.

That every page leaves one entry: test_every_page.py.
"""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client

from config import recording
from config.recording import EXEMPT
from config.staff.roles import Role
from licensing.audit.sealing import opened
from licensing.console import holding
from licensing.keys.stored import destroy_key
from licensing.keys.vault import Tampered
from licensing.models import AuditEntry, Case, Customer, EmailAddress, License, Product
from licensing.models.base import Record, uuid7
from licensing.support import reveals
from recovery.models import Mute, RecoveryRequest
from tests import factories
from tests.console.addresses import Address
from tests.console.conftest import CODE, EMAIL, NAME, Filed, as_role
from tests.console.roles import FOR_ANYBODY
from tests.console.test_pages import list_address, page_address
from tests.kit.audit import unguarded

pytestmark = pytest.mark.django_db


def last() -> AuditEntry:
    return AuditEntry.objects.latest("pk")


def said() -> dict[str, object]:
    found = opened(last())
    assert found
    return found


def test_what_is_exempt_is_there_and_shows_no_customer(addresses: list[Address], support: Client) -> None:
    exempt = [address for address in addresses if address.name in EXEMPT]

    assert {address.name for address in exempt} | FOR_ANYBODY >= set(EXEMPT)
    for address in exempt:
        text = support.get(address.path).content.decode()
        assert not [word for word in (EMAIL, NAME, CODE) if word in text]


def test_a_look_says_who_looked_at_what_from_where(support: Client, filed: Filed) -> None:
    support.get(page_address(filed.license), headers={"x-forwarded-for": "203.0.113.9"})

    entry = last()
    assert (entry.action, entry.by, entry.model, entry.row) == (
        "page.looked",
        "support",
        "licensing.license",
        str(filed.license.pk),
    )
    assert said()["where"] == "127.0.0.0/24"


@pytest.mark.parametrize("model", [Customer, EmailAddress, License, Case, RecoveryRequest, Mute])
def test_a_look_at_what_is_somebodys_is_filed_under_them(
    model: type[Record], support: Client, filed: Filed
) -> None:
    row = {
        Customer: filed.customer,
        EmailAddress: filed.customer.addresses.get(),
        License: filed.license,
        Case: filed.case,
        RecoveryRequest: filed.request,
        Mute: filed.mute,
    }[model]
    support.get(page_address(row))

    assert last().customer == filed.customer.pk
    assert last().key == f"customer:{filed.customer.pk}"


def test_what_was_searched_is_sealed_and_goes_with_the_customer_that_was_found(
    support: Client, filed: Filed
) -> None:
    support.get(list_address(Customer), {"q": EMAIL})

    entry = last()
    assert said()["details"]["query"] == {"q": [EMAIL]}  # type: ignore[index]  # JSON
    assert EMAIL.encode() not in bytes(entry.sealed)
    destroy_key(f"customer:{filed.customer.pk}")
    assert opened(entry) is None


def test_a_code_that_was_searched_is_not_kept(support: Client, filed: Filed) -> None:
    support.get(list_address(License), {"q": CODE})

    assert CODE not in str(said())
    assert said()["details"]["query"] == {"q": ["••••-PL0M"]}  # type: ignore[index]  # JSON


def test_a_term_that_finds_nobody_is_under_the_key_of_its_month(support: Client, filed: Filed) -> None:
    support.get(list_address(Customer), {"q": "nobody@nowhere.example"})

    assert last().key.startswith("month:")


def test_what_was_changed_is_there_before_and_after(support: Client, filed: Filed) -> None:
    form = {"full_name": "Ada King", "addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0"}
    support.post(page_address(filed.customer), form)

    assert (last().action, last().customer) == ("customer.changed", filed.customer.pk)
    assert said()["details"]["fields"]["full_name"] == [NAME, "Ada King"]  # type: ignore[index]  # JSON


def test_a_deed_without_words_of_its_own_is_recorded_without_what_was_typed(
    support: Client, filed: Filed
) -> None:
    address = page_address(filed.case).replace("/change/", "/take/")
    support.post(address, "secret=typed+by+mistake", content_type="application/x-www-form-urlencoded")

    assert last().action == "page.sent"
    assert said()["details"]["fields"] == ["secret"]  # type: ignore[index]  # JSON
    assert "typed by mistake" not in str(said())


def test_a_refusal_is_recorded(filed: Filed) -> None:
    as_role(Role.AUDITOR).get(list_address(Product) + "add/")

    assert (last().action, last().by) == ("page.refused", "one auditor")


def test_a_page_that_cannot_be_recorded_is_not_shown(
    support: Client, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(recording, "record", fails)

    page = support.get(page_address(filed.customer))

    assert page.status_code == 503
    assert NAME not in page.content.decode()


def test_a_stranger_and_whoever_is_led_elsewhere_leave_nothing(client: Client, filed: Filed) -> None:
    client.get(page_address(filed.customer))

    assert not AuditEntry.objects.exists()


def test_a_row_s_history_is_what_the_trail_has_of_it(support: Client, filed: Filed) -> None:
    support.get(page_address(filed.customer))

    page = support.get(page_address(filed.customer).replace("/change/", "/history/"), follow=True)

    assert "<td>looked at a page</td>" in page.content.decode()
    assert User.objects.get().username in page.content.decode()


@pytest.mark.parametrize("code", ["open sesame", "K7Q-21", "ABCDEF-GHIJKL-MNOPQR"])
def test_a_code_is_not_kept_whatever_it_looks_like_and_wherever_it_stands(
    code: str, support: Client, filed: Filed
) -> None:
    """On a page that was opened from a list, the list's own query stands in the address once more."""
    factories.key(edition=filed.key.edition, code=code)
    support.get(list_address(License), {"q": code})
    listed = str(said())
    support.get(page_address(filed.license), {"_changelist_filters": urlencode({"q": code, "p": "1"})})

    assert code not in listed + str(said()) + str(said()).replace("+", " ")
    assert "_changelist_filters" in str(said())


def test_a_form_that_broke_the_page_is_recorded(
    support: Client, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have done what it was sent for before that."""
    support.raise_request_exception = False
    monkeypatch.setattr(holding, "take_over", fails)

    answer = support.post(page_address(filed.case).replace("/change/", "/take/"))

    assert answer.status_code == 500
    assert last().action == "page.sent"


def fails(*args: object, **kwargs: object) -> None:
    raise ValueError("broken")


def test_a_deed_that_was_taken_back_is_recorded_as_sent(
    support: Client, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own entry went with it."""
    monkeypatch.setattr(reveals, "content_of", tampered)
    address = f"/console/licensing/customer/{filed.customer.pk}/reveal/{filed.license.pk}/{filed.key.pk}/"

    support.post(address, {"press": str(uuid7()), "reason": "phone"})

    assert last().action == "page.sent"
    assert not AuditEntry.objects.filter(action="code.revealed").exists()


def tampered(*args: object) -> None:
    raise Tampered("another octet")


def test_what_somebody_makes_up_does_not_fill_the_trail(support: Client, filed: Filed) -> None:
    address = page_address(filed.case).replace("/change/", "/take/")
    support.post(address, {f"{n}{'x' * 1000}": "" for n in range(60)})

    assert len(bytes(last().sealed)) < 40_000


def test_an_entry_that_was_tampered_with_hides_no_other(support: Client, filed: Filed) -> None:
    support.get(page_address(filed.customer))
    support.get(page_address(filed.license))
    with unguarded():
        AuditEntry.objects.filter(pk=last().pk).update(sealed=b"x" * 40)

    page = support.get("/console/trail/")

    assert page.status_code == 200
    assert "somebody changed this entry" in page.content.decode()
    assert "looked at a page" in page.content.decode()
