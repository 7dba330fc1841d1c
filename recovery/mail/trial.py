"""A text on trial: the mail as it would be, about made-up facts, to whoever wrote it and to nobody else."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth import get_user_model
from django.utils import translation

from recovery.mail.letter import Letter
from recovery.mail.render import Draft
from recovery.mail.render import written as composed
from recovery.mail.wording.examples import examples
from recovery.mail.wording.in_use import WordingsInUse, words_of
from recovery.mail.wording.kinds import KINDS
from recovery.models import Message


def written(message: Message) -> Letter:
    """To the address that the account has now. Raises LookupError where there is none any more."""
    row = message.wording
    person = get_user_model().objects.filter(pk=message.about, is_active=True, is_staff=True).first()
    if row is None or person is None or not person.email:
        raise LookupError(f"nobody to send test {message.pk} to")
    words = words_of(row, phrases=WordingsInUse.now().phrases(row.language))
    with translation.override(row.language):
        example = examples(KINDS[row.mail])[0]
        draft = Draft(row.mail, person.email, example.context, example.facts, message.created_at)
        letter = composed(draft, message, language=row.language, words=words)
    return replace(letter, template="test", subject=f"[Test] {letter.subject}")
