"""`GET /retired-keys.json` as caches and applications meet it."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from licensing.keys import retired_reading
from licensing.keys.assign import end
from licensing.keys.retired import refresh
from licensing.keys.signing import NoSigningKey, new_signing_key, withdraw
from licensing.models import Edition, RetiredList, SigningKey, SigningPurpose
from tests.licensing.retired.ground import DAY, NOW, URL, said, served

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(signing_key: SigningKey, edition: Edition) -> int:
    """A list with one code; its sequence."""
    end(served(edition), at=NOW, reason="moved")
    refresh(now=NOW)
    return RetiredList.objects.get().sequence


def one_more(edition: Edition) -> None:
    end(served(edition), at=NOW, reason="moved")
    refresh(now=NOW)


def test_anybody_gets_it_without_a_cookie(client: Client, listed: int) -> None:
    response = client.get(URL)

    assert response.headers["Content-Type"] == "application/json"
    assert not response.cookies
    assert "Cookie" not in response.headers.get("Vary", "")


def test_caches_may_keep_it_and_pages_of_other_origins_read_it(client: Client, listed: int) -> None:
    headers = client.get(URL).headers

    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_is_empty_but_signed_while_no_application_checks_it(client: Client, signing_key: SigningKey) -> None:
    refresh(now=NOW)

    assert said(client.get(URL).content)["codes"] == {}


def test_names_the_command_while_there_is_no_key(client: Client) -> None:
    response = client.get(URL)

    assert (response.status_code, response.headers["Content-Type"]) == (503, "application/problem+json")
    assert "manage.py signing_key new --purpose retired" in response.json()["detail"]


def test_says_so_while_the_list_is_not_made(client: Client, signing_key: SigningKey) -> None:
    response = client.get(URL)

    assert (response.status_code, response.json()["code"]) == (503, "no_list")
    assert "manage.py retired_list" in response.json()["detail"]
    assert response.headers["Cache-Control"] == "no-store"


def test_a_refresh_without_a_key_fails_once_an_application_checks_the_list(edition: Edition) -> None:
    with pytest.raises(NoSigningKey):
        refresh(now=NOW)


def test_a_refresh_without_a_key_is_nothing_while_nobody_checks_the_list() -> None:
    assert refresh(now=NOW) is False


def test_the_same_list_is_not_sent_again(client: Client, listed: int) -> None:
    tag = client.get(URL).headers["ETag"]

    response = client.get(URL, headers={"If-None-Match": tag})

    assert (response.status_code, response.content, response.headers["ETag"]) == (304, b"", tag)
    assert response.headers["Cache-Control"] == "public, max-age=300"


def test_its_tag_is_strong_and_changes_with_it(client: Client, listed: int, edition: Edition) -> None:
    before = client.get(URL).headers["ETag"]
    one_more(edition)

    response = client.get(URL, headers={"If-None-Match": before})

    assert response.status_code == 200
    assert response.headers["ETag"].startswith('"')


@pytest.mark.parametrize("ask", ["unchanged", "head"])
def test_the_document_is_not_read_where_it_is_not_sent(client: Client, listed: int, ask: str) -> None:
    whole = client.get(URL)
    retired_reading.document.cache_clear()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        if ask == "head":
            response = client.head(URL)
        else:
            response = client.get(URL, headers={"If-None-Match": whole.headers["ETag"]})

    assert response.status_code == (200 if ask == "head" else 304)
    assert retired_reading.document.cache_info().misses == 0
    assert len(queries) == 1


def test_head_tells_the_length_of_the_whole(client: Client, listed: int) -> None:
    assert client.head(URL).headers["Content-Length"] == str(len(client.get(URL).content))


def test_is_read_only(client: Client, listed: int) -> None:
    assert client.post(URL).status_code == 405


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "1e3", "٣", "9" * 16, "0x10", " 1", "1%00", "1'--"])
def test_refuses_a_since_that_is_no_sequence(client: Client, listed: int, since: str) -> None:
    response = client.get(f"{URL}?since={since}")

    assert (response.status_code, response.json()["code"]) == (400, "not_a_sequence")
    assert response.headers["Content-Type"] == "application/problem+json"


def test_since_the_present_list_nothing_has_changed(client: Client, listed: int) -> None:
    changes = said(client.get(f"{URL}?since={listed}").content)

    assert changes["changes"] == {}
    assert (changes["since"], changes["sequence"]) == (listed, listed)
    assert changes["digest"] == said(client.get(URL).content)["digest"]


def test_who_knows_a_later_list_than_ours_is_sent_to_the_whole(client: Client, listed: int) -> None:
    response = client.get(f"{URL}?since={listed + 1}")

    assert (response.status_code, response.headers["Location"]) == (302, URL)


def test_who_missed_too_many_changes_is_sent_to_the_whole(
    client: Client, listed: int, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retired_reading, "MOST_CHANGES", 1)
    one_more(edition)

    answers = [client.get(f"{URL}?since={since}").status_code for since in (listed - 1, listed)]

    assert answers == [302, 200]


def test_changes_have_a_tag_too(client: Client, listed: int) -> None:
    path = f"{URL}?since={listed - 1}"
    tag = client.get(path).headers["ETag"]

    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_what_a_withdrawn_key_signed_is_handed_out_no_more(
    client: Client, listed: int, signing_key: SigningKey
) -> None:
    withdraw(signing_key.name, now=NOW)

    assert client.get(URL).status_code == 503


def test_the_next_key_signs_the_list_at_the_next_refresh(
    client: Client, listed: int, signing_key: SigningKey
) -> None:
    following = new_signing_key(SigningPurpose.RETIRED)
    withdraw(signing_key.name, now=NOW)

    refresh(now=NOW)

    assert json.loads(client.get(URL).content)["key"] == following.name


def test_nothing_is_issued_while_nothing_changes(listed: int) -> None:
    assert not refresh(now=NOW + DAY / 2)


def test_a_list_is_renewed_after_a_day(client: Client, listed: int) -> None:
    before = said(client.get(URL).content)

    assert refresh(now=NOW + DAY)

    after = said(client.get(URL).content)
    assert after["expires"] == "2026-01-09T00:00:00Z"
    assert after["sequence"] > before["sequence"]
    assert after["digest"] == before["digest"]


def test_a_database_restored_from_a_backup_never_issues_an_old_sequence_again(
    listed: int, edition: Edition
) -> None:
    one_more(edition)
    lost = RetiredList.objects.get().sequence
    RetiredList.objects.update(sequence=listed)

    refresh(now=NOW + DAY)

    assert RetiredList.objects.get().sequence > lost


def test_the_list_tells_neither_codes_nor_names(
    client: Client, signing_key: SigningKey, edition: Edition
) -> None:
    assignment = served(edition, code="SECRETCODE234567890SECRET")
    end(assignment, at=NOW, reason="moved")
    refresh(now=NOW)

    document = client.get(URL).content

    assert b"SECRETCODE" not in document
    assert len(said(document)["codes"][edition.sku]) == 12
