"""Typing into the box on top of the console, as support does."""

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from recovery.admin.finding import Person


def address_after(client: Client, term: str) -> str:
    """Where the browser is sent with what was typed: sealed."""
    return client.post(reverse("admin:find"), {"q": term})["Location"]


def answer(client: Client, term: str) -> Any:
    """What comes of it: a page, or the way to one customer."""
    return client.get(address_after(client, term))


def listed(client: Client, term: str) -> Any:
    """The page of all that was found."""
    return client.get(f"{address_after(client, term)}&all=1")


def names(page: Any) -> list[str]:
    return [str(person.customer) for person in people(page)]


def people(page: Any) -> list[Person]:
    found: list[Person] = page.context["result"].people
    return found


def groups(page: Any) -> dict[str, list[str]]:
    """What has no customer, by group."""
    return {group: [hit.why for hit in hits] for group, hits in page.context["result"].groups.items()}


def said(response: Any) -> str:
    """What the next page will say on top."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))
