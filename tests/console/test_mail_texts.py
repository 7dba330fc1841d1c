"""Mail texts in the console: written, previewed, tried, put back; by whom that may."""

from collections import Counter
from collections.abc import Callable
from itertools import permutations

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.staff.roles import Role, give_role
from recovery.admin.wording_rows import changes
from recovery.mail.wording.kinds import KINDS
from recovery.mail.wording.phrases import PHRASES
from recovery.models import Message, MessageKind, Wording

pytestmark = pytest.mark.django_db
OURS = {"subject": "Our words", "body": "# Hello\n\n{button}"}


@pytest.fixture(autouse=True)
def _two_languages(settings: LazySettings) -> None:
    settings.MAIL_LANGUAGES = ["en", "de"]


@pytest.fixture
def as_role(client: Client) -> Callable[[Role], Client]:
    def signed_in(role: Role) -> Client:
        user = User.objects.create_user(role.value, f"{role.value}@vendor.example")
        give_role(user, role)
        client.force_login(user)
        return client

    return signed_in


def address(name: str = "edit", *more: object, mail: str = "muted", language: str = "en") -> str:
    return reverse(f"console:wording_{name}", args=[mail, language, *more])


def seen(client: Client, **of: str) -> str:
    return str(client.get(address(**of)).context["typed"].seen)


def save(client: Client, *, mail: str = "muted", language: str = "en", **typed: str) -> int:
    of = {"mail": mail, "language": language}
    sent = {**OURS, "save": "", "seen": seen(client, **of), **typed}
    return client.post(address(**of), sent).status_code


def test_lists_every_mail_in_every_language_in_few_queries(support: Client) -> None:
    save(support)
    with CaptureQueriesContext(connection) as queries:
        text = support.get(reverse("console:wording_index")).content.decode()
    assert len(queries) <= 8
    for kind in KINDS.values():
        assert text.count(f">{kind.title}</a>") == 2
    assert "version 1 by support" in text
    assert "none yet" in text


def test_opens_every_text_with_what_it_may_say(support: Client) -> None:
    for kind in KINDS.values():
        page = support.get(address(mail=kind.name, language="de"))
        text = page.content.decode()
        assert page.status_code == 200
        assert all(f'<code class="insert">{{{each.name}}}</code>' in text for each in kind.placeholders)


def test_a_saved_text_is_in_use(support: Client) -> None:
    assert save(support, reason="shorter") == 302
    row = Wording.objects.get()
    assert (row.mail, row.language, row.version, row.active, row.by, row.reason) == (
        "muted",
        "en",
        1,
        True,
        "support",
        "shorter",
    )


def test_line_ends_of_browsers_are_kept_as_one_kind(support: Client) -> None:
    save(support, body="# Hello\r\n\r\n{button}\r\n\r\n")
    assert Wording.objects.get().body == OURS["body"]


def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept(support: Client) -> None:
    typed = "<b>Hello</b>\n\n{buton}\n\n" + "kept words"
    page = support.post(address(), {"subject": "", "body": typed, "seen": "0.0", "save": ""})
    text = page.content.decode()
    assert page.status_code == 422
    assert "The subject is empty." in text
    assert "Line 3: {buton} is not known in this mail." in text
    assert "{button} or {unmute_url} is missing" in text
    assert "&lt;b&gt;Hello&lt;/b&gt;" in text
    assert "kept words" in text
    assert not Wording.objects.exists()


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(support: Client) -> None:
    before = seen(support)
    save(support)
    page = support.post(address(), {**OURS, "subject": "Mine", "seen": before, "save": ""})
    text = page.content.decode()
    assert page.status_code == 409
    assert "This text was changed by support while you wrote." in text
    assert 'value="Mine"' in text
    assert Wording.objects.get().subject == "Our words"


def test_the_preview_shows_both_parts_under_a_policy_of_its_own(support: Client) -> None:
    page = support.post(address("preview"), {**OURS, "subject": "<script>alert(1)</script>"})
    text = page.content.decode()
    policy = page["Content-Security-Policy"]
    assert page.status_code == 200
    assert "<script" not in text
    assert "Allow these mails again" in text
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert not Wording.objects.exists()


def test_the_preview_says_what_is_wrong(support: Client) -> None:
    text = support.post(address("preview"), {"subject": "x", "body": "{gone}"}).content.decode()
    assert "Line 1: {gone} is not known in this mail." in text


def test_the_preview_of_small_words_shows_them_in_a_mail(support: Client) -> None:
    typed = {"phrase-key_label": "Registrierungscode:", "of": "keys"}
    page = support.post(address("preview", mail="phrases", language="de"), typed)
    assert "Registrierungscode:" in page.content.decode()


