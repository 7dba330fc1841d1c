""" "Your licenses": everything that somebody owns, for half an hour, in the browser that proved the mailbox."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from licensing.keys.assign import assign
from licensing.keys.sealed import new_key_file
from licensing.models import Customer, RegistrationKey
from recovery.file_names import safe_name
from recovery.models import RecoveryRequest
from tests.factories import ORDERED_AT, customer, edition, key, license, line, owner_of, product, purchase
from tests.recovery.web.conftest import CODE
from tests.recovery.web.visitor import Answer, Mailed, Visitor, html_of, prove, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(browser: Visitor, mailed: Mailed) -> Visitor:
    """The owner's browser, with the view open."""
    prove(browser, mailed.link)
    return browser


@pytest.fixture
def anna() -> Customer:
    return Customer.objects.get(addresses__canonical="anna@example.com")


def licenses(visitor: Visitor) -> Answer:
    response = visitor.get("/licenses/")
    assert response.status_code == 200
    return response


def file_of(owner: Customer, *, name: str = "anna.lic") -> RegistrationKey:
    unit = license(owner=owner)
    made = new_key_file(
        edition=unit.edition, content=b"\0licence\xff", file_name=name, content_type="text/html"
    )
    made.save(force_insert=True)
    assign(license=unit, key=made, now=ORDERED_AT)
    return made


def test_shows_what_is_needed_to_use_a_license(opened: Visitor, mailed: Mailed, anna: Customer) -> None:
    sold = edition(
        of=product(name="Clip Cutter"),
        version="4",
        platform="macos",
        download_url="https://downloads.vendor.example/clip-cutter.dmg",
        activation_help="Open Help, then Register.",
    )
    unit = license(owner=anna, edition=sold)
    assign(
        license=unit, key=key(edition=sold, code="K4W8-DD10", registered_name="Anna Example"), now=ORDERED_AT
    )
    shown = text_of(licenses(opened))
    for words in (
        "Clip Cutter 4",
        "Mac",
        "K4W8-DD10",
        "Registered to Anna Example",
        "Open Help, then Register.",
    ):
        assert words in shown
    assert "Bought 1 May 2024 Shop Gumroad Order" in shown
    assert 'href="https://downloads.vendor.example/clip-cutter.dmg"' in html_of(licenses(opened))


def test_shows_the_code_exactly(opened: Visitor) -> None:
    assert f">{CODE}</code>" in html_of(licenses(opened))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"refunded_at": ORDERED_AT}, "This order was refunded"),
        ({"disputed_at": ORDERED_AT}, "The payment was disputed"),
        ({"paid_at": None}, "not paid yet"),
        ({"confirmed_at": None}, "has not confirmed this order yet"),
    ],
)
def test_tells_why_a_purchase_shows_no_key(
    opened: Visitor, anna: Customer, facts: dict[str, object], words: str
) -> None:
    order = purchase(buyer=anna, **facts)
    unit = license(owner=anna, line=line(of=order))
    assign(license=unit, key=key(edition=unit.edition, code="HIDDEN-CODE"), now=ORDERED_AT)
    page = licenses(opened)
    assert words in text_of(page)
    assert "HIDDEN-CODE" not in html_of(page)


def test_lists_what_waits_for_a_key_and_what_has_ended(opened: Visitor, anna: Customer) -> None:
    license(owner=anna)
    license(owner=anna, expires_at=ORDERED_AT)
    shown = text_of(licenses(opened))
    assert "There is no key for this license yet" in shown
    assert "This license has ended" in shown


def test_lists_an_order_that_nobody_has_placed_yet(opened: Visitor, anna: Customer) -> None:
    line(of=purchase(buyer=anna), name="Summer Bundle", receiver=anna, placed_at=None)
    shown = text_of(licenses(opened))
    assert "Summer Bundle" in shown
    assert "Being looked at" in shown


def test_says_so_when_nothing_is_filed_any_more(opened: Visitor, anna: Customer) -> None:
    anna.addresses.update(former_since=Now())
    assert "Nothing is filed under this address" in text_of(licenses(opened))


