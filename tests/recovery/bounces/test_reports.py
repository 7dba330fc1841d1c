import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.mail.reports import MOST_BYTES, Kind, Recipient, read_report, recipients_of
from recovery.mail.words import LONGEST_WORDS, without_addresses
from tests.recovery.bounces.corpus import SHAPES, Bounce, complaint, holiday, mail, old_exim, qmail

TO = "bounces+0-0@vendor.example"


def failure_in(raw: bytes) -> Recipient:
    failure = read_report(raw).failure
    assert failure is not None
    return failure


@pytest.mark.parametrize("shape", SHAPES)
class TestEveryServersShape:
    def test_says_who_is_dead_and_in_which_words(self, shape: str) -> None:
        failure = failure_in(getattr(Bounce(TO), shape)())
        assert failure.is_dead
        assert set(failure.addresses) == {"anna@example.com"}
        assert failure.words == "550 5.1.1 <(address)>: no mailbox here by that name"

    def test_says_who_is_full(self, shape: str) -> None:
        full = Bounce(TO, status="5.2.2", diagnostic="smtp; 552 5.2.2 over quota")
        assert not failure_in(getattr(full, shape)()).is_dead

    @pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "delivered"])
    def test_is_no_failure_unless_it_says_failed(self, shape: str, action: str) -> None:
        assert read_report(getattr(Bounce(TO, action=action, status="4.4.1"), shape)()).failure is None

    def test_is_read_with_bare_line_feeds_too(self, shape: str) -> None:
        assert failure_in(getattr(Bounce(TO), shape)().replace(b"\r\n", b"\n")).is_dead


