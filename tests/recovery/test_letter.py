from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from recovery.mail.letter import Letter


def letter(**changes: Any) -> Letter:
    facts: dict[str, Any] = {
        "template": "keys",
        "message_id": "<1.0@vendor.example>",
        "sender": "keys@vendor.example",
        "sender_name": "Example Video Tools",
        "reply_to": "support@vendor.example",
        "return_path": "keys@vendor.example",
        "recipient": "anna@example.com",
        "date": datetime(2026, 1, 1, tzinfo=UTC),
        "subject": "Your registration keys",
        "text": "a code\n",
        "html": "<p>a code</p>",
    }
    return Letter(**facts | changes)


def read(mail: Letter) -> Any:
    return message_from_bytes(mail.content, policy=policy.default)


def test_an_address_in_another_script_stands_as_it_is() -> None:
    assert "To: пётр@example.com\r\n".encode() in letter(recipient="пётр@example.com").content


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=150
    ).map(lambda text: " ".join(text.split())),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=50),
)
def test_no_subject_or_name_breaks_out_of_its_header(subject: str, name: str) -> None:
    mail = read(letter(subject=subject, sender_name=name))
    assert mail.get_all("To") == ["anna@example.com"]
    assert mail["Bcc"] is None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=500))
def test_a_text_in_any_language_arrives_as_it_was_written(text: str) -> None:
    part = read(letter(text=text)).get_body(("plain",))
    assert part.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
