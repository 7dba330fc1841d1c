"""The small words of mails, in the templates of their blocks; a language may have its own."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe

from licensing.holdings import Standing
from recovery.mail.wording.markup import Slot
from recovery.mail.wording.phrases import phrase

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context: Context, phrase_name: str, **facts: Any) -> str:
    """The phrase of that name with their facts; escaped where the template is HTML."""
    pieces = phrase(phrase_name, dict(context.get("phrases") or ()))
    if not context.autoescape:
        return "".join(str(facts[each.name]) if isinstance(each, Slot) else each for each in pieces)
    return mark_safe(  # noqa: S308 - each piece is escaped
        "".join(
            conditional_escape(facts[each.name]) if isinstance(each, Slot) else escape(each)
            for each in pieces
        )
    )


@register.simple_tag(takes_context=True)
def say_why(context: Context, standing: Standing) -> str:
    """Why a holding has no key."""
    return say(context, f"why_{standing}")


@register.filter
def apart(text: object) -> SafeString:
    """HTML: set apart from the writing around it, which may run the other way."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def bold(text: object) -> SafeString:
    return format_html("<b>{}</b>", text)