class TestStatus:
    @pytest.mark.parametrize("status", ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"])
    def test_five_one_means_dead(self, status: str) -> None:
        assert failure_in(Bounce(TO, status=status).postfix()).is_dead

    @pytest.mark.parametrize(
        "status", ["5.0.0", "5.2.1", "5.2.2", "5.4.1", "5.4.4", "5.7.1", "4.1.1", "", "five"]
    )
    def test_nothing_else_does(self, status: str) -> None:
        assert not failure_in(Bounce(TO, status=status, diagnostic="").postfix()).is_dead

    @pytest.mark.parametrize("status", ["5.1.7", "5.1.8"])
    def test_a_fault_of_our_own_address_is_not_the_mailboxs(self, status: str) -> None:
        assert not failure_in(Bounce(TO, status=status).postfix()).is_dead

    @pytest.mark.parametrize("words", ["550 5.1.1 unknown", "550-5.1.1 unknown", "5.1.1 unknown"])
    def test_a_server_that_says_five_zero_is_asked_whom_it_quotes(self, words: str) -> None:
        assert failure_in(Bounce(TO, status="5.0.0", diagnostic=f"smtp; {words}").postfix()).is_dead

    @pytest.mark.parametrize(
        "diagnostic", ["smtp; 550 unknown, not a 5.1.1", "x-local; 5.1.1", "5.1.1", "smtp; 450 4.1.1"]
    )
    def test_but_only_where_an_smtp_server_said_it_first(self, diagnostic: str) -> None:
        assert not failure_in(Bounce(TO, status="5.0.0", diagnostic=diagnostic).postfix()).is_dead


class TestSeveralRecipients:
    def test_one_who_got_it_is_enough(self) -> None:
        two = Bounce(TO).postfix() + b""
        got = two.replace(
            b"\r\n\r\n--frontier-7\r\nContent-Type: message/rfc822", OTHER_RECIPIENT % b"delivered"
        )
        assert got != two
        assert read_report(got).failure is None

    def test_of_several_failures_the_one_that_says_least_counts(self) -> None:
        two = Bounce(TO).postfix()
        full = two.replace(b"\r\n--frontier-7\r\nContent-Type: message/rfc822", OTHER_RECIPIENT % b"failed")
        assert len(read_report(full).recipients) == 2
        assert not failure_in(full).is_dead


OTHER_RECIPIENT = (
    b"\r\n\r\nFinal-Recipient: rfc822; other@example.com\r\nAction: %b\r\nStatus: 5.2.2\r\n"
    b"\r\n--frontier-7\r\nContent-Type: message/rfc822"
)


class TestWhatIsNoDeliveryReport:
    def test_a_bounce_in_words_is_told_apart(self) -> None:
        for raw in (qmail(TO), old_exim(TO)):
            report = read_report(raw)
            assert (report.kind, report.failure) == (Kind.OTHER, None)
            assert "anna@example.com" in report.text

    def test_a_holiday_note_is_a_reply(self) -> None:
        assert read_report(holiday(TO)).kind is Kind.REPLY

    def test_a_report_inside_the_returned_mail_says_nothing(self) -> None:
        inner = Bounce(TO).postfix().decode()
        outer = mail(
            "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n", "Content-Type: message/rfc822\n\n"
        )
        assert read_report(outer + inner.encode() + b"\r\n--outer--\r\n").failure is None

    @pytest.mark.parametrize(
        ("kind", "meant"), [("abuse", Kind.COMPLAINT), ("Fraud", Kind.COMPLAINT), ("not-spam", Kind.REPLY)]
    )
    def test_only_complaints_are_complaints(self, kind: str, meant: Kind) -> None:
        assert read_report(complaint(TO, kind=kind)).kind is meant


class TestHostileMails:
    def test_a_thousandfold_nested_mail_is_no_report(self) -> None:
        nested = b"".join(
            b"Content-Type: multipart/report; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000)
        )
        assert read_report(nested).failure is None

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\0" * 1000,
            b"\xff\xfe" * 1000,
            b"Content-Type: multipart/report\r\n\r\n",
            b"Content-Type: multipart/report; boundary=\r\n\r\n--\r\n",
            b'Content-Type: multipart/report; boundary="\xc3\xa9\xff"\r\n\r\n--\xc3\xa9\xff\r\n',
            b"Content-Type: multipart/report; boundary*=nonsense''%ff\r\n\r\n--\xff\r\n",
            b"Content-Type: multipart/report" + b';a="\\"' * 100_000,
            b"X: " + b"a" * MOST_BYTES * 2,
            b"X: y\r\n" * 150_000 + b"\r\nbody",
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n=?!",
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin\r\n\xff",
            b"\xff: \xff\r\nTo: =?utf-8?b?////?=\r\n\r\n",
        ],
        ids=range(13),
    )
    def test_never_raise_and_never_accuse_anybody(self, raw: bytes) -> None:
        assert read_report(raw).failure is None
        assert all(isinstance(each, str) for each in recipients_of(raw))

    @given(cut=st.integers(0, 1500), put=st.binary(max_size=30), shape=st.sampled_from(SHAPES))
    def test_never_raise_wherever_a_real_one_is_damaged(self, cut: int, put: bytes, shape: str) -> None:
        raw = getattr(Bounce(TO), shape)()
        damaged = raw[:cut] + put + raw[cut + len(put) :]
        for each in read_report(damaged).recipients:
            assert "\0" not in each.words
        recipients_of(damaged)

    def test_a_part_in_an_unknown_character_set_is_read_as_far_as_it_goes(self) -> None:
        odd = (
            Bounce(TO)
            .postfix()
            .replace(b"message/delivery-status", b"message/delivery-status; charset=x-none")
        )
        assert failure_in(odd.replace(b"no mailbox", b"n\xff mailb\0x")).words.startswith(
            "550 5.1.1 <(address)>: n"
        )

    def test_what_lies_beyond_a_mebibyte_is_not_read(self) -> None:
        raw = Bounce(TO).postfix()
        padded = raw.replace(b"\r\nYour mail", b"\r\n" + b"x" * MOST_BYTES + b"Your mail")
        assert read_report(padded).failure is None


class TestWords:
    @pytest.mark.parametrize(
        "words",
        ["<anna@example.com>", "anna%40example.com", "to=anna@example.com,", "пётр@пример.example", "a@b"],
    )
    def test_carry_nobodys_address(self, words: str) -> None:
        assert "(address)" in without_addresses(words)
        assert not {"@", "%40", "anna"} & {
            part for part in ("@", "%40", "anna") if part in without_addresses(words)
        }

    def test_are_one_line_that_a_database_can_hold(self) -> None:
        assert without_addresses("no\r\n\tsuch\0\x1b[31m \u202euser\ud800") == "no such [31m user"

    def test_are_cut_without_leaving_half_an_address(self) -> None:
        cut = without_addresses(f"{'x' * 240}@example.com " * 7 + "anna" * 100 + "@example.com")
        assert len(cut) <= LONGEST_WORDS
        assert "anna" not in cut
