"""Mails that come back, after the RFCs and in the shapes of the mail servers in use; every name in them is invented."""

from dataclasses import dataclass
from textwrap import dedent

from recovery.mail.bounces import return_path
from recovery.models import Message
from tests.kit.smtp import Received

NO_SUCH_USER = "smtp; 550 5.1.1 <anna@example.com>: no mailbox here by that name"


def mail(*parts: str) -> bytes:
    """Heads and bodies, dedented each and joined as they are, with the line ends of the wire."""
    return "".join(dedent(part).lstrip("\n") for part in parts).replace("\n", "\r\n").encode()


def report(head: str, *parts: str, boundary: str = "frontier-7") -> bytes:
    """A multipart whose parts are given whole; `head` ends before the empty line."""
    fenced = "".join(f"\n--{boundary}\n{dedent(part).strip()}\n" for part in parts)
    return mail(head, fenced, f"\n--{boundary}--\n")


def nested(kind: str, part: str) -> str:
    """One part that is a multipart itself."""
    return f'Content-Type: multipart/{kind}; boundary="inner"\n\n--inner\n{part}\n\n--inner--'


RETURNED = """
    Content-Type: message/rfc822

    From: "Example Video Tools" <keys@vendor.example>
    To: anna@example.com
    Subject: Your link
    Content-Type: text/plain

    Hello.
    """


@dataclass(frozen=True)
class Bounce:
    """One delivery report; `to` is the envelope recipient that it came back to."""

    to: str
    address: str = "anna@example.com"
    action: str = "failed"
    status: str = "5.1.1"
    diagnostic: str = NO_SUCH_USER

    def head(self, sender: str, *lines: str) -> str:
        return "\n".join(
            [
                "Return-Path: <>",
                f"X-Original-To: {self.to}",
                f"From: {sender}",
                f"To: {self.to}",
                *lines,
                "MIME-Version: 1.0",
                'Content-Type: multipart/report; report-type=delivery-status; boundary="frontier-7"',
                "",
            ]
        )

    def fields(self, *before: str) -> str:
        diagnostic = [f"Diagnostic-Code: {self.diagnostic}"] if self.diagnostic else []
        return "\n".join(
            [
                *before,
                f"Final-Recipient: rfc822; {self.address}",
                f"Action: {self.action}",
                f"Status: {self.status}",
                *diagnostic,
            ]
        )

    def status_part(self, *before: str, about_mail: str = "Reporting-MTA: dns; mx.example.net") -> str:
        return f"Content-Type: message/delivery-status\n\n{about_mail}\n\n{self.fields(*before)}\n"

    def postfix(self) -> bytes:
        words = "Content-Description: Notification\nContent-Type: text/plain\n\nYour mail did not arrive."
        about = (
            "Reporting-MTA: dns; out.vendor.example\nX-Postfix-Queue-ID: 4F1A9C22\n"
            "Arrival-Date: Mon, 4 May 2026 10:00:00 +0000"
        )
        return report(
            self.head(
                "MAILER-DAEMON@out.vendor.example (Mail Delivery System)", "Auto-Submitted: auto-replied"
            ),
            words,
            self.status_part(f"Original-Recipient: rfc822;{self.address}", about_mail=about),
            RETURNED,
        )

    def exim(self) -> bytes:
        """Says 5.0.0 of everything; the receiving server's own status stands in the diagnostic only."""
        general = Bounce(self.to, self.address, self.action, "5.0.0", self.diagnostic)
        return report(
            self.head(
                "Mail Delivery System <Mailer-Daemon@out.vendor.example>",
                f"X-Failed-Recipients: {self.address}",
            ),
            "Content-type: text/plain; charset=us-ascii\n\nA message that you sent has not arrived.",
            general.status_part("Remote-MTA: dns; mx.example.com"),
            RETURNED,
        )

    def exchange(self) -> bytes:
        """HTML for the reader, folded diagnostics, a comment of its own in the head."""
        folded = self.diagnostic.replace("; ", ";\n ", 1)
        odd = Bounce(self.to, self.address, self.action, self.status, folded)
        return report(
            self.head(
                "<postmaster@tenant.example>", "X-MS-Exchange-Message-Is-Ndr:", "Content-Language: en-GB"
            ),
            nested("alternative", "Content-Type: text/html\n\n<p>No.</p>"),
            odd.status_part(
                "Original-Recipient: rfc822;" + self.address, "Remote-MTA: dns;mail.tenant.example"
            ),
            RETURNED,
        )

    def gmail(self) -> bytes:
        """A picture beside the words, nested related parts, dates after the status."""
        return report(
            self.head("Mail Delivery Subsystem <mailer-daemon@mail.example>", "Auto-Submitted: auto-replied"),
            nested("related", "Content-Type: text/plain\n\nAddress not found."),
            self.status_part() + "Last-Attempt-Date: Mon, 04 May 2026 10:00:01 -0700 (PDT)",
            RETURNED,
        )

    def sendmail(self) -> bytes:
        """Comments behind the status, the returned mail as head only."""
        return report(
            self.head(
                "Mail Delivery Subsystem <MAILER-DAEMON@relay.example>",
                "Auto-Submitted: auto-generated (failure)",
            ),
            "The original message was received and could not be passed on.",
            self.status_part("X-Actual-Recipient: rfc822; " + self.address).replace(
                f"Status: {self.status}", f"Status: {self.status} (said the other side)"
            ),
            "Content-Type: text/rfc822-headers\n\nSubject: Your link",
        )

    def cloud(self) -> bytes:
        """As large senders do on behalf of others: encoded parts, upper case."""
        return report(
            self.head("MAILER-DAEMON@sender.example").replace("report-type=", "Report-Type="),
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
            "\nAn error =E2=80=93 sorry.",
            self.status_part()
            .replace("Action: failed", "ACTION: Failed")
            .replace("Final-Recipient", "Final-recipient"),
            RETURNED,
        )


