"""How tests ask, as a browser would."""

from recovery.journeys.request import ask
from recovery.models import RecoveryRequest
from recovery.tokens import new_browser_secret


def asked(email: str = "anna@example.com", *, ip: str = "192.0.2.1", browser: str = "") -> RecoveryRequest:
    return ask(typed=email, browser=browser or new_browser_secret(), ip=ip, language="en")
