"""Endpoints in the console: added, told again, their secrets shown once, and each deed in the audit trail."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.roles import Role, make_roles
from licensing.audit.sealing import opened
from licensing.models import AuditEntry, Delivery, DeliveryState, Endpoint
from licensing.models.base import uuid7
from licensing.outgoing.endpoints import MOST, secrets_of
from licensing.outgoing.kinds import CLAIM_OPENED
from licensing.outgoing.tell import tell
from tests.console.conftest import as_role
from tests.licensing.outgoing.ground import listening

pytestmark = pytest.mark.django_db
ADD = "admin:licensing_endpoint_add"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
URL = "https://hooks.example.com/licenses"


@pytest.fixture
def lead() -> Client:
    make_roles()
    return as_role(Role.LEAD)


def added(client: Client, **typed: Any) -> Any:
    said = {"url": URL, "description": "CRM", "kinds": ["pool.low", "key.retired"], "press": str(uuid7())}
    return client.post(reverse(ADD), said | typed)


def done(client: Client, endpoint: Endpoint, name: str, **typed: Any) -> Any:
    return client.post(reverse("admin:licensing_endpoint_act", args=[endpoint.pk, name]), typed, follow=True)


def page(client: Client, endpoint: Endpoint) -> str:
    return client.get(reverse("admin:licensing_endpoint_change", args=[endpoint.pk])).content.decode()


def recorded() -> list[str]:
    of_endpoints = AuditEntry.objects.filter(action__startswith="endpoint.").order_by("pk")
    return list(of_endpoints.values_list("action", flat=True))


def test_a_lead_adds_one_and_sees_its_secret_this_once(lead: Client) -> None:
    shown = added(lead)

    endpoint = Endpoint.objects.get()
    (secret,) = SECRET.findall(shown.content.decode())
    assert secrets_of(endpoint, now=timezone.now()) == [secret]
    assert (endpoint.url, endpoint.kinds) == (URL, ["key.retired", "pool.low"])
    assert "no-store" in shown["Cache-Control"]
    assert not SECRET.search(page(lead, endpoint))
    assert recorded() == ["endpoint.added"]


def test_what_follows_the_question_mark_is_sent_and_shown_nowhere(lead: Client) -> None:
    """It may be a secret of the receiver's. It was in the list, on the page, in the search and in the trail."""
    secret = "token=c4n4ry"
    added(lead, url=f"{URL}?{secret}", description="")
    endpoint = Endpoint.objects.get()
    listed = reverse("admin:licensing_endpoint_changelist")
    done(lead, endpoint, "change", url=f"{URL}?…", kinds=["pool.low"], description="CRM")
    shown = [page(lead, endpoint), lead.get(listed).content.decode(), lead.get("/console/").content.decode()]
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description) == (f"{URL}?{secret}", "CRM")
    assert f"{URL}?…" in shown[0]
    assert f"{URL}?…" in shown[1]
    assert not [each for each in shown if "c4n4ry" in each]
    assert not [each for each in AuditEntry.objects.all() if "c4n4ry" in str(opened(each))]


def test_nobody_finds_by_its_parts_what_is_not_shown(lead: Client) -> None:
    added(lead, url=f"{URL}?token=c4n4ry", description="")
    listed = reverse("admin:licensing_endpoint_changelist")
    found = [
        lead.get(listed, {"q": term}).context["cl"].result_count for term in ("c4n4", "token", "hooks.exa")
    ]
    assert found == [0, 0, 1]


def test_another_query_is_in_the_trail_as_that(lead: Client) -> None:
    added(lead, url=f"{URL}?token=one")
    endpoint = Endpoint.objects.get()
    done(lead, endpoint, "change", url=f"{URL}?token=two", kinds=["pool.low"])
    told = opened(AuditEntry.objects.get(action="endpoint.changed"))
    assert told is not None
    assert told["details"]["before"]["url"] == told["details"]["after"]["url"] == f"{URL}?…"
    assert told["details"]["query"] == "changed"
    assert Endpoint.objects.get().url == f"{URL}?token=two"


def test_a_form_that_is_sent_twice_adds_one(lead: Client) -> None:
    press = str(uuid7())
    added(lead, press=press)

    again = added(lead, press=press)

    assert (Endpoint.objects.count(), again.status_code) == (1, 422)
    assert not SECRET.search(again.content.decode())


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"url": "http://hooks.example.com/"}, "https only"),
    ({"url": "https://169.254.169.254/latest/"}, "inside a network"),
    ({"url": "https://[::ffff:10.0.0.1]/"}, "inside a network"),
    ({"url": "https://127.0.0.1/"}, "inside a network"),
    ({"url": "https://hooks.example.com:22/"}, "port 443 or 8443"),
    ({"url": "https://me:secret@hooks.example.com/"}, "no user, password"),
    ({"url": "javascript:alert(1)"}, "must be like"),
    ({"kinds": []}, "required"),
    ({"kinds": ["no.such"]}, "not one of the available"),
    ({"press": "00000000-0000-4000-8000-000000000000"}, "open too long"),
)


def test_what_cannot_be_an_endpoint_is_refused_in_words(lead: Client) -> None:
    answers = [(typed, words, added(lead, **typed)) for typed, words in REFUSED]

    assert [typed for typed, words, page in answers if words not in page.content.decode()] == []
    assert ({page.status_code for _, _, page in answers}, Endpoint.objects.count()) == ({422}, 0)


def test_more_than_ten_that_are_on_are_refused(lead: Client) -> None:
    for _ in range(MOST):
        listening()

    assert "that is the most" in added(lead).content.decode()