SHAPES = ("postfix", "exim", "exchange", "gmail", "sendmail", "cloud")


def bounce_of(message: Message, **said: str) -> Bounce:
    """A bounce of that mail, to the return path it went out with."""
    return Bounce(to=return_path(message), **said)


def bounce_of_received(received: Received, **said: str) -> Bounce:
    """A bounce as the receiving server would make it, of what it was handed over."""
    return Bounce(to=received.mail_from, address=received.rcpt_to[0], **said)


def qmail(to: str, *, address: str = "anna@example.com") -> bytes:
    """In words only, without a delivery report."""
    return mail(
        f"""
        Return-Path: <>
        Delivered-To: {to}
        From: MAILER-DAEMON@relay.example
        To: {to}
        Subject: failure notice

        """,
        f"""
        This is the mail program at relay.example. Delivery failed for good.

        <{address}>:
        No mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        """,
    )


def old_exim(to: str, *, address: str = "anna@example.com") -> bytes:
    """In words only, with a header of its own."""
    return mail(
        f"""
        Return-path: <>
        X-Failed-Recipients: {address}
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@relay.example>
        To: {to}
        Subject: Mail delivery failed

        A message that you sent has not arrived at:

          {address}
            Unrouteable address
        """
    )


def holiday(to: str) -> bytes:
    return mail(
        f"""
        Return-Path: <>
        Auto-Submitted: auto-replied (vacation)
        From: anna@example.com
        To: {to}
        Subject: Away until Monday

        I read mail again on Monday.
        """
    )


def complaint(to: str, *, kind: str = "abuse") -> bytes:
    """A reader pressed "this is spam" (RFC 5965)."""
    head = f"""
        From: <feedback@mail.example>
        To: {to}
        Subject: A complaint
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="frontier-7"
        """
    return report(
        dedent(head),
        "Content-Type: text/plain\n\nThis is a report about a mail of yours.",
        f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Example/1\n"
        f"Version: 1\nOriginal-Mail-From: <{to}>",
        RETURNED,
    )
