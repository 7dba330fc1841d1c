"""From a claim's page: mails to somebody who floods support with claims are stopped, and allowed again."""

import pytest
from django.test import Client

from config.staff.roles import Role
from recovery.models import Mute
from tests.console.test_owner_changes import button, page, signed_in
from tests.factories import owner_of
from tests.recovery.owning import NEW, OLD, approved, proved

pytestmark = pytest.mark.django_db
WHY = {"words": "the ninth claim this week"}


def test_one_button_stops_mails_and_the_next_allows_them_again(support: Client) -> None:
    change = proved()
    said = support.post(button("mute", change), WHY, follow=True).content.decode()
    assert "No such mails go there for 30 days." in said
    assert "Stopped by support" in said
    assert button("mute", change) not in said
    said = support.post(button("lift_mute", change), WHY, follow=True).content.decode()
    assert "Mails go there again." in said
    assert "Stopped by support" not in said
    assert button("mute", change) in said


def test_it_is_lifted_after_the_claim_was_declined_too(support: Client) -> None:
    change = proved()
    support.post(button("mute", change), WHY)
    support.post(button("decline", change), WHY)
    support.post(button("lift_mute", change), WHY)
    assert Mute.objects.get().lifted_at


def test_whose_claim_was_approved_is_not_to_be_silenced(support: Client) -> None:
    change = approved(owner_of(OLD))
    assert button("mute", change) not in support.get(page(change)).content.decode()


def test_nothing_without_a_reason(support: Client) -> None:
    support.post(button("mute", proved()), {"words": " "})
    assert not Mute.objects.exists()


def test_a_customers_mailbox_is_not_offered(support: Client) -> None:
    change = proved()
    owner_of(NEW)
    assert button("mute", change) not in support.get(page(change)).content.decode()


@pytest.mark.parametrize(("role", "may"), [(Role.AGENT, True), (Role.AUDITOR, False)])
def test_agents_may_and_auditors_look(role: Role, may: bool) -> None:
    change, client = proved(), signed_in(role)
    assert (button("mute", change) in client.get(page(change)).content.decode()) is may
    client.post(button("mute", change), WHY)
    assert Mute.objects.exists() is may
