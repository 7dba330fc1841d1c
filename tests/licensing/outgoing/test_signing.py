"""Signatures are those of the published scheme, whoever checks them."""

import base64

import pytest

from licensing.outgoing.signing import new_secret, signatures


@pytest.mark.parametrize(
    ("secret", "webhook_id", "timestamp", "body", "signature"),
    [
        (  # standard-webhooks.md, the specification's own example
            "whsec_plJ3nmyCDGBKInavdOK15jsl",
            "msg_loFOjxBNrRLzqYUf",
            1731705121,
            b'{"event_type":"ping","data":{"success":true}}',
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
        ),
        (  # the reference libraries' tests
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            b'{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    ],
)
def test_the_published_examples_come_out(
    secret: str, webhook_id: str, timestamp: int, body: bytes, signature: str
) -> None:
    assert signatures(webhook_id, timestamp=timestamp, body=body, keys=[secret]) == signature


def test_each_secret_signs_and_spaces_stand_between() -> None:
    former, present = new_secret(), new_secret()

    both = signatures("evt_1", timestamp=1, body=b"{}", keys=[present, former]).split(" ")

    assert both == [signatures("evt_1", timestamp=1, body=b"{}", keys=[key]) for key in (present, former)]


def test_a_secret_is_256_random_bits_in_the_form_that_libraries_take() -> None:
    first, second = new_secret(), new_secret()

    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32
