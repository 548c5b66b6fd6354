from __future__ import annotations

import pytest

from dupdetect.errors import DocumentTooLargeError, EmptyDocumentError, NotTextError
from dupdetect.extract import Limits
from dupdetect.extract.decode import decode

RUSSIAN = "Город проснулся под снегом, и трамваи встали на каждой второй линии."


def test_utf8_without_any_declaration_needs_no_note() -> None:
    assert decode("<p>naïve café</p>".encode()) == ("<p>naïve café</p>", ())


def test_a_byte_order_mark_outranks_the_header() -> None:
    body = b"\xff\xfe" + "<p>Łódź</p>".encode("utf-16-le")
    assert decode(body, content_type="text/html; charset=iso-8859-1")[0] == "<p>Łódź</p>"


def test_the_header_outranks_the_meta_element() -> None:
    body = '<meta charset="iso-8859-1"><p>Łódź</p>'.encode("cp1250")
    assert "Łódź" in decode(body, content_type="text/html; charset=windows-1250")[0]


def test_a_meta_declaration_is_followed() -> None:
    body = f'<meta charset="windows-1251"><p>{RUSSIAN}</p>'.encode("cp1251")
    assert decode(body) == (body.decode("cp1251"), ())


def test_utf8_under_another_declared_name_is_read_as_utf8_and_said() -> None:
    text, notes = decode('<meta charset="iso-8859-1"><p>naïve café</p>'.encode())
    assert "naïve café" in text
    assert notes == ("declared cp1252, but the bytes are UTF-8",)


def test_a_wrongly_declared_utf8_page_is_guessed_from_its_language_and_said() -> None:
    body = f'<html lang="ru"><meta charset="utf-8"><p>{RUSSIAN}</p>'.encode("cp1251")
    text, notes = decode(body)
    assert RUSSIAN in text
    assert "guessed cp1251" in notes[0]


def test_undeclared_western_bytes_are_windows_1252_and_said() -> None:
    text, notes = decode("<p>naïve “café”</p>".encode("cp1252"))
    assert text == "<p>naïve “café”</p>"
    assert notes == ("no encoding declared; guessed windows-1252",)


def test_one_broken_byte_does_not_make_a_utf8_page_another_encoding() -> None:
    body = b'<meta charset="utf-8">' + ("й" * 200).encode() + b"\xff" + b"</p>"
    text, notes = decode(body)
    assert "й" * 200 in text
    assert "1 characters were not" in notes[0]


def test_an_unknown_declared_encoding_is_guessed() -> None:
    assert decode(b'<meta charset="x-nonsense"><p>plain</p>')[0].endswith("<p>plain</p>")


def test_nuls_and_lone_surrogates_do_not_reach_the_text() -> None:
    text, notes = decode("one\0two \ud800 three")
    assert text == "onetwo � three"
    assert notes == ("lone surrogates were replaced",)
    text.encode()


@pytest.mark.parametrize("empty", ["", b"", " \n\t ", b"\xef\xbb\xbf\n", "\ufeff"])
def test_an_empty_document_is_refused(empty: str | bytes) -> None:
    with pytest.raises(EmptyDocumentError):
        decode(empty)


@pytest.mark.parametrize(
    "binary",
    [
        b"%PDF-1.7\n...",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04....",
        b"\x1f\x8b\x08",
        bytes(range(256)) * 8,
        b"\0" * 5000 + b"x",
    ],
)
def test_a_binary_document_is_refused(binary: bytes) -> None:
    with pytest.raises(NotTextError):
        decode(binary)


def test_a_binary_document_decoded_by_its_caller_is_refused_too() -> None:
    with pytest.raises(NotTextError):
        decode((bytes(range(256)) * 8).decode("utf-8", "replace"))


def test_a_document_over_the_limit_is_refused_with_the_limit_named() -> None:
    with pytest.raises(DocumentTooLargeError, match=r"over the limit of 100; raise Limits\(size=…\)"):
        decode("x" * 101, limits=Limits(size=100))
