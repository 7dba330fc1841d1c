"""licensing/addresses.py: threats.md rows 15 to 19."""

import string
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from licensing.addresses import (
    _OUTER_SPACE,
    MESSAGES,
    AddressError,
    _step_by_step,
    canonical,
    for_limits,
    network_of,
    reader_of,
    wider_network_of,
)


def refusal(text: str, *, smtputf8: bool = False) -> str:
    with pytest.raises(AddressError) as caught:
        canonical(text, smtputf8=smtputf8)
    assert caught.value.message == MESSAGES[caught.value.code] == str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ann@example.com", "ann@example.com"),
        ("ANN.Lee@Example.COM", "ann.lee@example.com"),
        ("Ann+Shop@example.com", "ann+shop@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
        ("!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"),
        ("a@b.co", "a@b.co"),
        ("a@3com.example", "a@3com.example"),
        ("a@x--y.example", "a@x--y.example"),
    ],
)
def test_folds_only_a_to_z_and_leaves_plus_and_dots(typed: str, expected: str) -> None:
    assert canonical(typed) == expected


@pytest.mark.parametrize(
    "space", [" ", "\t", "\r\n", "\n", "\f", "\v", "\u00a0", "\u2003", "\u202f", "\u3000"]
)
def test_trims_outer_white_space(space: str) -> None:
    assert canonical(f"{space}Ann@example.com{space}") == "ann@example.com"


@pytest.mark.parametrize("text", ["", " ", "\t\r\n", "\u00a0\u3000"])
def test_refuses_nothing_at_all(text: str) -> None:
    assert refusal(text) == "empty"


@pytest.mark.parametrize("text", ["ann", "example.com", "ann(at)example.com", "ann\uff20example.com"])
def test_refuses_text_without_an_at_sign(text: str) -> None:
    assert refusal(text) == "no_at"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co,c@d.co",
        "a@b.co;c@d.co",
        "a@b.co c@d.co",
        "a@b.co, ",
        "a@@b.co",
        "a@b@c.co",
        "a@b.co\u3001c@d.co",
        "a@b.co\uff0cc@d.co",
        '"a@b"@c.co,d@e.co',
    ],
)
def test_refuses_several_addresses(text: str) -> None:
    assert refusal(text) == "several"


@pytest.mark.parametrize(
    "text", ['"ann"@example.com', '"ann@home"@example.com', '"a,b"@example.com', 'ann"@b.co']
)
def test_refuses_quoted_local_parts_and_says_so(text: str) -> None:
    assert refusal(text) == "quoted"


@pytest.mark.parametrize("text", ["Ann <ann@example.com>", '"Ann" <ann@example.com>', "<ann@example.com>"])
def test_asks_for_the_address_without_the_name(text: str) -> None:
    assert refusal(text) == "name_included"


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co\r\nBcc: x@y.co",
        "a\r@b.co",
        "a\n@b.co",
        "a@b\n.co",
        "a\x00@b.co",
        "a@b.co\x00",
        "\x00a@b.co",
        "a\tb@c.co",
        "a\x1fb@c.co",
        "a\x7f@b.co",
        "a@b.co\x85",
        "a\u2028@b.co",
        "a@b.co\u2028",
        "a\u2029@b.co",
    ],
)
def test_refuses_line_breaks_and_control_characters(text: str) -> None:
    assert refusal(text) == "control"


@pytest.mark.parametrize(
    "unseen",
    list("\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufeff\u00ad\U000e0041")  # format characters
    + list("\u034f\u115f\u180b\u2800\u3164\ufe0f\uffa0\U000e0100"),  # letters and marks that show nothing
)
@pytest.mark.parametrize("shape", ["{}a@b.co", "a{}a@b.co", "a@b{}b.co", "a@b.co{}"])
@pytest.mark.parametrize("smtputf8", [False, True])
def test_refuses_characters_that_cannot_be_seen(unseen: str, shape: str, smtputf8: bool) -> None:
    assert refusal(shape.format(unseen), smtputf8=smtputf8) == "invisible"


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2009", "\u3000"])
@pytest.mark.parametrize("shape", ["a{}a@b.co", "a@b{}b.co", "a{}@b.co", "a@{}b.co"])
def test_refuses_a_space_inside(space: str, shape: str) -> None:
    assert refusal(shape.format(space)) == "space"


@given(
    st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Zs"]), min_size=1),
    st.sampled_from(["a{}a@b.co", "a@b{}b.co", "a{}@b.co", "a@{}b.co"]),
    st.booleans(),
)
def test_refuses_every_control_format_and_separator_character_inside(
    unseen: str, shape: str, smtputf8: bool
) -> None:
    assert refusal(shape.format(unseen), smtputf8=smtputf8) in {"control", "invisible", "space"}


@pytest.mark.parametrize(
    "text",
    [
        "@b.co",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.co",
        "a(b)@c.co",
        "a:b@c.co",
        "mailto:a@b.co",
        "a\\b@c.co",
        "[a]@b.co",
    ],
)
def test_refuses_a_broken_local_part(text: str) -> None:
    assert refusal(text) == "bad_local"


