import json
import sys

import pytest

from dupdetect import Document, Relation, compare
from dupdetect.errors import EmptyDocumentError, ExtractionError, MissingExtraError, NoArticleError
from dupdetect.extract import read
from dupdetect.model import BlockKind

FRAGMENT = (
    "<p>Home</p><h2>By the river</h2><p>Share this: the <em>ferry</em> stays.</p><ul><li>one</li><li>two</li></ul>"
)


def kinds(article):
    return [(block.text, block.kind) for block in article.blocks]


def post(content, format, **known):
    return read(Document(id="wp:1:42", content=content, format=format, **known))


def test_every_block_of_a_fragment_is_the_articles():
    article = post(FRAGMENT, "fragment", title="Ferry", sections=("Main Blog",))
    assert [block.text for block in article.content] == [
        "Home", "By the river", "Share this: the ferry stays.", "one", "two",
    ]  # fmt: skip
    assert (article.title, article.sections) == ("Ferry", ("Main Blog",))


def test_gutenberg_is_a_fragment_with_comments():
    content = '<!-- wp:paragraph {"align":"left"} --><p>One.</p><!-- /wp:paragraph --><!-- wp:more --><!--more-->'
    assert [block.text for block in post(content, "gutenberg").content] == ["One."]


def test_editorjs_blocks_keep_their_kinds():
    saved = {
        "time": 1,
        "blocks": [
            {"type": "header", "data": {"text": "By the river", "level": 2}},
            {"type": "paragraph", "data": {"text": "The <b>ferry</b> stays &amp; runs."}},
            {"type": "list", "data": {"style": "unordered", "items": ["one", {"content": "two", "items": ["deep"]}]}},
            {"type": "quote", "data": {"text": "Never again", "caption": "The mayor"}},
            {"type": "code", "data": {"code": "if a < b: <p>"}},
            {"type": "table", "data": {"content": [["x", "y"]]}},
            {"type": "warning", "data": {"title": "Mind", "message": "the gap", "colour": "red"}},
            {"type": "delimiter", "data": {}},
        ],
    }
    article = post(json.dumps(saved), "editorjs")
    assert kinds(article) == [
        ("By the river", BlockKind.HEADING),
        ("The ferry stays & runs.", BlockKind.PARAGRAPH),
        ("one", BlockKind.LIST_ITEM),
        ("two", BlockKind.LIST_ITEM),
        ("deep", BlockKind.LIST_ITEM),
        ("Never again", BlockKind.QUOTE),
        ("The mayor", BlockKind.QUOTE),
        ("if a < b: <p>", BlockKind.PREFORMATTED),
        ("x", BlockKind.TABLE),
        ("y", BlockKind.TABLE),
        ("Mind", BlockKind.PARAGRAPH),
        ("the gap", BlockKind.PARAGRAPH),
    ]


MARKDOWN = "## By the river\n\nThe *ferry* stays at [the pier](https://x/).\n\n* one\n* two\n\n> Never again\n"


@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "Ferry: stays"\ndate: 2014-11-03\nauthor: Lorna Vickery\ncategories: [Main, News]\n'
        "canonicalUrl: https://x/ferry\nlang: en\nnoindex: true\ndraft: false\n---\n",
        '+++\ntitle = "Ferry: stays"\ndate = 2014-11-03\nauthors = ["Lorna Vickery"]\ncategories = ["Main", "News"]\n'
        'canonical_url = "https://x/ferry"\nlang = "en"\nnoindex = true\n[extra]\nx = 1\n+++\n',
        "Title: Ferry: stays\nDate: 2014-11-03\nAuthor: Lorna Vickery\nCategory: Main, News\n"
        "Canonical: https://x/ferry\nLang: en\nNoindex: true\n\n",
    ],
    ids=["yaml", "toml", "pelican"],
)
def test_front_matter_of_every_kind_is_data_and_no_text(front):
    article = post(front + MARKDOWN, "markdown")
    assert article.title == "Ferry: stays"
    assert str(article.published) == "2014-11-03"
    assert article.byline == ("Lorna Vickery",)
    assert article.sections == ("Main", "News")
    assert (article.canonical_url, article.language, article.noindex) == ("https://x/ferry", "en", True)
    assert [block.text for block in article.content] == [
        "By the river", "The ferry stays at the pier.", "one", "two", "Never again",
    ]  # fmt: skip
    assert article.content[-1].quote_depth == 1


def test_what_the_caller_knows_takes_precedence_over_front_matter():
    article = post("---\ntitle: Old\nsection: A\n---\nWords.", "markdown", title="New", sections=("B",))
    assert (article.title, article.sections) == ("New", ("B",))


def test_a_rule_and_a_colon_are_no_front_matter():
    for text in ("Words.\n\n---\n\nMore.", "Note: this is a sentence.\n\nMore."):
        assert post(text, "markdown").title is None
        assert "More." in post(text, "markdown").text


@pytest.mark.parametrize(
    ("content", "format", "says"),
    [
        ("---\na: [1\n---\nWords.", "markdown", "not YAML"),
        ("---\n- a\n---\nWords.", "markdown", "no list of keys"),
        ("+++\na = \n+++\nWords.", "markdown", "not TOML"),
        ("{}", "editorjs", "Editor.js"),
        ("[1]", "editorjs", "Editor.js"),
        ("nonsense", "editorjs", "Editor.js"),
        ('{"blocks": [{"type": "paragraph"}]}', "editorjs", "Editor.js"),
        ("[" * 100_000, "editorjs", "Editor.js"),
    ],
)
def test_content_that_is_not_of_its_format_is_an_error_that_names_the_document(content, format, says):
    with pytest.raises(ExtractionError, match=says) as caught:
        post(content, format)
    assert caught.value.document == "wp:1:42"


def test_empty_content_is_an_error():
    with pytest.raises(EmptyDocumentError):
        post(" \n", "fragment")
    with pytest.raises(NoArticleError):
        post("---\ntitle: x\n---\n", "markdown")
    with pytest.raises(NoArticleError):
        post('{"blocks": []}', "editorjs")


def test_a_missing_extra_names_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "markdown_it", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dupdetect\[markdown\]'"):
        post("Words.", "markdown")


def test_the_same_post_is_identical_whatever_editor_it_was_written_in():
    words = (
        "The council voted on Monday to keep the ferry running through the winter, come rain or snow, said the mayor."
    )
    markdown = post(f"---\ntitle: T\n---\n{words}\n\n* {words}", "markdown")
    fragment = post(f"<p>{words}</p><ul><li>{words}</li></ul>", "gutenberg")
    assert compare(markdown, fragment).relation is Relation.IDENTICAL
