"""XML that shops send is read; XML that does anything else is refused."""

import pytest

from licensing.intake.record import RowRejected
from licensing.intake.shop import NotUnderstood
from licensing.intake.stores.xml_fields import MOST_DEPTH, MOST_ELEMENTS, Elements, document

LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><l>&a9;</l>"
)
QUADRATIC = f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><l>{"&a;" * 50_000}</l>'
BOMBS = {
    "billion laughs": LAUGHS.encode(),
    "billion laughs in UTF-16": LAUGHS.encode("utf-16"),
    "billion laughs after a byte order mark": b"\xef\xbb\xbf" + LAUGHS.encode(),
    "quadratic": QUADRATIC.encode(),
    "a file": b'<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l>&f;</l>',
    "another host": b'<!DOCTYPE l [<!ENTITY f SYSTEM "http://192.0.2.1/">]><l>&f;</l>',
    "parameter entity": b'<!DOCTYPE l [<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd"> %p;]><l/>',
    "external document type": b'<!DOCTYPE l SYSTEM "http://192.0.2.1/x.dtd"><l/>',
    "undeclared entity": b"<l>&a;</l>",
    "too deep": b"<a>" * (MOST_DEPTH + 1) + b"</a>" * (MOST_DEPTH + 1),
    "endlessly deep": b"<a>" * 300_000,
    "too many": b"<l>" + b"<a/>" * (MOST_ELEMENTS + 1) + b"</l>",
    "unknown charset": b'<?xml version="1.0" encoding="utf-7"?><l/>',
    "wrong charset": '<?xml version="1.0" encoding="utf-8"?><l>ä</l>'.encode("latin-1"),
    "NUL": b"<l>\0</l>",
    "half a surrogate": b"<l>\xed\xa0\x80</l>",
    "empty": b"",
    "two roots": b"<a/><b/>",
    "unclosed": b"<a><b></a>",
    "not XML": b"PURCHASE_ID=1",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_refuses_what_is_no_plain_document(bomb: bytes) -> None:
    with pytest.raises(NotUnderstood):
        document(bomb)


def test_reads_children_attributes_and_text() -> None:
    body = b'<n:a xmlns:n="urn:x" id="1">\n <b>1</b><b/><c k="v">t</c><d><e>&lt;&#228;</e></d>\n</n:a>'

    assert document(body) == {"a": {"@id": "1", "b": ["1", ""], "c": {"@k": "v", "": "t"}, "d": {"e": "<ä"}}}


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
def test_reads_the_charset_that_is_declared(charset: str) -> None:
    body = f"<?xml version='1.0' encoding='{charset.upper()}'?><a>Köln</a>".encode(charset)

    assert document(body) == {"a": "Köln"}


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_counts_first(charset: str) -> None:
    assert document("<a>Köln</a>".encode(charset)) == {"a": "Köln"}


def test_children_are_read_as_fields_are() -> None:
    root = Elements(document(b'<a><b k="v">1</b><c/><d><e>2</e></d><f><g/></f><f><g>3</g></f></a>')["a"])

    assert root.required("b") == "1"
    assert root.fields("c").values == {}
    assert root.fields("d").whole("e", high=9) == 2
    assert [child.text("g", 9) for child in root.each("f")] == ["", "3"]
    assert [child.text("e", 9) for child in root.each("d")] == ["2"]
    assert root.each("none") == []
    with pytest.raises(RowRejected):
        root.fields("b").required("x")
    with pytest.raises(RowRejected):
        root.required("f")