def test_counts_64_octets_before_the_at_sign() -> None:
    assert canonical("a" * 64 + "@b.co") == "a" * 64 + "@b.co"
    assert refusal("a" * 65 + "@b.co") == "too_long"


def test_counts_254_octets_altogether() -> None:
    longest = "a" * 64 + "@" + ".".join(["d" * 63, "d" * 63, "d" * 58, "co"])
    assert len(longest) == 254
    assert canonical(longest) == longest
    assert refusal(longest.replace(".co", "d.co")) == "too_long"


def test_counts_the_length_of_the_punycode_not_of_what_was_typed() -> None:
    domain = ".".join(["b\u00fccher" * 7] * 4)
    assert canonical(f"a@{domain}.example").endswith(".example")
    typed = "a" * 64 + f"@{domain}.example"
    assert len(typed) < 254
    assert refusal(typed) == "too_long"


def test_refuses_ten_kilobytes_of_text() -> None:
    assert refusal("a" * 10_240) == "too_long"
    assert refusal("\u00fc" * 10_240) == "too_long"


@pytest.mark.parametrize(
    "text",
    [
        "\u0131nfo@example.com",  # dotless i: Django once matched it with i (CVE-2019-19844)
        "\u212aate@example.com",  # Kelvin sign
        "mi\u017fe@example.com",  # long s
        "\u0430nn@example.com",  # Cyrillic a
        "\uff41nn@example.com",  # full-width a
        "jos\u00e9@example.com",
        "jose\u0301@example.com",
    ],
)
def test_refuses_a_local_part_beyond_ascii(text: str) -> None:
    assert refusal(text) == "local_non_ascii"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("jos\u00e9@example.com", "jos\u00e9@example.com"),
        ("JOS\u00c9@Example.com", "jos\u00c9@example.com"),
        ("\u0131nfo@example.com", "\u0131nfo@example.com"),
        ("\u0130nfo@example.com", "\u0130nfo@example.com"),
        ("mi\u017fe@example.com", "mi\u017fe@example.com"),
        ("\u7530\u4e2d@\u4f8b\u3048.jp", "\u7530\u4e2d@xn--r8jz45g.jp"),
    ],
)
def test_keeps_other_letters_unfolded_when_the_server_offers_smtputf8(typed: str, expected: str) -> None:
    assert canonical(typed, smtputf8=True) == expected


@pytest.mark.parametrize("text", ["jose\u0301@example.com", "\u212aate@example.com", "\u2126@example.com"])
def test_refuses_what_nfc_would_change(text: str) -> None:
    assert refusal(text, smtputf8=True) == "not_normalised"


@pytest.mark.parametrize("text", ["a\ue000@b.co", "a\ud800@b.co", "a\u0378@b.co"])
def test_refuses_private_half_and_unassigned_characters(text: str) -> None:
    assert refusal(text, smtputf8=True) == "bad_local"


