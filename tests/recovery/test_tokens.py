import base64
from uuid import UUID

import pytest
from django.conf import LazySettings
from hypothesis import given
from hypothesis import strategies as st

from recovery import tokens
from recovery.tokens import InvalidToken

ROW = UUID("01890000-0000-7000-8000-000000000001")


def test_a_token_proves_its_row_and_purpose() -> None:
    token = tokens.make_token("verify", ROW, b"nonce")
    tokens.check_token("verify", token, b"nonce")
    assert tokens.row_named_by(token) == ROW
    for purpose, extra in (("not-me", b"nonce"), ("verify", b"other"), ("verify", b"")):
        with pytest.raises(InvalidToken):
            tokens.check_token(purpose, token, extra)


@given(st.text(max_size=60))
def test_refuses_whatever_else_is_typed(text: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.check_token("verify", text)


@given(st.integers(min_value=0, max_value=32 * 8 - 1))
def test_refuses_a_token_with_any_bit_turned(bit: int) -> None:
    token = tokens.make_token("verify", ROW)
    raw = bytearray(base64.urlsafe_b64decode(token + "="))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidToken):
        tokens.check_token("verify", base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())


def test_links_and_codes_outlive_a_change_of_the_secret(settings: LazySettings) -> None:
    token, code = tokens.make_token("verify", ROW), tokens.make_code(ROW, b"x")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret"
    tokens.check_token("verify", token)
    assert tokens.same_code(ROW, b"x", code)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(InvalidToken):
        tokens.check_token("verify", token)
    assert not tokens.same_code(ROW, b"x", code)


def test_codes_have_no_look_alikes_and_differ_by_mint() -> None:
    codes = {tokens.make_code(ROW, bytes([number])) for number in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("ILOU")
    assert {len(code) for code in codes} == {8}
