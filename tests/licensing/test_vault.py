"""licensing/keys/vault.py: threats.md row 31."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.keys.vault import Tampered, UnknownKey, Vault, parse_keys

# Fixed octets, so that the golden values below can be computed by any other program.
OLD_KEY, NEW_KEY, FINGERPRINT_A, FINGERPRINT_B = (
    bytes(range(start, start + 32)) for start in (0, 32, 64, 96)
)
RANDOM_KEY = bytes.fromhex("c4f1a9037e5bd82296e0134c7fa8b16d5e90283bf7a6cd1104927ee3580b6fda")


def vault(*, newest: str = "2025b") -> Vault:
    keys = {"2025b": OLD_KEY, "2026a": NEW_KEY}
    ordered = {newest: keys.pop(newest), **keys}
    return Vault(ordered, {"a": FINGERPRINT_A, "b": FINGERPRINT_B})


def written(key: bytes) -> str:
    return base64.b64encode(key).decode()


@given(st.binary(max_size=2000), st.text(st.characters(exclude_categories=["Cs"])))
def test_gives_back_what_it_was_given(plaintext: bytes, identity: str) -> None:
    sealed = vault().encrypt(plaintext, identity=identity)
    assert vault().decrypt(sealed, identity=identity) == plaintext


def test_reads_what_a_database_driver_hands_over() -> None:
    sealed = memoryview(vault().encrypt(b"ABCD-1234", identity="key:7"))
    assert vault().decrypt(sealed, identity="key:7") == b"ABCD-1234"
    assert vault().key_id(sealed) == "2025b"


def test_never_writes_the_same_octets_twice() -> None:
    sealed = {vault().encrypt(b"ABCD-1234", identity="key:7") for _ in range(1000)}
    assert len(sealed) == 1000


def test_the_plaintext_is_not_in_the_value() -> None:
    assert b"ABCD" not in vault().encrypt(b"ABCD-1234", identity="key:7")


def test_the_format_never_changes_unnoticed() -> None:
    sealed = vault(newest="2025b")._seal(b"ABCD-1234", "key:7", bytes(range(200, 212)))
    header, nonce = bytes([1, 5]) + b"2025b", bytes(range(200, 212))
    assert sealed[:19] == header + nonce
    assert sealed[19:28].hex() == "503a229fabfdc91340"  # AES-256-CTR from counter 2, as openssl gives it
    assert len(sealed) == 19 + 9 + 16


def test_opens_a_value_written_by_the_first_release() -> None:
    golden = bytes.fromhex(
        "01053230323562c8c9cacbcccdcecfd0d1d2d3503a229fabfdc9134049a1aefbb14e5f41f52ce8078daf5f75"
    )
    assert vault().decrypt(golden, identity="key:7") == b"ABCD-1234"


def test_does_not_open_in_another_row() -> None:
    sealed = vault().encrypt(b"ABCD-1234", identity="key:7")
    with pytest.raises(Tampered):
        vault().decrypt(sealed, identity="key:8")


def test_does_not_open_after_any_single_octet_changed() -> None:
    sealed = vault().encrypt(b"ABCD-1234", identity="key:7")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises((Tampered, UnknownKey)):
            vault().decrypt(bytes(altered), identity="key:7")


def test_does_not_open_when_cut_or_lengthened() -> None:
    sealed = vault().encrypt(b"ABCD-1234", identity="key:7")
    for damaged in [*(sealed[:end] for end in range(len(sealed))), sealed + b"\0"]:
        with pytest.raises(Tampered):
            vault().decrypt(damaged, identity="key:7")


def test_the_key_id_is_part_of_what_is_authenticated() -> None:
    one_key_two_names = Vault({"2025b": OLD_KEY}, {"a": FINGERPRINT_A})
    sealed = one_key_two_names.encrypt(b"ABCD-1234", identity="key:7")
    renamed = Vault({"2025c": OLD_KEY}, {"a": FINGERPRINT_A})
    with pytest.raises(Tampered):
        renamed.decrypt(sealed.replace(b"2025b", b"2025c"), identity="key:7")


@given(st.binary(max_size=200))
def test_anything_else_is_refused_not_crashed_on(value: bytes) -> None:
    with pytest.raises((Tampered, UnknownKey)):
        vault().decrypt(value, identity="key:7")


def test_old_values_open_after_rotation_and_ask_for_it() -> None:
    sealed = vault(newest="2025b").encrypt(b"ABCD-1234", identity="key:7")
    rotated = vault(newest="2026a")
    assert rotated.decrypt(sealed, identity="key:7") == b"ABCD-1234"
    assert rotated.needs_rotation(sealed)
    assert rotated.key_id(sealed) == "2025b"
    again = rotated.encrypt(rotated.decrypt(sealed, identity="key:7"), identity="key:7")
    assert not rotated.needs_rotation(again)
    assert rotated.key_id(again) == "2026a"


def test_a_dropped_key_is_named() -> None:
    sealed = vault(newest="2025b").encrypt(b"ABCD-1234", identity="key:7")
    without_old = Vault({"2026a": NEW_KEY}, {"a": FINGERPRINT_A})
    with pytest.raises(UnknownKey, match="2025b"):
        without_old.decrypt(sealed, identity="key:7")
    assert without_old.needs_rotation(sealed)


def test_a_value_without_a_header_has_no_key() -> None:
    with pytest.raises(Tampered):
        vault().key_id(b"\x02\x01aXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX")


def test_fingerprints_are_hmac_sha256_over_length_prefixed_parts() -> None:
    # openssl dgst -sha256 -mac HMAC over 00000005 "SKU-1" 00000008 "ABCD1234"
    assert {slot: mark.hex() for slot, mark in vault().fingerprints("ABCD1234", edition="SKU-1").items()} == {
        "a": "1c175ff9cd65ccef8fb713f0319464aa6186964834457e2965b962fbdb56e647",
        "b": "77aed8c06ec7e0975ca8358ee545ceeb16032812490aa40686e6e99f18a2de93",
    }


def test_many_get_the_fingerprints_that_each_would_get_alone() -> None:
    forms = ["ABCD1234", "ÄÖ", ""]
    alone = [vault().fingerprints(each, edition="SKU-1") for each in forms]
    assert vault().fingerprints_of_all(forms, edition="SKU-1") == {
        slot: [marks[slot] for marks in alone] for slot in ("a", "b")
    }


def test_only_configured_slots_are_filled_and_the_other_does_not_matter() -> None:
    alone = Vault({"2026a": NEW_KEY}, {"b": FINGERPRINT_B}).fingerprints("ABCD1234", edition="SKU-1")
    assert alone == {"b": vault().fingerprints("ABCD1234", edition="SKU-1")["b"]}


def test_one_code_in_two_editions_has_two_fingerprints() -> None:
    marks = vault().fingerprints("ABCD1234", edition="SKU-1")
    assert vault().fingerprints("ABCD1234", edition="SKU-2")["a"] != marks["a"]
    assert vault().fingerprints("1ABCD1234", edition="SKU-")["a"] != marks["a"]


@pytest.mark.parametrize(
    ("encryption", "fingerprint", "reason"),
    [
        ({}, {"a": FINGERPRINT_A}, "at least one"),
        ({"k": OLD_KEY}, {}, "at least one"),
        ({"K": OLD_KEY}, {"a": FINGERPRINT_A}, "a-z and 0-9"),
        ({"": OLD_KEY}, {"a": FINGERPRINT_A}, "a-z and 0-9"),
        ({"k" * 17: OLD_KEY}, {"a": FINGERPRINT_A}, "a-z and 0-9"),
        ({"k": OLD_KEY[:16]}, {"a": FINGERPRINT_A}, "32 octets"),
        ({"k": OLD_KEY}, {"a": FINGERPRINT_A + b"x"}, "32 octets"),
        ({"k": OLD_KEY}, {"c": FINGERPRINT_A}, "slots"),
        ({"k": OLD_KEY}, {"a": OLD_KEY}, "two places"),
        ({"k": OLD_KEY}, {"a": FINGERPRINT_A, "b": FINGERPRINT_A}, "two places"),
    ],
)
def test_a_vault_refuses_keys_that_do_not_fit(
    encryption: dict[str, bytes], fingerprint: dict[str, bytes], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Vault(encryption, fingerprint)


def test_says_nothing_about_its_keys_when_printed() -> None:
    assert OLD_KEY.hex() not in repr(vault())
    assert repr(OLD_KEY) not in repr(vault())


def test_reads_keys_from_the_environment_in_their_order() -> None:
    other = RANDOM_KEY[::-1]
    keys = parse_keys(f"2026a:{written(RANDOM_KEY)} ,\n 2025b:{base64.urlsafe_b64encode(other).decode()}")
    assert list(keys.items()) == [("2026a", RANDOM_KEY), ("2025b", other)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "entry 1"),
        (written(RANDOM_KEY), "entry 1"),
        (f"2026A:{written(RANDOM_KEY)}", "entry 1"),
        (f":{written(RANDOM_KEY)}", "entry 1"),
        (f"{'k' * 17}:{written(RANDOM_KEY)}", "entry 1"),
        (f"k:{written(RANDOM_KEY)},", "entry 2"),
        (f"k:{written(RANDOM_KEY)},k:{written(RANDOM_KEY[::-1])}", "'k' is there twice"),
        ("k:", "0 octets"),
        ("k:not base64", "'k' is not valid base64"),
        (f"k:{written(RANDOM_KEY)[:-1]}", "'k' is not valid base64"),
        ("k:\u00e9\u00e9\u00e9\u00e9", "'k' is not valid base64"),
        (f"k:{written(RANDOM_KEY[:16])}", "16 octets long, it must be 32"),
        (f"k:{written(RANDOM_KEY + b'x')}", "33 octets long"),
        (f"k:{written(bytes(32))}", "not random"),
        (f"k:{written(bytes([255]) * 32)}", "not random"),
        (f"k:{written(RANDOM_KEY[:8] * 4)}", "not random"),
        (f"k:{written(RANDOM_KEY[:16] * 2)}", "not random"),
        (f"k:{written(bytes(range(32)))}", "not random"),
        (f"k:{written(bytes(range(0, 224, 7)))}", "not random"),
        (f"k:{written(b'correct horse battery staple 123')}", "not random"),
    ],
)
def test_refuses_keys_that_are_wrong_or_weak(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_keys(text)


@pytest.mark.parametrize(
    "text",
    [written(RANDOM_KEY), f"k:{written(RANDOM_KEY)}x", f"k:{written(RANDOM_KEY)}{written(RANDOM_KEY)}"],
)
def test_never_repeats_the_key_in_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"entry 1|'k'") as caught:
        parse_keys(text)
    assert written(RANDOM_KEY)[:12] not in str(caught.value)


@given(st.integers())
def test_takes_keys_that_look_random(seed: int) -> None:
    key = hashlib.sha256(str(seed).encode()).digest()
    assert parse_keys(f"k:{written(key)}") == {"k": key}
