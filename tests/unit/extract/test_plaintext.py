from __future__ import annotations

import pytest

from dupdetect.errors import EmptyDocumentError, NotTextError
from dupdetect.extract import read, read_text
from dupdetect.model import Block, BlockKind, Document


def test_blank_lines_part_paragraphs_and_line_ends_do_not() -> None:
    article = read_text("One\nline  of text.\r\n\r\nAnother.\n", id="a", title="T")
    assert article.blocks == (Block(text="One line of text."), Block(text="Another."))
    assert (article.id, article.title, article.text) == ("a", "T", "One line of text.\n\nAnother.")


def test_quoted_lines_carry_their_depth_and_lose_their_marks() -> None:
    blocks = read_text("I agree.\n> You said\n> this.\n>> And I that.\nYes.").blocks
    assert blocks == (
        Block(text="I agree."),
        Block(text="You said this.", kind=BlockKind.QUOTE, quote_depth=1),
        Block(text="And I that.", kind=BlockKind.QUOTE, quote_depth=2),
        Block(text="Yes."),
    )


def test_angle_brackets_in_plain_text_are_text() -> None:
    assert read_text("if a <b> c: <script>").text == "if a <b> c: <script>"


def test_bytes_are_decoded_and_a_guess_is_said() -> None:
    article = read_text("naïve".encode("cp1252"))
    assert article.text == "naïve"
    assert article.notes == ("no encoding declared; guessed windows-1252",)


def test_an_error_names_the_document() -> None:
    with pytest.raises(EmptyDocumentError, match="post-7: the document is empty"):
        read_text("  \n", id="post-7")
    with pytest.raises(NotTextError, match="post-8"):
        read(Document(id="post-8", content=b"%PDF-1.4", format="text"))
