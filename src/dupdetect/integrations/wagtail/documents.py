"""Pages as documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Field, TextField
from django.utils.html import linebreaks
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.rich_text import expand_db_html

from dupdetect.integrations.django.gate import gate
from dupdetect.model import Document, Published

__all__ = ["is_checked", "page_document", "page_id"]


def page_id(page: Page) -> str:
    """Return a page's id in the index: that of its source, for an alias; empty while it has no key."""
    while page.alias_of_id is not None:
        page = page.alias_of
    return gate().identity("page", page.pk)


def is_checked(page: Page) -> bool:
    """Whether a page's model has text fields of its own, so that there is something to check."""
    return page.depth != 1 and any(True for _ in text_fields(page))


def text_fields(page: Page) -> Iterator[Field[Any, Any]]:
    """Yield the fields that hold a page's text.

    They are those that the model names in ``dupdetect_fields``, else every rich text, stream and text field of its own.
    """
    named = getattr(page, "dupdetect_fields", None)
    own = [field for field in page.specific_class._meta.concrete_fields if field.model not in _WAGTAILS]
    for field in own:
        if field.name in named if named is not None else isinstance(field, (RichTextField, StreamField, TextField)):
            yield field


_WAGTAILS = set(Page._meta.all_parents) | {Page}


def page_document(page: Page) -> Document:
    """Return a page as a document."""
    specific = page.specific
    parent = specific.get_parent() if specific.pk else getattr(specific, "dupdetect_parent", None)
    site = specific.get_site() if specific.pk else None
    published = specific.first_published_at
    changed = specific.last_published_at
    return Document(
        id=page_id(specific),
        content="\n".join(_html(specific, field) for field in text_fields(specific)),
        format="fragment",
        title=specific.title,
        url=specific.full_url if specific.pk else None,
        canonical_url=getattr(specific, "dupdetect_canonical_url", None) or None,
        published=Published(moment=published, precision="time") if published else None,
        site=(site.site_name or site.hostname) if site else None,
        sections=(parent.title,) if parent is not None and parent.depth > 1 else (),
        language=specific.locale.language_code if specific.locale_id else None,
        version=changed.astimezone(dt.timezone.utc).isoformat() if changed else None,
    )


def _html(page: Page, field: Field[Any, Any]) -> str:
    value = getattr(page, field.name)
    if not value:
        return ""
    if isinstance(field, RichTextField):
        return str(expand_db_html(value))
    if isinstance(field, StreamField):
        return str(value.render_as_block())
    return str(linebreaks(value, autoescape=True))
