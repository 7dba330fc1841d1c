""" "Your data": taken away or erased by whoever proved the mailbox, and by nobody else."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db.models.functions import Now

from licensing.models import AuditEntry, Customer
from recovery.models import ChangeKind, ChangeState, OwnerChange
from tests.recovery.web.conftest import CODE
from tests.recovery.web.visitor import Mailed, Visitor, html_of, prove, text_of

pytestmark = pytest.mark.django_db

PAGES = ["/licenses/data/", "/licenses/data/erase/"]
DEEDS = ["/licenses/data/download/", "/licenses/data/erase/"]


@pytest.fixture
def proved(browser: Visitor, mailed: Mailed) -> Visitor:
    prove(browser, mailed.link)
    return browser


def test_is_linked_from_the_licenses(proved: Visitor) -> None:
    assert 'href="/licenses/data/"' in html_of(proved.get("/licenses/"))


def test_downloads_everything_with_the_codes(proved: Visitor) -> None:
    answer = proved.send("/licenses/data/", to="/licenses/data/download/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    told = json.loads(ZipFile(BytesIO(answer.content)).read("about-you.json"))
    assert told["sections"]["licenses"]["rows"][0]["keys"][0]["code"] == CODE
    assert AuditEntry.objects.get().by == ""


def test_says_what_is_lost_and_what_stays_before_anything_is_erased(proved: Visitor) -> None:
    shown = text_of(proved.get("/licenses/data/erase/"))
    assert "cannot be undone" in shown
    assert "1 license" in shown
    assert "Stays, without you" in shown


def test_erases_only_with_the_box_ticked(proved: Visitor) -> None:
    answer = proved.send("/licenses/data/erase/")
    assert answer.status_code == 422
    assert "Nothing was erased yet" in text_of(answer)
    assert Customer.objects.exists()


def test_erases_ends_the_view_and_says_so(proved: Visitor) -> None:
    answer = proved.send("/licenses/data/erase/", {"sure": "yes"})
    assert answer["Location"] == "/licenses/data/erased/"
    assert answer.cookies["__Host-lr_view"]["max-age"] == 0
    assert "We do not know you any more" in text_of(proved.get("/licenses/data/erased/"))
    assert not Customer.objects.exists()
    assert proved.get("/licenses/").status_code == 403


def test_a_second_press_finds_no_view(proved: Visitor) -> None:
    page = proved.get("/licenses/data/erase/")
    proved.send("/licenses/data/erase/", {"sure": "yes"})
    assert page.status_code == 200
    assert proved.get("/licenses/data/erase/").status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_opens_to_no_other_browser(page: str, proved: Visitor, other_browser: Visitor) -> None:
    assert other_browser.get(page).status_code == 403


@pytest.mark.parametrize("deed", DEEDS)
def test_neither_is_done_without_a_view_nor_by_another_site(
    deed: str, proved: Visitor, other_browser: Visitor
) -> None:
    assert proved.post(deed, {"sure": "yes"}).status_code == 403, "no token of ours"
    other_browser.get("/")
    token = other_browser.cookies["__Host-csrftoken"].value if other_browser.cookies else ""
    answer = other_browser.post(deed, {"sure": "yes", "csrfmiddlewaretoken": token})
    assert answer.status_code == 403
    assert Customer.objects.exists()


def test_a_get_downloads_nothing(proved: Visitor) -> None:
    assert proved.get("/licenses/data/download/").status_code == 405


def test_who_is_not_on_file_any_more_is_told_so(proved: Visitor) -> None:
    Customer.objects.get().addresses.all().delete()
    assert "Nothing is filed under" in text_of(proved.get("/licenses/data/"))
    assert proved.get("/licenses/data/erase/")["Location"] == "/licenses/data/"


def test_who_got_an_address_lately_is_told_to_ask_support(proved: Visitor) -> None:
    OwnerChange.objects.create(
        kind=ChangeKind.ADDRESS,
        state=ChangeState.DONE,
        customer=Customer.objects.get(),
        new_address="new@example.com",
        proved_at=Now(),
        effective_at=Now(),
        decided_at=Now(),
        done_at=Now(),
    )
    answer = proved.send("/licenses/data/erase/", {"sure": "yes"})
    assert answer.status_code == 409
    assert "can still object" in text_of(answer)
    assert Customer.objects.exists()
