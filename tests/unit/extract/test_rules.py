"""The rules after the model, each on a page of its own."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dupdetect.errors import NoArticleError
from dupdetect.extract import extract, parse_published
from dupdetect.extract.boilerplate import decide, facts_of
from dupdetect.extract.byline import split_names
from dupdetect.extract.dates import written_dates
from dupdetect.extract.extractor import flattened
from dupdetect.extract.features import measure
from dupdetect.extract.limits import DEFAULT_LIMITS
from dupdetect.extract.metadata import read_metadata

BODY = [
    "The harbour froze on Tuesday night for the first time in eleven years, and by morning all boats stood still.",
    "Fishermen walked out to their nets across the ice, which the harbour master had told them at length not to do.",
    "He said that he would have gone with them himself if he had not been the harbour master, and then he went along.",
]


def _reasons(before: str = "", after: str = "", between: str = "") -> dict[str, str | None]:
    body = f"<p>{BODY[0]}</p>{between}<p>{BODY[1]}</p><p>{BODY[2]}</p>"
    page = f"""<html><head><title>Harbour freezes over | The Gazette</title></head><body>
<div class="text">{before}{body}{after}</div></body></html>"""
    article = extract(page)
    assert [block.text for block in article.content if block.text in BODY] == BODY
    return {block.text: block.reason for block in article.blocks}


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("<p>Harbour freezes over</p>", "", "Harbour freezes over"),
        ("<p>Harbour freezes over Ada Quill, 3 May 2021</p>", "", "Harbour freezes over Ada Quill, 3 May 2021"),
        ("<p>By Ada Quill</p>", "", "By Ada Quill"),
        ("<p>Published 3 May 2021, 10:30</p>", "", "Published 3 May 2021, 10:30"),
        ("<p>News | Sport | Culture | About</p>", "", "News | Sport | Culture | About"),
        ("", "<p>Printer friendly version</p>", "Printer friendly version"),
        ("", "<p>Ada Quill is a staff writer at the Gazette.</p>", "Ada Quill is a staff writer at the Gazette."),
        ("", "<p>More from The Gazette</p><p>Bins: the vote</p>", "Bins: the vote"),
        (
            "",
            '<div class="newsletter-signup"><p>Get the Gazette in your inbox.</p></div>',
            "Get the Gazette in your inbox.",
        ),
    ],
)
def test_what_stands_around_a_text_is_not_the_text(before: str, after: str, line: str) -> None:
    assert _reasons(before, after)[line]


def test_teasers_of_other_stories_are_dropped_and_a_single_ellipsis_is_not() -> None:
    teasers = '<ul><li><a href="/1">Bins</a><p>The council voted on bins on…</p></li>' * 1
    two = teasers + '<li><a href="/2">Rain</a><p>It rained on the fête and…</p></li></ul>'
    reasons = _reasons(after=two)
    assert reasons["The council voted on bins on…"]
    assert reasons["It rained on the fête and…"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-05-03", dt.date(2021, 5, 3)),
        ("3. Mai 2021", dt.date(2021, 5, 3)),
        ("le 3 mai 2021", dt.date(2021, 5, 3)),
        ("3 de mayo de 2021", dt.date(2021, 5, 3)),
        ("3 мая 2021", dt.date(2021, 5, 3)),
        ("2021年5月3日", dt.date(2021, 5, 3)),
        ("May 3rd, 2021", dt.date(2021, 5, 3)),
        ("03.05.2021", dt.date(2021, 5, 3)),
    ],
)
def test_a_written_date_is_read_in_many_languages(text: str, day: dt.date) -> None:
    assert [found.moment for found in written_dates(text)] == [day]


def test_a_date_with_slashes_is_american_only_where_said() -> None:
    assert [found.day for found in written_dates("3/4/2021")] == [dt.date(2021, 4, 3)]
    assert [found.day for found in written_dates("3/4/2021", month_first=True)] == [dt.date(2021, 3, 4)]
    assert [found.day for found in written_dates("12/31/2021")] == [dt.date(2021, 12, 31)]


@pytest.mark.parametrize(
    ("text", "precision"),
    [
        ("2021", "year"),
        ("2021-05", "month"),
        ("May 2021", "month"),
        ("2021-05-03", "day"),
        ("2021-05-03T10:30:00", "day"),
        ("2021-05-03T10:30:00+02:00", "time"),
        ("3 May 2021 10:30 EST", "day"),
    ],
)
def test_a_date_is_no_more_exact_than_its_source(text: str, precision: str) -> None:
    found = parse_published(text)
    assert found is not None
    assert found.precision == precision


@pytest.mark.parametrize("text", ["", "soon", "12", "31 February 2021", "a" * 100])
def test_what_is_no_date_gives_none(text: str) -> None:
    assert parse_published(text) is None


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Quill", ("Ada Quill",)),
        ("Von Jörn Hellweg und Anna Berg", ("Jörn Hellweg", "Anna Berg")),
        ("Ada Quill, staff writer", ("Ada Quill",)),
        ("View all posts by Ada Quill", ("Ada Quill",)),
        ("Ada Quill | 3 May 2021", ("Ada Quill",)),
        ("", ()),
    ],
)
def test_a_byline_is_split_into_names(byline: str, names: tuple[str, ...]) -> None:
    assert split_names(byline) == names


def test_where_all_that_is_likely_is_furniture_the_likely_rest_is_the_article() -> None:
    teaser = '<li><a href="#">{}</a><p>Readers who looked for the ferry found this too, and more of it below…</p></li>'
    teasers = "".join(teaser.format(title) for title in ("Ferry sold", "Ferry bought", "Ferry sunk"))
    page, _ = flattened(
        f"<body><p>{BODY[0]}</p>{'<p>About our cookies and terms</p>' * 5}<ul>{teasers}</ul></body>",
        None,
        DEFAULT_LIMITS,
    )
    metadata = read_metadata(page, None)
    measured = measure(page, facts_of(metadata), [])
    likely = {BODY[0]: 0.6, "About our cookies and terms": 0.0}
    probabilities = np.array([likely.get(text, 0.95) for text in page.texts])
    reasons = decide(page, metadata, measured, probabilities, []).reasons
    assert [text for text, reason in zip(page.texts, reasons, strict=True) if reason is None] == [BODY[0]]
    assert "teaser" in reasons


def _kept(body: str, likely: dict[str, float], otherwise: float = 0.95) -> list[str]:
    """Return what the rules leave of a page whose blocks have these probabilities."""
    page, _ = flattened(f"<title>Harbour freezes over</title><div>{body}</div>", None, DEFAULT_LIMITS)
    metadata = read_metadata(page)
    probabilities = np.array([likely.get(text, otherwise) for text in page.texts])
    reasons = decide(page, metadata, measure(page, facts_of(metadata)), probabilities, []).reasons
    return [text for text, reason in zip(page.texts, reasons, strict=True) if reason is None]


TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)


def test_related_stories_end_the_article_even_where_their_heading_is_unlikely() -> None:
    more = "<h3>More from The Gazette</h3><p>The council voted on bins.</p>"
    assert _kept(TEXT + more, {"More from The Gazette": 0.1}) == BODY


def test_up_next_is_what_a_team_plays_and_no_heading_of_related_stories() -> None:
    assert _kept(TEXT + "<p>UP NEXT</p><p>Harbour: visit Quayside on Friday.</p>", {})[3:] == [
        "UP NEXT",
        "Harbour: visit Quayside on Friday.",
    ]


def test_teasers_are_counted_on_the_whole_page() -> None:
    first = '<p><a href="/1">Bins</a></p><p>The council voted on bins on…</p>'
    second = '<p><a href="/2">Rain</a></p><p>It rained on the fête and…</p>'
    assert _kept(TEXT + first + second, {"Bins": 0.1, "The council voted on bins on…": 0.1}) == BODY


def test_a_pull_quote_is_not_said_twice_and_a_repeated_quotation_is() -> None:
    quote = "by morning all boats stood still"
    assert _kept(f"{TEXT}<aside>“{quote}”</aside><p>{BODY[2]}</p>", {}) == [*BODY, BODY[2]]
    assert _kept(f"{TEXT}<blockquote>{quote}</blockquote><p>{BODY[2]}</p>", {}) == [*BODY, quote, BODY[2]]


def test_captions_stay_only_where_they_are_likely_to_be_text() -> None:
    caption = "<figure><figcaption>The harbour on Tuesday</figcaption></figure>"
    page = f"<p>{BODY[0]}</p>{caption}<p>{BODY[1]}</p>"
    assert _kept(page, {"The harbour on Tuesday": 0.7}) == BODY[:2]
    assert _kept(page, {"The harbour on Tuesday": 0.8}) == [BODY[0], "The harbour on Tuesday", BODY[1]]


def test_a_doubtful_paragraph_between_two_likely_ones_of_its_kind_stays() -> None:
    assert _kept(TEXT, {BODY[1]: 0.4}) == BODY
    assert _kept(TEXT, {BODY[1]: 0.3}) == [BODY[0], BODY[2]]
    assert _kept(TEXT, {BODY[2]: 0.4}) == BODY[:2]


def test_a_row_of_signs_between_two_parts_stays() -> None:
    assert _kept(f"<p>{BODY[0]}</p><p>___</p><p>{BODY[1]}</p><p>___</p>", {"___": 0.2}) == [BODY[0], "___", BODY[1]]


def test_an_embedded_post_stays_with_whose_it_is_and_one_beside_the_article_does_not() -> None:
    post = '<blockquote class="twitter-tweet"><p>Ice!</p>— Ada Quill (@quill) May 3, 2021</blockquote>'
    unlikely = {"Ice!": 0.1, "— Ada Quill (@quill) May 3, 2021": 0.1}
    inside = _kept(f"<p>{BODY[0]}</p>{post}<p>{BODY[1]}</p>", unlikely)
    assert inside == [BODY[0], *unlikely, BODY[1]]
    assert _kept(f"{post}<p>{BODY[0]}</p><p>{BODY[1]}</p>", unlikely) == BODY[:2]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-05-03T14:30:00Z", dt.datetime(2021, 5, 3, 14, 30, tzinfo=dt.timezone.utc)),
        ("2021-05-03T14:30:00+0530", dt.datetime(2021, 5, 3, 9, 0, tzinfo=dt.timezone.utc)),
        ("2021-05-03 14:30:07.25-03:30", dt.datetime(2021, 5, 3, 18, 0, 7, 250_000, tzinfo=dt.timezone.utc)),
        ("Mon, 03 May 2021 14:30:00 GMT", dt.datetime(2021, 5, 3, 14, 30, tzinfo=dt.timezone.utc)),
        ("2021-05-03T14:30", dt.date(2021, 5, 3)),
        ("2021-05-03T25:30:00Z", dt.date(2021, 5, 3)),
    ],
)
def test_a_time_stamp_is_a_moment_where_it_names_its_offset_and_else_a_day(text: str, moment: dt.date) -> None:
    found = parse_published(text)
    assert found is not None
    assert found.moment == moment
    assert found.precision == ("time" if isinstance(moment, dt.datetime) else "day")


def test_teasers_in_scripts_without_words_are_dropped_by_their_letters() -> None:
    cut = "港の事務所に戦後からずっと立っていた灯りが月曜日の夜に消えました。" * 8
    teasers = "".join(f'<li><a href="/{n}">灯り{n}</a><p>{cut}…</p></li>' for n in range(3))
    page = f"<body><article>{''.join(f'<p>{text}</p>' for text in BODY)}</article><div><ul>{teasers}</ul></div></body>"
    assert "灯りが月曜日" not in extract(page).text


def gazette(lead: str) -> str:
    cut = "<p>In a lamp, failing to light it up front can result in lower turnout and in fewer that&hellip;</p>"
    aside = "".join(f'<li><a href="#">{title} of the pier</a>{cut}</li>' for title in ("Bins", "Rain", "Ferry", "End"))
    menu = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("Home", "News", "Politics", "About"))
    foot = "".join(f"<li>{name}</li>" for name in ("Terms of use", "Privacy policy", "Advertise with us", "Jobs"))
    return (
        f'<body><div id="top"><div class="menu"><ul>{menu}</ul></div></div><div id="main">'
        f'<div id="side"><h3>Related</h3><ul>{aside}</ul></div><div id="content"><div class="hd"><h2>Lamps</h2></div>'
        f'<div class="meta">Posted October 1, 2018 by Jo Alvarez</div><div class="story-body"><p>{lead}</p></div>'
        '<div class="share"><a>Share on Facebook</a> <a>Print</a></div><div class="tags">Tags: news, local</div>'
        f'</div></div><div id="ft"><p>© Gazette. All rights reserved.</p><ul>{foot}</ul></div></body>'
    )


def test_an_article_of_one_sentence_is_found_among_what_is_around_it() -> None:
    lead = "_ Harbour Lamp Experiences are lamp stories about creating anytime, anywhere, any device lamps and info."
    assert extract(gazette(lead)).text == lead


def test_the_few_words_at_a_pages_foot_are_no_article() -> None:
    with pytest.raises(NoArticleError):
        extract(gazette(""))
