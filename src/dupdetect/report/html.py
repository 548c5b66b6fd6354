"""Render a scan or a comparison as one HTML file that needs nothing else.

Everything in it is a stranger's: titles, texts, addresses, error messages. Three walls stand between them and the
reader: Jinja escapes every value (autoescape is always on), data for the script is JSON without ``<``, and the page's
Content-Security-Policy names the hashes of our one style and one script, so that nothing else runs or is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import resources
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined

from dupdetect.errors import SettingsError
from dupdetect.io import write_text
from dupdetect.model import Article, Cluster, Comparison, Pair, Relation, ScanResult, Verdict
from dupdetect.report import charts
from dupdetect.report.strings import RELATIONS, is_language_tag, visible, when
from dupdetect.report.views import (
    ArticleView,
    ClusterView,
    PairView,
    RepeatView,
    article_view,
    cluster_view,
    measures_of,
    pair_view,
    repeat_view,
)

__all__ = ["encodable", "environment", "hashed", "render_comparison", "render_extraction", "render_scan", "write_scan"]

WRITTEN_OUT = 200
"""Pairs whose two texts stand in the page as they are, for readers without JavaScript."""

WRITTEN_OUT_CHARACTERS = 4_000_000
"""… as long as these texts together are no longer than this."""

ROWS = 20_000
"""Pairs that a page lists at most: 6 s of work for Chromium (tests/system/measure_report.py)."""

CHUNK = 100
"""Rows that the page's style keeps together: out of sight they are not laid out."""

_OPEN_CLUSTERS = 5
_IDS_A_NOTE = 20


def render_scan(
    result: ScanResult, *, title: str = "Duplicated articles", written_out: int = WRITTEN_OUT, rows: int = ROWS
) -> str:
    r"""Render what a scan found as one HTML page.

    The texts of the first `written_out` pairs are written into the page. The texts of the others are kept once an
    article, as data, and put side by side by the page's script when a reader opens the pair: a cluster of forty
    copies has 780 pairs, and writing out both texts of each would make a page of megabytes out of forty texts.

    Parameters
    ----------
    result : ScanResult
    title : str
        Heading of the page.
    written_out : int
        Pairs whose texts are written out, and so can be read without JavaScript; fewer where the texts are long
        (`WRITTEN_OUT_CHARACTERS`).
    rows : int
        Pairs in the page at most, strongest relation first, then by score. The page says how many it leaves out.

    Returns
    -------
    str
        HTML that encodes as UTF-8: half surrogate pairs are written as ``\ud800``.

    Raises
    ------
    SettingsError
        A pair, cluster or repeat names an article that `result` does not hold; a negative number.
    """
    if written_out < 0 or rows < 0:
        raise SettingsError(f"written_out and rows must not be negative: {written_out}, {rows}")
    articles = {article.id: (article, article_view(article, n)) for n, article in enumerate(result.articles, 1)}
    _check_names(result, articles)

    order = {relation: rank for rank, relation in enumerate(RELATIONS)}
    ranked = sorted(result.pairs, key=lambda pair: (order[pair.verdict.relation], -pair.verdict.score))[:rows]
    pairs = _pair_views(ranked, articles, written_out)
    lazy = [pair for pair in pairs if pair.data is not None]
    needed = {article.number: article for pair in lazy for article in (pair.left, pair.right)}
    counted = Counter(pair.verdict.relation for pair in result.pairs)

    return _render(
        "scan.html.j2",
        title=visible(title),
        lead=_lead(result),
        articles=len(result.articles),
        compared=result.compared,
        pair_count=len(result.pairs),
        relations=[
            (relation, counted[relation], round(counted[relation] / len(result.pairs) * 100, 2))
            for relation in RELATIONS
            if counted[relation]
        ],
        matrices=_matrices(result, {id_: article for id_, (article, _) in articles.items()}),
        timeline=charts.timeline(result.articles, result.clusters),
        timeline_width=charts.TIMELINE_WIDTH,
        timeline_height=charts.TIMELINE_HEIGHT,
        clusters=_cluster_views(result.clusters, articles, list(zip(ranked, pairs, strict=True))),
        open_clusters=_OPEN_CLUSTERS,
        pairs=pairs,
        rows_left_out=len(result.pairs) - len(pairs),
        written_out=len(pairs) - len(lazy),
        lazy=len(lazy),
        lazy_articles=[needed[number] for number in sorted(needed)],
        measures=measures_of(Comparison(tokens_left=0, tokens_right=0)),
        repeats=_repeat_views(result, articles),
        failures=result.failures,
        notes=[visible(note) for note in result.notes],
        article_notes=_article_notes(view for _, view in articles.values()),
    )