def test_a_new_secret_is_shown_once_and_a_second_press_ends_not_the_one_that_the_receiver_has(
    lead: Client,
) -> None:
    endpoint, first = listening()

    shown = done(lead, endpoint, "rotate")
    again = done(lead, endpoint, "rotate")

    (second,) = SECRET.findall(shown.content.decode())
    endpoint.refresh_from_db()
    assert secrets_of(endpoint, now=timezone.now()) == [second, first]
    assert not SECRET.search(again.content.decode())
    assert "not possible as the endpoint stands" in again.content.decode()
    assert recorded()[-1] == "endpoint.secret_rotated"


def test_secrets_are_in_no_entry_of_the_trail_and_sealed_in_the_database(lead: Client) -> None:
    secret = SECRET.findall(added(lead).content.decode())[0]
    endpoint = Endpoint.objects.get()
    done(lead, endpoint, "rotate")

    said = "\n".join(str(opened(entry)) for entry in AuditEntry.objects.all())
    assert "whsec" not in said
    assert secret.encode() not in bytes(Endpoint.objects.get().sealed_former_secret or b"")


def test_each_deed_is_done_and_recorded(lead: Client) -> None:
    endpoint, _ = listening()
    changed = {"url": URL, "kinds": ["pool.low"], "also_files": "on"}

    for name, typed in (("test", {}), ("change", changed), ("rotate", {}), ("end-former", {})):
        done(lead, endpoint, name, **typed)
    for name in ("disable", "enable"):
        done(lead, endpoint, name)

    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.kinds, endpoint.also_files, endpoint.enabled) == (
        URL,
        ["pool.low"],
        True,
        True,
    )
    assert endpoint.former_until is None
    assert Delivery.objects.get().kind == "endpoint.test"
    assert recorded() == [
        "endpoint.added",
        "endpoint.tested",
        "endpoint.changed",
        "endpoint.secret_rotated",
        "endpoint.former_secret_ended",
        "endpoint.disabled",
        "endpoint.enabled",
    ]


def test_a_change_that_cannot_be_is_shown_again_with_what_was_typed(lead: Client) -> None:
    endpoint, _ = listening()

    refused = done(lead, endpoint, "change", url="http://elsewhere.example/", kinds=["pool.low"])

    assert refused.status_code == 422
    assert "https only" in refused.content.decode()
    assert "http://elsewhere.example/" in refused.content.decode()


def given_up(endpoint: Endpoint) -> Delivery:
    tell(CLAIM_OPENED, lambda: [{"change": endpoint.pk}])
    last = Delivery.objects.order_by("pk").last()
    assert last
    Delivery.objects.filter(pk=last.pk).update(
        state=DeliveryState.FAILED, done_at=timezone.now(), attempts=10
    )
    return last


def test_all_that_was_given_up_lately_is_told_again(lead: Client) -> None:
    endpoint, _ = listening()
    new, old = given_up(endpoint), given_up(endpoint)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=5))

    said = done(lead, endpoint, "replay", days="3").content.decode()

    assert "1 event will be told again" in said
    new.refresh_from_db()
    assert (new.state, new.attempts) == (DeliveryState.WAITING, 0)
    assert recorded()[-1] == "endpoint.replayed"


def test_one_delivery_and_several_of_a_list_are_told_again(lead: Client) -> None:
    endpoint, _ = listening()
    one, *several = (given_up(endpoint) for _ in range(3))

    lead.post(reverse("admin:licensing_delivery_again", args=[one.pk]))
    chosen = {"action": "send_again", "_selected_action": [str(each.pk) for each in several]}
    lead.post(reverse("admin:licensing_delivery_changelist"), chosen)

    assert {each.state for each in Delivery.objects.all()} == {DeliveryState.WAITING}


def test_the_list_of_endpoints_is_filtered_by_their_state(lead: Client) -> None:
    (on, _), (off, _) = listening(), listening()
    done(lead, off, "disable")

    for state, shown, other in (("no", on, off), ("yes", off, on)):
        text = lead.get("/console/licensing/endpoint/", {"off": state}).content.decode()
        assert f"{shown.pk}" in text
        assert f"{other.pk}" not in text


def test_of_an_endpoint_that_is_off_nothing_is_told_again(lead: Client) -> None:
    endpoint, _ = listening()
    one = given_up(endpoint)
    done(lead, endpoint, "disable")

    said = lead.post(reverse("admin:licensing_delivery_again", args=[one.pk]), follow=True).content.decode()

    assert "the endpoint is off" in said
    assert Delivery.objects.get().state == DeliveryState.FAILED


def test_a_page_says_what_became_of_the_last_events_and_leads_to_them(lead: Client) -> None:
    endpoint, _ = listening()
    one = given_up(endpoint)

    (link,) = re.findall(r'href="([^"]+state=failed)"', page(lead, endpoint))
    listed = lead.get(link.replace("&amp;", "&"))

    assert [row.pk for row in listed.context["cl"].result_list] == [one.pk]


def test_a_delivery_is_found_by_the_id_that_its_receiver_has(lead: Client) -> None:
    endpoint, _ = listening()
    one, _other = given_up(endpoint), given_up(endpoint)

    listed = lead.get(reverse("admin:licensing_delivery_changelist"), {"q": one.webhook_id})

    assert [row.pk for row in listed.context["cl"].result_list] == [one.pk]


def test_an_agent_looks_and_sees_no_button() -> None:
    make_roles()
    endpoint, _ = listening()

    shown = page(as_role(Role.AGENT), endpoint)

    assert "hooks.example.com" in shown
    assert "/do/" not in shown