def test_shows_hostile_names_as_text(opened: Visitor, anna: Customer) -> None:
    unit = license(owner=anna)
    name = '<img src=x onerror=alert(1)>\n=HYPERLINK("x") \u202eabc'
    assign(license=unit, key=key(edition=unit.edition, registered_name=name), now=ORDERED_AT)
    page = html_of(licenses(opened))
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt; =HYPERLINK(&quot;x&quot;) abc" in page
    assert "\u202e" not in page


def test_links_only_to_web_addresses(opened: Visitor, anna: Customer) -> None:
    unit = license(owner=anna, edition=edition(download_url="javascript:alert(1)"))
    assign(license=unit, key=key(edition=unit.edition), now=ORDERED_AT)
    assert "javascript:" not in html_of(licenses(opened))


def test_hands_a_licence_file_out_as_it_is(opened: Visitor, anna: Customer) -> None:
    file = file_of(anna)
    assert f'href="/licenses/{file.pk}/file"' in html_of(licenses(opened))
    response = opened.get(f"/licenses/{file.pk}/file")
    assert response.content == b"\0licence\xff"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="anna.lic"'
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_hands_no_file_to_anybody_else(opened: Visitor, other_browser: Visitor, anna: Customer) -> None:
    mine, another = file_of(anna), file_of(customer())
    assert other_browser.get(f"/licenses/{mine.pk}/file").status_code == 403
    assert opened.get(f"/licenses/{another.pk}/file").status_code == 404


def test_hands_no_file_of_a_refunded_order_out(opened: Visitor, anna: Customer) -> None:
    file = file_of(anna)
    order = file.assignments.get().license.line.purchase
    order.refunded_at = ORDERED_AT
    order.save()
    assert opened.get(f"/licenses/{file.pk}/file").status_code == 404


@pytest.mark.parametrize(
    ("stored", "saved"),
    [
        ("anna.lic", "anna.lic"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\r\nX-Evil: 1.lic", "aX-Evil_ 1.lic"),
        ("invoice\u202ecil.exe", "invoicecil.exe"),
        ("Lizenz für Änne.lic", "Lizenz für Änne.lic"),
        ("...", "license"),
        ("x" * 500 + ".lic", "x" * 116 + ".lic"),
    ],
)
def test_saves_files_under_harmless_names(stored: str, saved: str) -> None:
    assert safe_name(stored) == saved


def test_ends_when_the_customer_is_done(opened: Visitor, mailed: Mailed) -> None:
    secret = opened.cookies["__Host-lr_view"].value
    response = opened.send("/licenses/", to="/licenses/done/")
    assert (response.status_code, response["Location"]) == (303, "/licenses/done/")
    assert opened.get("/licenses/").status_code == 403
    opened.cookies["__Host-lr_view"] = secret
    assert opened.get("/licenses/").status_code == 403


def test_ends_after_half_an_hour_with_the_way_back(opened: Visitor) -> None:
    assert "closes by itself in 30 minutes" in text_of(licenses(opened))
    RecoveryRequest.objects.update(view_ends_at=Now() - timedelta(seconds=1))
    response = opened.get("/licenses/")
    assert response.status_code == 403
    assert "Your licenses are put away" in text_of(response)
    assert "Send me a new link" in text_of(response)


def test_leaves_no_keys_on_a_screen_after_its_time(opened: Visitor) -> None:
    assert 1790 <= int(licenses(opened)["Refresh"]) <= 1801


def test_keeps_the_view_in_a_cookie_that_scripts_cannot_read(opened: Visitor) -> None:
    cookie = opened.cookies["__Host-lr_view"]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert cookie["max-age"] == 1800


def test_tells_what_became_of_the_mail_with_the_keys(opened: Visitor) -> None:
    assert "A mail with all of this is on its way to you." in text_of(licenses(opened))


def test_shows_nothing_of_another_customer(opened: Visitor) -> None:
    owner_of("otto@example.com", codes=["OTTO-0000-1111"])
    assert "OTTO" not in html_of(licenses(opened))
