"""Mails go out in support's words, and in those built in when support's fail."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recovery.journeys.verify import prove_by_link
from recovery.journeys.wordings import Written, save, seen_of, try_out
from recovery.mail.wording.blocks import BLOCKS
from recovery.mail.wording.kinds import KINDS
from recovery.models import Message, MessageKind, MessageState, Wording
from tests.factories import owner_of
from tests.kit.mails import html_of, link_in, read, text_of
from tests.kit.smtp import SmtpServer
from tests.kit.smtp_mailbox import Received
from tests.recovery.asking import asked

pytestmark = pytest.mark.django_db
Deliver = Callable[[], int]
OURS = "Here is what you asked {vendor_name} for.\n\n{button}"


@pytest.fixture(autouse=True)
def _three_languages(settings: LazySettings) -> None:
    settings.MAIL_LANGUAGES = ["en", "de", "ar"]


def use(
    mail: str = "challenge", language: str = "en", *, subject: str = "Our words", body: str = OURS
) -> Wording:
    written = Written(mail, language, subject, body)
    return save(written, by="grace", reason="", seen=seen_of(mail, language))


def subject_of(mail: Received) -> str:
    return str(read(mail)["Subject"])


def to_customers(smtp: SmtpServer) -> list[Received]:
    return [mail for mail in smtp.messages if mail.rcpt_to != ("support@vendor.example",)]


def ask_in(language: str, email: str = "anna@example.com") -> None:
    request = asked(email)
    request.language = language
    request.save(update_fields=["language"])


def test_a_mail_goes_out_in_supports_words(smtp: SmtpServer, deliver: Deliver) -> None:
    owner_of("anna@example.com", codes=["AAAA-BBBB"])
    use()
    asked("anna@example.com")
    deliver()
    (mail,) = smtp.messages
    assert subject_of(mail) == "Our words"
    assert "Here is what you asked Example Video Tools for." in text_of(mail)
    assert link_in(mail, path="/verify/") in html_of(mail)
    assert Message.objects.get().template == "challenge"


def test_the_link_of_a_mail_in_supports_words_works(smtp: SmtpServer, deliver: Deliver) -> None:
    owner_of("anna@example.com", codes=["AAAA-BBBB"])
    use()
    use("keys", subject="{products}", body="{situation}\n\n{keys}")
    asked("anna@example.com")
    deliver()
    prove_by_link(link_in(smtp.messages[0], path="/verify/").rstrip("/").rpartition("/")[2])
    deliver()
    assert "\nAAAA-BBBB\n" in text_of(smtp.messages[1])


def test_a_worker_picks_up_a_change_with_the_next_batch(smtp: SmtpServer, deliver: Deliver) -> None:
    for subject in ("Our words", "Better words"):
        use("nothing-found", subject=subject)
        asked("nobody@example.com")
        deliver()
    assert [subject_of(mail) for mail in smtp.messages] == ["Our words", "Better words"]


def test_a_batch_reads_the_texts_once(smtp: SmtpServer, deliver: Deliver) -> None:
    use("nothing-found")
    for number in range(5):
        asked(f"nobody{number}@example.com")
    with CaptureQueriesContext(connection) as queries:
        deliver()
    batches = [each for each in queries if "recovery_wording" in each["sql"]]
    assert len(smtp.messages) == 5
    assert len(batches) == 1


@pytest.mark.parametrize(
    ("language", "texts", "subject", "tag"),
    [
        ("de", ["en", "de"], "In de", 'lang="de"'),
        ("de", ["en"], "In en", 'lang="en"'),
        ("de", [], "No Example Video Tools purchase is filed under this address", 'lang="en"'),
        ("de", ["ar"], "No Example Video Tools purchase is filed under this address", 'lang="en"'),
        ("ar", ["ar"], "In ar", 'lang="ar" dir="rtl"'),
        ("", ["en"], "In en", 'lang="en"'),
    ],
)
def test_the_language_of_a_mail(
    language: str, texts: list[str], subject: str, tag: str, smtp: SmtpServer, deliver: Deliver
) -> None:
    for each in texts:
        use("nothing-found", each, subject=f"In {each}")
    ask_in(language, "nobody@example.com")
    deliver()
    assert subject_of(smtp.messages[0]) == subject
    assert f"<html {tag}>" in html_of(smtp.messages[0])


def test_small_words_of_the_language_are_used(smtp: SmtpServer, deliver: Deliver) -> None:
    use("nothing-found", "de")
    use("phrases", "de", subject="", body="foot_why = Warum Sie das bekommen")
    ask_in("de", "nobody@example.com")
    deliver()
    assert "\nWarum Sie das bekommen\n" in text_of(smtp.messages[0])


BROKEN = {
    "an unknown placeholder": {"body": "{button}\n\n{gone}"},
    "a required one missing": {"body": "Nothing to press."},
    "a brace": {"body": "{button}\n\n{"},
    "an empty subject": {"subject": ""},
    "an empty body": {"body": ""},
    "a header in the subject": {"subject": "x\r\nBcc: all@example.com"},
    "a mail of another release": {"subject": "{products}"},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_text_that_fails_lets_the_built_in_one_out_and_tells_support_once(
    broken: dict[str, str], smtp: SmtpServer, deliver: Deliver
) -> None:
    row = use("nothing-found")
    Wording.objects.update(**broken)
    for _ in range(2):
        asked("nobody@example.com")
        deliver()
    deliver()
    mails = to_customers(smtp)
    assert [subject_of(mail) for mail in mails] == [
        "No Example Video Tools purchase is filed under this address"
    ] * 2
    assert all("Bcc" not in read(mail) for mail in mails)
    row.refresh_from_db()
    assert row.failures == 2
    (alert,) = [mail for mail in smtp.messages if mail not in mails]
    assert subject_of(alert) == "A mail's text fails: nothing-found (en)"
    assert "nobody" not in text_of(alert)


def test_whatever_goes_wrong_while_it_is_written_the_customer_gets_the_mail(
    smtp: SmtpServer, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("nothing-found", body="{button} ".strip() + "\n\nEnde")
    monkeypatch.setitem(BLOCKS, "button", lambda desk, kind: 1 / 0)
    asked("nobody@example.com")
    assert deliver() == 2
    assert "No purchase is filed under it" in text_of(to_customers(smtp)[0])


def test_small_words_that_fail_leave_the_text_and_its_built_in_small_words(
    smtp: SmtpServer, deliver: Deliver
) -> None:
    use("nothing-found")
    row = use("phrases", subject="", body="foot_why = Why this came")
    Wording.objects.filter(pk=row.pk).update(body="foot_why_asked = no placeholder")
    asked("nobody@example.com")
    deliver()
    mail = to_customers(smtp)[0]
    assert subject_of(mail) == "Our words"
    assert "This address was typed on our page or in our app on" in text_of(mail)
    row.refresh_from_db()
    assert row.failures == 1


def test_a_failure_is_logged_without_a_word_of_the_mail(
    smtp: SmtpServer, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    row = use("nothing-found")
    Wording.objects.update(body="{nobody@example.com}")
    asked("nobody@example.com")
    deliver()
    (logged,) = [text for text in caplog.messages if "wording_failed" in text]
    assert str(row.pk) in logged
    assert "nobody@" not in logged


class TestTrial:
    @pytest.fixture
    def ada(self) -> User:
        return User.objects.create_user("ada", "ada@vendor.example", is_staff=True)

    def try_it(self, ada: User, mail: str = "challenge", language: str = "en") -> Message:
        kind = KINDS[mail]
        return try_out(
            Written(mail, language, kind.subject, kind.body),
            by="ada",
            person=ada.pk,
            seen=seen_of(mail, language),
            now=timezone.now(),
        )

    @pytest.mark.parametrize("mail", KINDS)
    def test_goes_to_whoever_wrote_it_and_to_nobody_else(
        self, mail: str, ada: User, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        owner_of("anna@example.com", codes=["AAAA-BBBB"])
        self.try_it(ada, mail, "de")
        deliver()
        assert [each.rcpt_to for each in smtp.messages] == [("ada@vendor.example",)]
        assert subject_of(smtp.messages[0]).startswith("[Test] ")
        assert Message.objects.get().template == "test"

    def test_changes_no_customers_mail(self, ada: User, smtp: SmtpServer, deliver: Deliver) -> None:
        self.try_it(ada, "nothing-found")
        asked("nobody@example.com")
        deliver()
        assert not Wording.objects.filter(active=True).exists()

    def test_of_somebody_who_has_left_goes_nowhere(
        self, ada: User, smtp: SmtpServer, deliver: Deliver
    ) -> None:
        self.try_it(ada)
        User.objects.update(is_active=False)
        deliver()
        assert smtp.messages == []
        assert Message.objects.get(kind=MessageKind.TEST).state == MessageState.WAITING
