"""Odd types of a body, as hostile clients send them, on the whole WSGI application."""

import io
from http import HTTPStatus
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler

from config.content_type import PlainContentType

TOKEN = "a" * 32  # what a browser's cookie and form would hold
FIELD = '--xx\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
FORM = f"{FIELD.format('csrfmiddlewaretoken', TOKEN)}{FIELD.format('email', 'ada@example.org')}--xx--\r\n".encode()


def status_of(content_type: str, *, method: str = "POST", body: bytes = FORM) -> int:
    """The status that the application answers such a request with."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/",
        "SERVER_NAME": "recover.example.com",
        "SERVER_PORT": "443",
        "HTTP_HOST": "recover.example.com",
        "HTTP_ORIGIN": "https://recover.example.com",
        "HTTP_COOKIE": f"__Host-csrftoken={TOKEN}",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "https",
    }
    said: list[str] = []
    answer = PlainContentType(WSGIHandler())(environ, lambda status, headers: said.append(status))
    b"".join(answer)
    return int(said[0].partition(" ")[0])


@pytest.mark.parametrize(
    "codec", ["rot13", "base64", "hex", "zlib", "idna", "undefined", "UTF-16", '"utf-7"']
)
@pytest.mark.django_db
def test_refuses_forms_in_a_codec_that_is_no_plain_text(codec: str) -> None:
    assert status_of(f"multipart/form-data; boundary=xx; charset={codec}") == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("parameter", ["a*=nowhere'en'x", "boundary*=idna'en'%ff", "a*0*=rot13'en'x"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.django_db
def test_an_encoded_parameter_breaks_nothing(parameter: str, method: str) -> None:
    status = status_of(f"application/x-www-form-urlencoded; {parameter}", method=method)

    assert status == (HTTPStatus.OK if method == "GET" else HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8", '; charset="UTF-8"'])
@pytest.mark.django_db(transaction=True)  # a real handler closes its connection
def test_takes_forms_as_browsers_send_them(charset: str) -> None:
    assert status_of(f"multipart/form-data; boundary=xx{charset}") == HTTPStatus.SEE_OTHER
