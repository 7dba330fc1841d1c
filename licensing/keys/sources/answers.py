"""What a generator's answer comes to: a key, a refusal, or nothing that can be used."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import new_key, new_key_file
from licensing.keys.sources.asking import JSON, Options
from licensing.keys.sources.fetch import Answer, BadAnswer
from licensing.models import Edition, RegistrationKey

REFUSALS: Final = (
    400,
    409,
    410,
    422,
)  # will be answered so again; 401, 403 and 404 go away when it is set up right
LONGEST_REASON: Final = 200
LONGEST_NAME: Final = 300
LONGEST_FILE_NAME: Final = 200

# A web server's error page, or a login. Not every "<": a license text may be XML.
_PAGE = re.compile(r"<\s*(!doctype\s+html|html|head|body|script|h1|br)\b", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_CHARSET = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "us-ascii": "utf-8",
}
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\:*?"<>|]')
_TYPE = re.compile("[!-~]+")


class Refused(Exception):
    """The generator will not make this key; the message says why as far as it did."""


@dataclass(frozen=True, slots=True)
class Made:
    """A key as it came: a text, or a file with its name."""

    content: bytes
    name: str = ""
    file_name: str = ""
    content_type: str = ""

    def key(self, edition: Edition) -> RegistrationKey:
        """Unsaved."""
        if not self.file_name:
            return new_key(edition=edition, code=self.content.decode(), registered_name=self.name)
        return new_key_file(
            edition=edition,
            content=self.content,
            file_name=self.file_name,
            content_type=self.content_type,
            registered_name=self.name,
        )


def made(options: Options, answer: Answer, *, form: str, name: str) -> Made:
    """The key in the answer, registered to `name` unless it says otherwise. Raises `Refused` or `BadAnswer`."""
    check_status(answer)
    if not answer.content.strip():
        raise BadAnswer("The answer was empty.")
    if options.protocol == JSON:
        return of_json(answer, form=form, name=name)
    if options.answer == "file":
        return of_file(options, answer, name=name)
    return Made(content=code_in(text_of(answer), form=form).encode(), name=name)


def check_status(answer: Answer) -> None:
    if answer.status in REFUSALS:
        raise Refused(f"The generator refused (HTTP {answer.status}).")
    if 300 <= answer.status < 400:
        raise BadAnswer("The generator redirected to another address, which is not followed.")
    if answer.status != 200:
        raise BadAnswer(f"The generator answered with HTTP {answer.status}.")


def text_of(answer: Answer) -> str:
    """In the charset that the answer names; otherwise UTF-8, or ISO-8859-1 where it is none. Raises `BadAnswer`."""
    named = answer.headers.get_content_charset()
    if named is not None and named not in _CHARSET:
        raise BadAnswer("The answer is neither UTF-8 nor ISO-8859-1.")
    try:
        return answer.content.decode(_CHARSET[named] if named else "utf-8")
    except UnicodeDecodeError as error:
        if named:
            raise BadAnswer("The answer is not in the encoding that it names.") from error
        return answer.content.decode("iso-8859-1")


def code_in(text: str, *, form: str) -> str:
    """The code without the white space around it. Raises `BadAnswer` for what can be none."""
    code = text.removeprefix("\ufeff").replace("\r\n", "\n").strip()
    if not code:
        raise BadAnswer("The answer was empty.")
    if _CONTROL.search(code):
        raise BadAnswer("The answer has control characters in it.")
    if _PAGE.search(code):
        raise BadAnswer("The answer was a web page, not a key.")
    try:
        normalise(code, form=form)
    except CodeError as problem:
        raise BadAnswer("The answer is no registration code.") from problem
    return code


def of_json(answer: Answer, *, form: str, name: str) -> Made:
    try:
        said = json.loads(answer.content.decode())
    except (ValueError, RecursionError) as error:
        raise BadAnswer("The answer is not JSON.") from error
    if not isinstance(said, dict):
        raise BadAnswer("The answer is not a JSON object.")
    if refusal := said.get("refused"):
        raise Refused(f"The generator refused: {reason_in(refusal)}")
    code, registered = said.get("code"), said.get("registered_name", name)
    if not isinstance(code, str) or not isinstance(registered, str):
        raise BadAnswer("The answer has no text “code”.")
    if len(registered) > LONGEST_NAME or _CONTROL.search(registered):
        raise BadAnswer("The registered name in the answer is too long or damaged.")
    return Made(content=code_in(code, form=form).encode(), name=registered)


def reason_in(refusal: object) -> str:
    return _CONTROL.sub("", " ".join(str(refusal).split()))[:LONGEST_REASON]


def of_file(options: Options, answer: Answer, *, name: str) -> Made:
    """A licence file, any octets; a page in its place is noticed."""
    content_type = answer.headers.get_content_type()
    if content_type == "text/html" or _PAGE.search(answer.content[:1000].decode("iso-8859-1")):
        raise BadAnswer("The answer was a web page, not a key.")
    named = _NOT_IN_A_NAME.sub("_", named_in(answer) or options.file_name).strip(" .")
    return Made(
        content=answer.content,
        name=name,
        file_name=named[:LONGEST_FILE_NAME] or "license.key",
        content_type=content_type[:100] if _TYPE.fullmatch(content_type) else "application/octet-stream",
    )


def named_in(answer: Answer) -> str:
    """What the answer calls its file; empty where that cannot be read: the header may name any of Python's codecs."""
    try:
        return answer.headers.get_filename() or ""
    except ValueError:
        return ""
