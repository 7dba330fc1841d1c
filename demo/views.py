"""The mailbox page: in the demo the customer's mail program. The URLs exist in the demo only, which binds
127.0.0.1 and answers to no other Host.
"""

import functools
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from demo.mails import Mail, named, names, newest

MAILS_SHOWN = 100
FRAMING = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# A mail's HTML is styled inline, as mail programs need it; beyond that it may only open a link in a new tab.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none';"
    " form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
LINKS_OPEN_A_TAB = '<base target="_blank">'

MailView = Callable[..., HttpResponse]


def of_mail(view: MailView) -> MailView:
    """Gives the view the mail that the URL names, or answers 404."""

    @require_safe
    @functools.wraps(view)
    def wrapped(request: HttpRequest, name: str, **rest: object) -> HttpResponse:
        mail = named(name)
        if mail is None:
            raise Http404
        return view(request, mail, **rest)

    return wrapped


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    mails = list(newest(settings.MAILBOX_DIR, limit=MAILS_SHOWN))
    return render(request, "demo/mailbox.html", {"mails": mails, "shown": MAILS_SHOWN})


@require_safe
def newest_name(request: HttpRequest) -> HttpResponse:
    """What the list's script asks, to show a mail when it comes in."""
    return JsonResponse({"newest": next(iter(names(settings.MAILBOX_DIR)), "")})


@of_mail
def one_mail(request: HttpRequest, mail: Mail) -> HttpResponse:
    return framing(render(request, "demo/mail.html", {"mail": mail, "as_text": not mail.html}))


@of_mail
def mail_as_text(request: HttpRequest, mail: Mail) -> HttpResponse:
    return render(request, "demo/mail.html", {"mail": mail, "as_text": True})


@of_mail
def mail_html(request: HttpRequest, mail: Mail) -> HttpResponse:
    """The HTML body alone, for the frame."""
    html = mail.html.replace("<head>", f"<head>{LINKS_OPEN_A_TAB}", 1)
    if LINKS_OPEN_A_TAB not in html:
        html = LINKS_OPEN_A_TAB + html
    return HttpResponse(html, headers={"Content-Security-Policy": FRAMED, "X-Frame-Options": "SAMEORIGIN"})


@of_mail
def mail_source(request: HttpRequest, mail: Mail) -> HttpResponse:
    return HttpResponse(mail.raw, content_type="text/plain; charset=utf-8")


@of_mail
def mail_file(request: HttpRequest, mail: Mail, *, number: int) -> HttpResponse:
    if not 1 <= number <= len(mail.files):
        raise Http404
    file = mail.files[number - 1]
    disposition = content_disposition_header(as_attachment=True, filename=file.name) or "attachment"
    return HttpResponse(
        file.content, content_type=file.content_type, headers={"Content-Disposition": disposition}
    )


def framing(response: HttpResponse) -> HttpResponse:
    response.headers["Content-Security-Policy"] = FRAMING
    return response
