"""The export of everything in the console: for who has that very right, noted, and streamed."""

import io
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from openpyxl import load_workbook

from licensing.audit.sealing import opened
from licensing.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/console/licensing/customer/everything/"


def member(client: Client, *rights: str) -> Client:
    user = User.objects.create_user("member", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client.force_login(user)
    return client


def body(response: object) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]  # of a streaming response


def test_streams_csv_files_in_an_archive_and_notes_who_took_them(client: Client) -> None:
    factories.owner_of("ada@lovelace.example", codes=["CANA-RY7C-21XQ-PL0M"])
    exporter = member(client, "export_everything")

    response = exporter.post(f"{PAGE}zip/")

    archive = ZipFile(io.BytesIO(body(response)))
    assert b"CANA-RY7C-21XQ-PL0M" in archive.read("keys.csv")
    assert b"ada@lovelace.example" in archive.read("addresses.csv")
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Disposition"].endswith('.zip"')
    entry = AuditEntry.objects.get(action="everything.exported")
    assert entry.by == "member"
    assert "zip" in str(opened(entry))


def test_streams_a_workbook(client: Client) -> None:
    factories.customer(full_name="=1+1")

    response = member(client, "export_everything").post(f"{PAGE}xlsx/")

    book = load_workbook(io.BytesIO(body(response)))
    assert [cell.value for cell in book["customers"]["B"]] == ["full_name", "'=1+1"]


@pytest.mark.parametrize("rights", [(), ("view_customer", "change_customer")], ids=["none", "others"])
def test_refuses_who_has_not_this_very_right(client: Client, rights: tuple[str, ...]) -> None:
    visitor = member(client, *rights)

    assert visitor.get(PAGE).status_code == 403
    assert visitor.post(f"{PAGE}zip/").status_code == 403
    assert not AuditEntry.objects.filter(action="everything.exported").exists()


def test_shows_the_way_to_it_only_to_who_may(client: Client, support: Client) -> None:
    looker = member(client, "view_customer")

    assert PAGE not in looker.get("/console/licensing/customer/").content.decode()
    assert PAGE in support.get("/console/licensing/customer/").content.decode()


def test_says_what_is_in_it_before_anything_is_sent(support: Client) -> None:
    shown = support.get(PAGE).content.decode()

    assert "in clear" in shown
    assert f'action="{PAGE}zip/"' in shown


def test_refuses_strangers_other_kinds_and_a_mere_link(client: Client, support: Client) -> None:
    assert client.post(f"{PAGE}zip/").status_code == 302
    assert support.post(f"{PAGE}sql/").status_code == 404
    assert support.get(f"{PAGE}zip/").status_code == 405