def test_a_text_says_how_many_small_words_are_still_english(support: Client) -> None:
    save(support, mail="phrases", language="de", **{"phrase-greeting": "Guten Tag,"})
    assert (
        f"{len(PHRASES) - 1} small words in English" in support.get(address(language="de")).content.decode()
    )
    assert "small words in English" not in support.get(address()).content.decode()


def test_small_words_are_saved_together_and_a_lost_fact_is_told_beside_its_field(support: Client) -> None:
    of = {"mail": "phrases", "language": "de"}
    assert save(support, **of, **{"phrase-greeting": "Guten\nTag,"}) == 302
    assert Wording.objects.get().body == "greeting = Guten Tag,"
    sent = {"phrase-greeting": "Hallo,", "phrase-bought": "Gekauft", "seen": seen(support, **of), "save": ""}
    page = support.post(address(**of), sent)
    assert page.status_code == 422
    assert "{at} is missing here." in page.content.decode()
    assert 'value="Gekauft"' in page.content.decode()


def test_a_test_goes_to_whoever_presses_the_button(as_role: Callable[[Role], Client]) -> None:
    lead = as_role(Role.LEAD)
    page = lead.post(address(), {**OURS, "seen": seen(lead), "test": "", "person": "1"})
    assert page.status_code == 302
    message = Message.objects.get(kind=MessageKind.TEST)
    assert message.about == str(User.objects.get(username="lead").pk)
    assert not Wording.objects.filter(active=True).exists()


def test_a_test_without_an_address_is_told_so(support: Client) -> None:
    page = support.post(address(), {**OURS, "seen": seen(support), "test": ""})
    assert page.status_code == 422
    assert "Your account has no email address" in page.content.decode()
    assert "Our words" in page.content.decode()


def test_goes_back_to_the_built_in_text_and_to_an_earlier_version(support: Client) -> None:
    save(support)
    save(support, subject="Better words")
    first = Wording.objects.get(version=1)
    support.post(address("use", first.pk), {"seen": seen(support)})
    assert Wording.objects.get(active=True).subject == "Our words"
    support.post(address("reset"), {"seen": seen(support)})
    assert not Wording.objects.filter(active=True).exists()


def test_the_versions_say_what_was_changed(support: Client) -> None:
    save(support)
    save(support, subject="Better <words>")
    text = support.get(address()).content.decode()
    assert "<ins>+ Better &lt;words&gt;</ins>" in text
    assert "<del>- Our words</del>" in text


def test_versions_of_hundreds_of_short_lines_are_compared_at_once() -> None:
    """Looking for likeness within each pair of lines took minutes for these."""
    lines = list(map("".join, permutations("abcdef", 4)))
    was, now = (
        Wording(subject="s", body="\n".join(body)) for body in (lines, [f"{line}." for line in lines])
    )

    assert Counter(tone for tone, _ in changes(was, now)) == {"same": 1, "gone": 360, "added": 360}


def test_failures_are_shown_where_the_text_is_corrected(support: Client) -> None:
    save(support)
    Wording.objects.update(failures=3, failed_at="2026-01-02T03:04Z")
    assert "failed 3 times" in support.get(reverse("console:wording_index")).content.decode()
    assert "3 mails went out with the built-in text" in support.get(address()).content.decode()


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_agents_and_auditors_look_and_change_nothing(role: Role, as_role: Callable[[Role], Client]) -> None:
    row = Wording.objects.create(mail="muted", language="en", version=1, active=True, **OURS)
    person = as_role(role)
    assert person.get(reverse("console:wording_index")).status_code == 200
    assert person.post(address("preview"), OURS).status_code == 200
    text = person.get(address()).content.decode()
    assert "Save and use it" not in text
    assert "Use the built-in text" not in text
    sent = {**OURS, "seen": "1.1"}
    for to in (address(), address("reset"), address("use", row.pk)):
        assert person.post(to, {**sent, "save": ""}).status_code == 403
        assert person.post(to, {**sent, "test": ""}).status_code == 403
    assert Wording.objects.count() == 1
    assert Wording.objects.filter(active=True).exists()


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADMINISTRATOR])
def test_leads_and_administrators_write(role: Role, as_role: Callable[[Role], Client]) -> None:
    assert save(as_role(role)) == 302


@pytest.mark.parametrize(("mail", "language"), [("alert", "en"), ("muted", "fr"), ("gone", "en")])
def test_there_is_no_page_for_other_mails_and_languages(mail: str, language: str, support: Client) -> None:
    assert support.get(address(mail=mail, language=language)).status_code == 404


def test_nothing_is_there_for_whoever_may_not_look(client: Client) -> None:
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    for to in (reverse("console:wording_index"), address(), address("built_in")):
        assert client.get(to).status_code == 403
    assert client.post(address("preview"), OURS).status_code == 403
