"""Every page opens, for somebody with every right, and so does every list that a row's page links: what is so of each.

To open them all takes longer than all the looking: it is done once, by whichever test comes first, and what was shown
is kept for the others.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from django.db import connection, transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.recording import EXEMPT
from licensing.models import AuditEntry, RegistrationKey
from tests.console.addresses import Address
from tests.console.conftest import API_KEY, CODE, FORMER_SECRET, SECRET
from tests.console.test_pages import MODELS, RECORDED, each_model, list_address, page_address

pytestmark = pytest.mark.django_db
LIST_QUERIES = 12 + RECORDED
FIRST_LOOK = 4  # what makes the key that somebody's entries are sealed with: here each look is the first
DETAIL_QUERIES = 25 + RECORDED + FIRST_LOOK
TO_A_LIST = re.compile(r'href="(/console/[^"?]+\?[^"]*__id__exact=[^"]+)"')
LINK = "a link to a list of what belongs to a row"


class Seen(NamedTuple):
    """One visit: the text is that of a page, and empty for a file; the entries are those in the audit trail."""

    address: Address
    status: int
    text: str
    queries: int
    entries: int

    @property
    def is_of(self) -> str:
        """The view's name without its site's."""
        return self.address.name.removeprefix("admin:")


ALL: dict[str, Seen] = {}  # by their paths


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> dict[str, Seen]:
    """Every address of the console, with one row of each model; the pages of all other rows on file; and the lists that
    all these link."""
    if not ALL:
        support = request.getfixturevalue("support")
        addresses = {each.path: each for each in (*request.getfixturevalue("addresses"), *rows())}
        ALL.update({path: visit(support, each) for path, each in addresses.items()})
        ALL.update({each.path: visit(support, each) for each in links()})
    return ALL


def rows() -> Iterator[Address]:
    for model in MODELS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        yield from (Address(name, "", page_address(row)) for row in model._default_manager.all())


def links() -> list[Address]:
    found = {link for each in ALL.values() for link in TO_A_LIST.findall(each.text)}
    return [Address(LINK, "", link.replace("&amp;", "&")) for link in sorted(found)]


def visit(client: Client, address: Address) -> Seen:
    """What it does is taken back at once."""
    with transaction.atomic():
        before = AuditEntry.objects.count()
        with CaptureQueriesContext(connection) as queries:
            page = client.get(address.path)
        left = AuditEntry.objects.count() - before
        transaction.set_rollback(True)
    text = text_of(page)  # type: ignore[arg-type]  # the test client's own class
    return Seen(address, page.status_code, text, len(queries), left)


def text_of(page: HttpResponse) -> str:
    is_page = not page.streaming and "text/html" in page["Content-Type"]
    return page.content.decode() if is_page else ""


def pages_of_rows(seen: dict[str, Seen]) -> list[Seen]:
    """The first page, the figures, and every list and every row."""
    whole = {reverse("console:index"), reverse("console:figures")}
    return [
        each
        for each in seen.values()
        if each.address.path in whole
        or (each.address.is_generic and each.is_of.endswith(("_changelist", "_change")))
    ]


def test_every_model_has_a_list_and_a_row_that_open_for_a_few_queries(seen: dict[str, Seen]) -> None:
    for model in MODELS:
        listed = seen[list_address(model)]
        (first, *_) = rows_of(model, seen)
        assert (listed.status, first.status) == (200, 200), model
        assert "result_list" in listed.text, model
        assert listed.queries <= LIST_QUERIES, model
        assert first.queries <= DETAIL_QUERIES, model


def rows_of(model: type[Model], seen: dict[str, Seen]) -> list[Seen]:
    """The pages of its rows; the first is that of the one that comes first."""
    name = f"{model._meta.app_label}_{model._meta.model_name}_change"
    return [each for each in seen.values() if each.is_of == name]


def test_every_link_to_what_belongs_to_a_row_shows_a_list(seen: dict[str, Seen]) -> None:
    led = {path: each.status for path, each in seen.items() if each.address.name == LINK}

    assert len(led) > 20
    assert {path: status for path, status in led.items() if status != 200} == {}


def test_no_page_shows_a_code(seen: dict[str, Seen]) -> None:
    shown = pages_of_rows(seen)

    assert len(shown) > 2 * len(MODELS)
    assert {each.status for each in shown} == {200}
    assert not [
        each.address.path for each in shown if CODE in each.text or CODE.replace("-", "") in each.text
    ]
    assert CODE.rpartition("-")[2] in seen[list_address(RegistrationKey)].text


def test_no_page_shows_a_shops_secret(seen: dict[str, Seen]) -> None:
    shown = "\n".join(each.text for each in pages_of_rows(seen))

    assert [secret for secret in (SECRET, FORMER_SECRET, API_KEY) if secret in shown] == []


@each_model
def test_nothing_is_said_inline(model: type[Model], seen: dict[str, Seen]) -> None:
    """The Content-Security-Policy takes neither inline styles nor inline scripts."""
    text = seen[list_address(model)].text

    assert "<style" not in text
    assert " style=" not in text
    assert text.count("<script") == text.count("<script src=") + text.count('<script id="django-admin')


@each_model
def test_a_row_of_a_list_leads_to_its_page(model: type[Model], seen: dict[str, Seen]) -> None:
    """By one column that is not a link to something else: links in links lead nowhere."""
    text = seen[list_address(model)].text
    (first, *_) = rows_of(model, seen)

    assert f'href="{first.address.path}' in text
    assert not re.search(r"<a [^>]*>\s*<a ", text)


class FormsInForms(HTMLParser):
    """Browsers drop the inner one, and its button sends the outer one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.depth = self.deepest = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == "form"
        self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "form"


def test_no_page_has_a_form_in_a_form(seen: dict[str, Seen]) -> None:
    pages = [
        each
        for each in seen.values()
        if each.text and (not each.address.is_generic or each.is_of.endswith("_change"))
    ]

    assert len(pages) > 100
    assert [each.address.path for each in pages if FormsInForms(each.text).deepest > 1] == []


def test_every_page_that_opens_leaves_one_entry_in_the_audit_trail(seen: dict[str, Seen]) -> None:
    opened = [each for each in seen.values() if each.status == 200]

    assert len(opened) > 100
    wrong = [
        f"{each.address.path}: {each.entries}"
        for each in opened
        if each.entries != (0 if each.address.name in EXEMPT else 1)
    ]
    assert "\n".join(wrong) == ""
