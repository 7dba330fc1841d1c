"""After the roads were walked and things went wrong on them: what stands in logs, in the database, in the broker."""

import base64
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from licensing.models import RegistrationKey
from recovery.models import MailAttempt
from tests import factories
from tests.journeys.service import Service
from tests.journeys.steps import ask, mail_to, make_due, press_link
from tests.kit.mails import code_in, links_in
from tests.kit.smtp import Received
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.journey


@dataclass
class Walked:
    """What one customer typed, was mailed and was given."""

    email: str
    registration_codes: list[str]
    secrets: list[str]  # mailed codes and tokens, cookies

    @property
    def everything(self) -> list[str]:
        return [self.email, *self.registration_codes, *self.secrets]


@pytest.fixture
def walked(service: Service) -> Walked:
    """A customer who typed a wrong code, then got the keys by the link."""
    email, browser = service.new_address(), service.browser()
    numbers = f"{next(service.numbers):04}"
    codes = [f"SECR-{numbers}-AAAA-QQQQ", f"0A1B2C3D-4E5F{numbers}-8293A4B5-C6D7E8F9", f"plain{numbers}code"]
    with service.records():
        factories.owner_of(email, codes=codes)
    asked = ask(browser, email)
    mail = mail_to(service, email)
    browser.submit(asked, {"code": "00000000"})
    cookies = set(browser.cookies.values())
    assert sorted(press_link(browser, mail).codes) == sorted(codes)
    cookies |= set(browser.cookies.values())
    tokens = {token for each in (mail, mail_to(service, email, number=2)) for token in tokens_in(each)}
    assert len(tokens) >= 2
    return Walked(email, codes, [code_in(mail), *tokens, *cookies])


def tokens_in(mail: Received) -> list[str]:
    parts = [urlsplit(link).path.strip("/").split("/") for link in links_in(mail)]
    return [part[1] for part in parts if len(part) == 2]


def test_no_log_holds_an_address_or_a_secret(service: Service, walked: Walked) -> None:
    assert_not_logged(service, walked.everything)


def test_no_log_tells_what_a_mail_server_or_a_broken_key_says(service: Service) -> None:
    email, browser = service.new_address(), service.browser()
    with service.records():
        factories.owner_of(email, codes=["BROK-1111-AAAA-QQQQ"])
        RegistrationKey.objects.filter(assignments__license__owner__addresses__canonical=email).update(
            sealed=b"k1:of another row"
        )
    service.smtp.script(stage="rcpt", reply=f"452 4.2.2 <{email}> is over quota", times=1, recipient=email)
    ask(browser, email)
    with service.records():
        wait_until(MailAttempt.objects.filter(message__request__address=email).exists, what="the refusal")
        make_due()
    page = press_link(browser, mail_to(service, email))
    assert page.status == 500
    wait_until(lambda: "mail_not_composed" in service.log_text(), what="the key that cannot be opened")
    assert_not_logged(service, [email, "BROK-1111-AAAA-QQQQ", *browser.cookies.values()])
    with service.records():
        assert not MailAttempt.objects.filter(reply__contains=email).exists()


def test_neither_database_nor_broker_holds_a_secret(service: Service, walked: Walked) -> None:
    stored = dump(service)
    assert walked.email in stored  # so this is the database, and readable
    hidden = [*walked.secrets, *walked.registration_codes]
    assert [secret for secret in hidden for form in forms_of(secret) if form in stored] == []


def test_the_broker_never_learns_whom_a_mail_is_for(service: Service, walked: Walked) -> None:
    contents = service.redis.contents() if service.redis else b""
    assert [word for word in walked.everything if word.encode() in contents] == []


def assert_not_logged(service: Service, words: list[str]) -> None:
    log = service.log_text()
    assert "mail_attempted" in log
    found = [line for line in log.splitlines() for word in words if word in line]
    assert found == []


def forms_of(secret: str) -> list[str]:
    """As text, and as a dump shows the bytes of it."""
    raw = secret.encode()
    return [secret, raw.hex(), raw.hex().upper(), base64.b64encode(raw).decode()]


def dump(service: Service) -> str:
    parts = urlsplit(service.database_url)
    if parts.scheme == "postgres":
        return service.ground.postgres.dump(parts.path[1:])
    files = Path(parts.path).parent.glob(f"{Path(parts.path).name}*")
    raw = "".join(file.read_bytes().decode("latin-1") for file in files)
    with closing(sqlite3.connect(parts.path)) as database:
        return "\n".join(database.iterdump()) + raw