def test_counts_octets_of_a_utf8_local_part() -> None:
    assert canonical("\u00e9" * 32 + "@b.co", smtputf8=True) == "\u00e9" * 32 + "@b.co"
    assert refusal("\u00e9" * 33 + "@b.co", smtputf8=True) == "too_long"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
        ("a@B\u00dcCHER.example", "a@xn--bcher-kva.example"),
        ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("A@XN--Bcher-KVA.Example", "a@xn--bcher-kva.example"),
        ("a@stra\u00dfe.example", "a@xn--strae-oqa.example"),
        ("a@strasse.example", "a@strasse.example"),
        ("a@\u212aate.example", "a@kate.example"),
        ("a@\uff45xample.com", "a@example.com"),
        ("a@example\u3002com", "a@example.com"),
        ("a@example\uff0ecom", "a@example.com"),
        ("a@example\uff61com", "a@example.com"),
        ("a@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "a@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_writes_domains_in_punycode(typed: str, expected: str) -> None:
    assert canonical(typed) == expected


def test_sharp_s_is_not_ss() -> None:
    assert canonical("a@fa\u00df.example") != canonical("a@fass.example")


@pytest.mark.parametrize(
    "text",
    [
        "a@",
        "a@localhost",
        "a@.com",
        "a@b..co",
        "a@-b.co",
        "a@b-.co",
        "a@b_c.co",
        "a@ab--c.co",
        "a@b.co:25",
        "a@b/c.co",
        "a@" + "b" * 64 + ".co",
        "a@1.2.3.4",
        "a@127.0.0.0x1",
        "a@example.123",
        "a@\u2488com",  # a digit with its dot in one character
        "a@exam\uff20ple.com",
        "a@\u0301b.co",
        "a@a\ud800.co",
        "a@\U0001f4a9.example",
    ],
)
def test_refuses_a_broken_domain(text: str) -> None:
    assert refusal(text) == "bad_domain"


@pytest.mark.parametrize(
    "label",
    [
        "xn--",
        "xn--a",
        "xn---bbk",  # another spelling of xn--bbk
        "xn--strasse-",
        "xn--abc-",
        "xn--bcher-kva-",
        "xn--zzzzzzzzzz99999",
        "xn--ls8h",  # a pile of poo: IDNA 2003 only
    ],
)
@pytest.mark.parametrize("shape", ["a@{}.example", "a@www.{}.example", "a@example.{}"])
def test_refuses_punycode_that_does_not_come_back_the_same(label: str, shape: str) -> None:
    assert refusal(shape.format(label)) == "bad_domain"
    assert refusal(shape.format(label.upper())) == "bad_domain"


@pytest.mark.parametrize("text", ["a@[1.2.3.4]", "a@[IPv6:2001:db8::1]", "a@[example.com]"])
def test_refuses_address_literals(text: str) -> None:
    assert refusal(text) == "literal"


@pytest.mark.parametrize("text", ["a@example.com.", "a@example.com\u3002", "a@b\u00fccher.example."])
def test_refuses_a_trailing_dot(text: str) -> None:
    assert refusal(text) == "trailing_dot"


_NEAR_PLAIN = st.text(string.ascii_letters + string.digits + ".-+_@!", max_size=30)
_LABEL = st.text("abXZ019-", min_size=1, max_size=8) | st.sampled_from(
    ["xn--bcher-kva", "XN--BCHER-KVA", "xn---bbk", "ab--c", "d" * 63, "d" * 64]
)
_ADDRESSES = st.builds(
    lambda local, labels: f"{local}@{'.'.join(labels)}",
    st.text("aZ0.+_-", max_size=6) | st.sampled_from(["a" * 64, "a" * 65]),
    st.lists(_LABEL, max_size=5),
)


def outcome(text: str, *, smtputf8: bool = False) -> str:
    try:
        return canonical(text, smtputf8=smtputf8)
    except AddressError as error:
        return error.code


def slow_outcome(text: str) -> str:
    try:
        return _step_by_step(text.strip(_OUTER_SPACE), smtputf8=False)
    except AddressError as error:
        return error.code


@given(_ADDRESSES | _NEAR_PLAIN | st.text(max_size=20) | st.emails())
@example("a@b.c-")
@example("a@b.1c")
@example("a@b.co\n")
@example("a" * 64 + "@" + ".".join(["d" * 63, "d" * 63, "d" * 59, "co"]))
def test_the_fast_road_and_the_slow_road_agree(text: str) -> None:
    assert outcome(text) == slow_outcome(text)


@given(_ADDRESSES | st.emails() | st.text(max_size=20).map(lambda text: f"a{text}@b{text}.co"), st.booleans())
def test_a_canonical_form_is_its_own_canonical_form(text: str, smtputf8: bool) -> None:
    try:
        once = canonical(text, smtputf8=smtputf8)
    except AddressError:
        return
    assert canonical(once, smtputf8=smtputf8) == once
    assert once == once.strip()
    assert once.count("@") == 1
    assert once.partition("@")[2].isascii()
    assert len(once.encode()) <= 254


@given(st.text())
def test_never_fails_in_another_way(text: str) -> None:
    for smtputf8 in (False, True):
        result = outcome(text, smtputf8=smtputf8)
        assert result in MESSAGES or unicodedata.is_normalized("NFC", result)


def test_says_everything_in_whole_sentences_without_exclamation_marks() -> None:
    for message in MESSAGES.values():
        assert message.endswith(".")
        assert "!" not in message


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ann@example.com", "ann@example.com"),
        ("ann+shop@example.com", "ann@example.com"),
        ("a.n.n+x.y+z@example.com", "ann@example.com"),
        ("+@example.com", "+@example.com"),
        ("+shop@example.com", "+shop@example.com"),
        ("ann@mail.example.com", "ann@mail.example.com"),
    ],
)
def test_limits_count_plus_and_dot_variants_together(address: str, expected: str) -> None:
    assert for_limits(address) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Ann+shop@Example.com", "ann@example.com"),
        ("a.n.n@example.com", "a.n.n@example.com"),
        ("a.n.n+x@GoogleMail.com", "ann@gmail.com"),
        ("+shop@example.com", "+shop@example.com"),
        ("ann@b\u00fccher.example", "ann@xn--bcher-kva.example"),
        (" No Address ", "@no address"),
    ],
)
def test_one_reader_has_one_mark(address: str, expected: str) -> None:
    assert reader_of(address) == expected


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2ff:aaaa::1", "2001:db8:1:200::/56"),
        ("2001:db8:1:300::1", "2001:db8:1:300::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("::1", "::/56"),
    ],
)
def test_limits_count_networks_not_single_hosts(ip: str, expected: str) -> None:
    assert network_of(ip) == expected


@pytest.mark.parametrize(
    ("ip", "expected"),
    [
        ("203.0.113.7", "203.0.0.0/16"),
        ("::ffff:203.0.113.7", "203.0.0.0/16"),
        ("2001:db8:1:ff42::1", "2001:db8:1::/48"),
    ],
)
def test_limits_also_count_what_one_site_has(ip: str, expected: str) -> None:
    assert wider_network_of(ip) == expected


@pytest.mark.parametrize("ip", ["", "example.com", "203.0.113.0/24", "203.0.113.300", "1.2.3"])
def test_a_network_needs_an_ip_address(ip: str) -> None:
    with pytest.raises(ValueError, match="address"):
        network_of(ip)