def write_scan(result: ScanResult, path: Path, *, title: str = "Duplicated articles") -> None:
    """Write `render_scan`'s page to a file, as UTF-8.

    Raises
    ------
    InputError
        The file cannot be written.
    SettingsError
        As in `render_scan`.
    """
    write_text(path, render_scan(result, title=title))


def render_comparison(left: Article, right: Article, verdict: Verdict, *, title: str = "Two articles compared") -> str:
    """Render two articles side by side, as `render_scan` shows a pair.

    Parameters
    ----------
    left, right : Article
    verdict : Verdict
        Of `left` to `right`.
    title : str
        Heading of the page.

    Returns
    -------
    str
        HTML that encodes as UTF-8.
    """
    pair = pair_view(verdict, article_view(left, 1), article_view(right, 2), 1, written_out=True)
    return _render("comparison.html.j2", title=visible(title), pair=pair)


def render_extraction(article: Article, *, title: str = "What was taken for the article") -> str:
    """Render a page's blocks in their order: those of the article, and the dropped ones with the reason.

    Parameters
    ----------
    article : Article
        As `dupdetect.extract` returns it; one from an index has lost its dropped blocks.
    title : str
        Heading of the page.

    Returns
    -------
    str
        HTML that encodes as UTF-8.
    """
    return _render(
        "extraction.html.j2",
        title=visible(title),
        facts=[(name, visible(value)) for name, value in _facts(article) if value],
        blocks=article.blocks,
        kept=len(article.content),
        language=article.language if is_language_tag(article.language) else None,
    )


# ------------------------------------------------------------------------------------------------------- pieces


def _facts(article: Article) -> list[tuple[str, str]]:
    return [
        ("Title", article.title or ""),
        ("Byline", ", ".join(article.byline)),
        ("Published", when(article.published) if article.published else ""),
        ("Sections", ", ".join(article.sections)),
        ("Site", article.site or ""),
        ("Canonical URL", article.canonical_url or ""),
        ("Notes", "; ".join(article.notes)),
    ]


def _check_names(result: ScanResult, articles: dict[str, Any]) -> None:
    named = [(id_, "a pair") for pair in result.pairs for id_ in (pair.left, pair.right)]
    named += [(id_, "a cluster") for cluster in result.clusters for id_ in cluster.ids]
    named += [(cluster.original, "a cluster") for cluster in result.clusters if cluster.original is not None]
    named += [(id_, "a repeat") for id_ in result.repeats]
    for id_, what in named:
        if id_ not in articles:
            raise SettingsError(f"{what} of this scan names the article {id_!r}, which is not among its articles")


def _pair_views(
    ranked: list[Pair], articles: dict[str, tuple[Article, ArticleView]], written_out: int
) -> list[PairView]:
    views, left_over = [], WRITTEN_OUT_CHARACTERS
    for number, pair in enumerate(ranked, 1):
        left, right = articles[pair.left][1], articles[pair.right][1]
        left_over -= len(left.text) + len(right.text)
        full = number <= written_out and left_over >= 0
        views.append(pair_view(pair.verdict, left, right, number, written_out=full))
    return views


def _repeat_views(result: ScanResult, articles: dict[str, tuple[Article, ArticleView]]) -> list[RepeatView]:
    views, left_over = [], WRITTEN_OUT_CHARACTERS
    for number, (id_, repeats) in enumerate(result.repeats.items(), 1):
        left_over -= len(articles[id_][1].text)
        views.append(repeat_view(articles[id_][1], repeats, number, written_out=left_over >= 0))
    return views


