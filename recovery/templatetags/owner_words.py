"""How the console says what fits of a claim."""

from datetime import datetime

from django import template
from django.utils import timezone

from licensing.console.cells import moment, state
from licensing.keys.code import mask
from recovery.owners.compare import Fit

register = template.Library()

TONES = {Fit.YES: "good", Fit.PARTLY: "wait", Fit.NO: "bad", Fit.NOT_SAID: "off"}
SHOWN = 4  # of a code; the whole of it was typed to be compared, not to be read


@register.filter
def fit(value: Fit) -> str:
    """The word and its colour."""
    return state(value.value, TONES[value])


@register.filter
def tail_only(code: str) -> str:
    """A code that was typed, masked as codes on file are."""
    signs = "".join(sign for sign in code if sign.isalnum())
    return mask(signs[-SHOWN:]) if len(signs) > SHOWN else code


@register.filter
def ago(value: datetime) -> str:
    return moment(value, now=timezone.now())
