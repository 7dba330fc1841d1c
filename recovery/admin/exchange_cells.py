"""What the page of one exchange says: the rule and the policy as they were applied, and the chain of keys."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from licensing.console.cells import EMPTY, day, moment, page_of
from licensing.console.policy_words import in_words
from licensing.keys.code import mask
from licensing.models import KeyAssignment, RegistrationKey
from recovery.models import Exchange, ExchangeKind
from recovery.policy import Reason
from recovery.templatetags.move_words import REASONS

TERMS = ("offered", "per_period", "period", "cooldown", "window", "grace", "needs_approval")


def masked(key: RegistrationKey) -> str:
    return key.file_name or mask(key.tail)


@admin.display(description="what")
def what(exchange: Exchange) -> str:
    """`Clip Cutter 2: Windows to Mac`, or that its code leaked."""
    before, after = exchange.from_edition, exchange.to_edition
    title = f"{before.product.name} {before.version}".strip()
    if exchange.kind == ExchangeKind.LEAKED:
        return f"{title}: {before.get_platform_display()}, leaked code"
    return f"{title}: {before.get_platform_display()} to {after.get_platform_display()}"


@admin.display(description="rule")
def rule_words(exchange: Exchange) -> str:
    """The rule that decided, as the customer reads it, and who went beyond it."""
    rule = exchange.policy.get("rule", "")
    if exchange.kind == ExchangeKind.LEAKED:
        return "A leaked code is replaced by support, whatever the rules for moves say."
    if rule == Reason.WITHIN_POLICY:
        return "Within the rules."
    return f"{rule_of(rule)}{support_part(exchange, rule)}"


def support_part(exchange: Exchange, rule: str) -> str:
    """Approving is what the rule asks for where support looks at each move."""
    if not (exchange.by and exchange.completed_at):
        return ""
    return " Support approved it." if rule == Reason.NEEDS_APPROVAL else " Support went beyond it."


def rule_of(name: str) -> str:
    return next((str(words) for reason, words in REASONS.items() if reason == name), name or EMPTY)


@admin.display(description="rules as they were applied")
def policy_words(exchange: Exchange) -> str:
    """The product's rules at that moment, which may have changed since."""
    terms: dict[str, Any] = {name: exchange.policy[name] for name in TERMS if name in exchange.policy}
    return in_words(**terms) if len(terms) == len(TERMS) else EMPTY


@admin.display(description="written")
def conversation(exchange: Exchange) -> str:
    """What customer and support wrote to each other, the first first."""
    now = timezone.now()
    notes = (
        (
            each.get_author_display(),
            f" ({each.by})" if each.by else "",
            moment(each.created_at, now=now),
            each.text,
        )
        for each in exchange.notes.all()
    )
    items = format_html_join("", "<li><b>{}</b>{}, {}<p>{}</p></li>", notes)
    return format_html('<ul class="notes">{}</ul>', items) if items else EMPTY


@admin.display(description="all keys of the license")
def chain(exchange: Exchange) -> str:
    """Every key that served it, the first first; codes masked."""
    found = KeyAssignment.objects.filter(license=exchange.license_id).order_by("id")
    rows = found.select_related("key__edition__product").defer(
        "key__sealed", "key__fingerprint_a", "key__fingerprint_b"
    )
    items = format_html_join("", "<li>{}</li>", ((link_of(each),) for each in rows))
    return format_html('<ol class="chain">{}</ol>', items) if items else EMPTY


def link_of(assignment: KeyAssignment) -> str:
    ends = assignment.ends_at
    return format_html(
        '<a href="{}"><code>{}</code></a> {}, {}{}{}',
        page_of(assignment.key),
        masked(assignment.key),
        assignment.key.edition,
        format_html("{} – " if ends else "since {}", day(assignment.starts_at)),
        day(ends) if ends else "",
        f" ({assignment.end_reason})" if assignment.end_reason else "",
    )