def _cluster_views(
    clusters: tuple[Cluster, ...],
    articles: dict[str, tuple[Article, ArticleView]],
    pairs: list[tuple[Pair, PairView]],
) -> list[ClusterView]:
    home = {id_: number for number, cluster in enumerate(clusters) for id_ in cluster.ids}
    inside: defaultdict[int, dict[frozenset[str], tuple[Pair, PairView]]] = defaultdict(dict)
    for pair, view in pairs:
        number = home.get(pair.left)
        if number is not None and number == home.get(pair.right):
            inside[number][frozenset((pair.left, pair.right))] = (pair, view)
    return [cluster_view(cluster, n + 1, articles, inside[n]) for n, cluster in enumerate(clusters)]


def _matrices(result: ScanResult, articles: dict[str, Article]) -> list[tuple[str, charts.Matrix]]:
    groups = {
        "site": lambda article: article.site,
        "section": lambda article: ", ".join(article.sections) or None,
    }
    built = [
        (name, charts.copying_matrix(result.pairs, articles, result.clusters, group)) for name, group in groups.items()
    ]
    return [(name, matrix) for name, matrix in built if matrix is not None]


def _lead(result: ScanResult) -> str:
    inside = sum(len(cluster.ids) for cluster in result.clusters)
    relations = Counter(pair.verdict.relation for pair in result.pairs)
    contained = relations[Relation.CONTAINS] + relations[Relation.CONTAINED]
    said = [f"{_count(len(result.articles), 'article')} read."]
    if len(result.clusters) == 1:
        said.append(f"{inside:,} of them are one piece, published more than once.")
    elif inside:
        said.append(f"{inside:,} of them are copies of {len(result.clusters):,} pieces, each published more than once.")
    else:
        said.append("None of them is a duplicate of another.")
    if contained:
        said.append(f"In {_count(contained, 'pair')} one article stands inside the other.")
    if overlapping := relations[Relation.OVERLAPS]:
        said.append(f"{_count(overlapping, 'pair')} only share{'s' if overlapping == 1 else ''} passages.")
    if result.failures:
        said.append(f"{_count(len(result.failures), 'document')} could not be read.")
    return " ".join(said)


def _article_notes(articles: Iterable[ArticleView]) -> list[tuple[str, list[str], int]]:
    """Return each note with the first articles that carry it and how many more do."""
    carriers: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        for note in article.notes:
            carriers[note].append(article.id)
    return [(note, ids[:_IDS_A_NOTE], max(len(ids) - _IDS_A_NOTE, 0)) for note, ids in carriers.items()]


def _slices(rows: Sequence[Any], key: str | None = None) -> Iterable[list[Any]]:
    """Cut rows into chunks of at most `CHUNK`, alike in the attribute `key`."""
    for _, alike in groupby(rows, key=attrgetter(key) if key else lambda _: None):
        while chunk := list(islice(alike, CHUNK)):
            yield chunk


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def environment(*loaders: BaseLoader) -> Environment:
    """Return the templates of the report, with what they need; `loaders` are asked for a template before them."""
    made = Environment(
        loader=ChoiceLoader([*loaders, PackageLoader("dupdetect.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(number=lambda value: f"{value:,}", count=_count, slices=_slices, visible=visible)
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    folder = resources.files("dupdetect.report") / "templates"
    made.globals.update(
        style=(folder / "report.css").read_text(encoding="utf-8"),
        script=(folder / "report.js").read_text(encoding="utf-8"),
        words=RELATIONS,
        chunk_size=CHUNK,
        map_width=charts.MAP_WIDTH,
        map_height=charts.MAP_HEIGHT,
        map_bar=charts.MAP_BAR,
    )
    return made


def encodable(html: str) -> str:
    """Return a page that encodes as UTF-8.

    NUL may not stand in HTML. Half a surrogate pair cannot be encoded; in JSON its escape reads back as what it was.
    """
    return html.replace("\0", "\ufffd").encode("utf-8", "backslashreplace").decode("utf-8")


def hashed(text: str) -> str:
    """Return the source expression of a Content-Security-Policy that lets a style or script apply."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _render(template: str, **values: object) -> str:
    made = environment()
    policy = _policy(str(made.globals["style"]), str(made.globals["script"]))
    return encodable(made.get_template(template).render(policy=policy, **values))


def _policy(style: str, script: str) -> str:
    """Return a policy under which nothing is fetched and only this style and this script apply."""
    return (
        f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
