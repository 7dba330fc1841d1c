"""What may be done with an endpoint: each a small form, one call, and a plain sentence about the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms

from licensing.admin.endpoint_forms import Since, Told
from licensing.console.told_words import counted
from licensing.models import Endpoint
from licensing.outgoing import endpoints
from licensing.outgoing.replay import replay_failed


@dataclass(frozen=True)
class Done:
    """What to say of it; a new secret is shown once, on a page of its own."""

    words: str
    secret: str = ""


Act = Callable[[Endpoint, Any, str, datetime], Done]  # the form, and the login of who did it


@dataclass(frozen=True)
class Deed:
    """`before`: what the form begins with."""

    name: str
    title: str
    says: str
    act: Act
    make: type[forms.Form] = forms.Form
    before: dict[str, Any] = field(default_factory=dict)
    main: bool = False
    unfolds: str = ""

    def form(self, data: Any = None) -> forms.Form:
        """With the data that was sent, or as it stands now."""
        return self.make(data, auto_id=f"{self.name}-%s", initial=self.before)


def possible(endpoint: Endpoint, *, now: datetime) -> Iterator[Deed]:
    """What may be done with it as it stands."""
    if endpoint.enabled:
        yield Deed("test", "Send a test event", TEST, send_test, main=True, unfolds="Test event…")
        yield Deed("replay", "Tell again what it did not take", REPLAY, tell_again, Since)
    else:
        yield Deed("enable", "Switch it on", ENABLE, switch_on, main=True)
    yield Deed("change", "Change what it is told", CHANGE, change, Told, Told.before(endpoint))
    if endpoints.former_signs(endpoint, now=now):
        yield Deed("end-former", "End the former secret now", END_FORMER, end_former)
    else:
        yield Deed("rotate", "Make a new secret", ROTATE, rotate)
    if endpoint.enabled:
        yield Deed("disable", "Switch it off", DISABLE, switch_off)


TEST = "Sends the event endpoint.test, signed as every other. What becomes of it stands among the deliveries."
REPLAY = "Each event goes again under the id that it had: a system that took it already knows it by that."
ENABLE = (
    "It is told again from now on, first of what waited for it. What happened while it was off is not told."
)
CHANGE = "What waits goes to the new address, too. Events that it asked for until now and that wait are still told."
ROTATE = "It is shown once, on the next page. The present one signs beside it for 24 hours, then only the new one does."
END_FORMER = "Only the present secret signs from then on. Do it once your system knows that one."
DISABLE = "It is told nothing from now on; what waits is kept for when it is on again."


def send_test(endpoint: Endpoint, form: forms.Form, by: str, now: datetime) -> Done:
    endpoints.send_test(endpoint.pk, by=by)
    return Done("On its way. Look at the deliveries in a moment.")


def tell_again(endpoint: Endpoint, form: Since, by: str, now: datetime) -> Done:
    again = replay_failed(endpoint.pk, since=now - form.span, by=by)
    return Done(
        f"{counted(again, 'event')} will be told again." if again else "Nothing of that time was given up."
    )


def change(endpoint: Endpoint, form: Told, by: str, now: datetime) -> Done:
    endpoints.change(endpoint.pk, form.wanted, by=by)
    return Done("Changed.")


def rotate(endpoint: Endpoint, form: forms.Form, by: str, now: datetime) -> Done:
    return Done("Made.", secret=endpoints.rotate(endpoint.pk, by=by, now=now))


def end_former(endpoint: Endpoint, form: forms.Form, by: str, now: datetime) -> Done:
    endpoints.end_former(endpoint.pk, by=by)
    return Done("Ended. Only the present secret signs.")


def switch_on(endpoint: Endpoint, form: forms.Form, by: str, now: datetime) -> Done:
    endpoints.enable(endpoint.pk, by=by)
    return Done("It is on.")


def switch_off(endpoint: Endpoint, form: forms.Form, by: str, now: datetime) -> Done:
    endpoints.disable(endpoint.pk, by=by, now=now)
    return Done("It is off.")
