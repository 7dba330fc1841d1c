"""Reading a mail as its reader does."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives

from tests.kit import mails

TEXT = """\
Somebody asked for your keys. Open this link:

    https://keys.example.com/verify/abc-DEF_1/

or type this code where you asked:

    7KQM-2XYT

Not you? See (https://keys.example.com/not-me/9/).
"""


def mail(text: str = TEXT) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Your keys"
    message.set_content(text)
    message.add_alternative('<p><a href="https://keys.example.com/verify/html/">Open</a></p>', subtype="html")
    message.add_attachment(
        b"-----LICENCE\n\x00", maintype="application", subtype="octet-stream", filename="a.lic"
    )
    return message


def test_finds_the_link_to_click() -> None:
    assert mails.link_in(mail()) == "https://keys.example.com/verify/abc-DEF_1/"


def test_finds_another_link_by_its_path() -> None:
    assert mails.link_in(mail(), path="/not-me/") == "https://keys.example.com/not-me/9/"


def test_fails_without_a_link() -> None:
    with pytest.raises(AssertionError, match="no link"):
        mails.link_in(mail("no link here"))


def test_finds_the_links_of_the_html() -> None:
    assert mails.html_links_in(mail()) == ["https://keys.example.com/verify/html/"]


@pytest.mark.parametrize("printed", ["7KQM-2XYT", "7KQM2XYT"])
def test_finds_the_code_with_or_without_its_dash(printed: str) -> None:
    assert mails.code_in(mail(TEXT.replace("7KQM-2XYT", printed))) == "7KQM2XYT"


@pytest.mark.parametrize(
    "text", ["The code is 7KQM-2XYT today.\n", "7KQM-2XYT\n\nABCD-EFGH\n", "7kqm-2xyt\n"]
)
def test_fails_unless_one_code_stands_alone_on_its_line(text: str) -> None:
    with pytest.raises(AssertionError, match="one code wanted"):
        mails.code_in(mail(text))


def test_reads_the_parts_of_a_mail_from_its_bytes_or_its_file(tmp_path: Path) -> None:
    file = tmp_path / "1.eml"
    file.write_bytes(mail().as_bytes())
    for source in (file, file.read_bytes()):
        assert mails.text_of(source) == TEXT
        assert "Open</a>" in mails.html_of(source)
        assert mails.attachments_of(source) == [
            mails.Attachment("a.lic", "application/octet-stream", b"-----LICENCE\n\x00")
        ]


def test_reads_a_mail_that_django_composed() -> None:
    composed = EmailMultiAlternatives("Your keys", "text", "shop@example.com", ["b@example.com"])
    composed.attach_alternative("<p>html</p>", "text/html")
    assert (mails.text_of(composed), mails.html_of(composed)) == ("text", "<p>html</p>")


def test_fails_when_a_part_is_missing() -> None:
    plain = EmailMessage()
    plain.set_content("text only")
    with pytest.raises(AssertionError, match="no html part"):
        mails.html_of(plain)
