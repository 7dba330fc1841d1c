"""Support asks a customer back about a claim, and sees it again when it is theirs to decide."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.staff.roles import Role
from recovery.journeys.answer_about_claim import answer
from recovery.models import MessageKind, OwnerChange
from tests.console.test_owner_changes import button, page, signed_in
from tests.recovery.owning import proved
from tests.recovery.test_claim_questions import proved_in_browser

pytestmark = pytest.mark.django_db
ASKS = {"words": "Which <u>shop</u> was it?"}
LIST = "admin:recovery_ownerchange_changelist"


def listed(client: Client, who: str, change: OwnerChange) -> bool:
    return page(change) in client.get(f"{reverse(LIST)}?awaits={who}").content.decode()


def is_on_first_page(client: Client) -> bool:
    return "awaits=support" in client.get(reverse("admin:index")).content.decode()


def test_the_claim_leaves_the_first_page_until_the_customer_has_answered(support: Client) -> None:
    change, secret = proved_in_browser()
    assert is_on_first_page(support)
    said = support.post(button("ask", change), ASKS, follow=True).content.decode()
    assert "Asked. The question goes to the new address by mail" in said
    assert not is_on_first_page(support)
    assert [listed(support, who, change) for who in ("support", "customer")] == [False, True]
    answer(secret, typed={"text": "The one at <s>home</s>"}, now=timezone.now())
    assert is_on_first_page(support)
    text = support.get(page(change)).content.decode()
    assert "The one at &lt;s&gt;home&lt;/s&gt;" in text
    assert "Which &lt;u&gt;shop&lt;/u&gt; was it?" in text


def test_it_comes_back_after_a_week_without_an_answer(support: Client) -> None:
    change = proved()
    support.post(button("ask", change), ASKS)
    OwnerChange.objects.update(awaits_until=timezone.now() - timedelta(seconds=1))
    assert is_on_first_page(support)
    assert "not answered yet" in support.get(page(change)).content.decode()


def test_what_waits_for_the_customer_says_so_and_can_be_decided_all_the_same(support: Client) -> None:
    change = proved()
    support.post(button("ask", change), ASKS)
    for address in (page(change), reverse(LIST)):
        assert "the customer was asked" in support.get(address).content.decode()
    text = support.get(page(change)).content.decode()
    assert button("ask", change) not in text
    assert button("decline", change) in text
    assert "question 1 of support" in text


@pytest.mark.parametrize(("role", "may"), [(Role.AGENT, True), (Role.AUDITOR, False)])
def test_agents_ask_and_auditors_look(role: Role, may: bool) -> None:
    change, client = proved(), signed_in(role)
    assert (button("ask", change) in client.get(page(change)).content.decode()) is may
    client.post(button("ask", change), ASKS)
    assert change.mails.filter(kind=MessageKind.ASKED).exists() is may


def test_a_question_has_a_thousand_characters_at_most(support: Client) -> None:
    change = proved()
    support.post(button("ask", change), {"words": "x" * 1001})
    assert not change.mails.exists()
