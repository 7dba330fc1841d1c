"""The language that a visitor's mails are asked for in."""

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory

from recovery.mail_language import mail_language
from recovery.models import RecoveryRequest


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr,pt;q=0.9,de;q=0.8", "pt-br"),
        ("en;q=0.5,de;q=0.9", "de"),
        ("de;q=0", "en"),
        ("zh-TW", "zh-hant"),
        ("ja", "en"),
        ("*", "en"),
        ("de" * 600, "en"),
        ("../../etc/passwd", "en"),
    ],
)
def test_is_the_most_wanted_that_the_vendor_mails_in(
    header: str, language: str, settings: LazySettings, rf: RequestFactory
) -> None:
    settings.MAIL_LANGUAGES = ["en", "de", "pt-br", "zh-hant"]
    assert mail_language(rf.get("/", headers={"accept-language": header})) == language


@pytest.mark.django_db
def test_is_kept_with_a_claim_of_a_changed_address(settings: LazySettings, client: Client) -> None:
    settings.MAIL_LANGUAGES = ["en", "de"]
    client.post("/address-change/", {"new": "new@example.com"}, headers={"accept-language": "de"})
    assert RecoveryRequest.objects.get().language == "de"


@pytest.mark.django_db
def test_is_kept_with_the_request_while_the_page_stays_english(
    settings: LazySettings, client: Client
) -> None:
    settings.MAIL_LANGUAGES = ["en", "de"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    client.post("/", {"email": "anna@example.com"}, headers={"accept-language": "de"})
    assert RecoveryRequest.objects.get().language == "de"
    assert '<html lang="en"' in client.get("/", headers={"accept-language": "de"}).content.decode()
