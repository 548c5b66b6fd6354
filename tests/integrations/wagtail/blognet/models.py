from django.conf import settings
from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from dupdetect.integrations.django.models import DuplicateChecked
from dupdetect.integrations.wagtail.pages import DuplicateCheckedPage, duplicate_panel
from dupdetect.model import Document


class BlogPage(DuplicateCheckedPage, Page):
    """A page of ours."""

    body = RichTextField(blank=True)
    api_fields = [APIField("body", writable=True)] if settings.API else []
    more = StreamField([("heading", CharBlock()), ("text", RichTextBlock())], blank=True)
    content_panels = [*Page.content_panels, FieldPanel("body"), FieldPanel("more"), duplicate_panel]


class ForeignPage(Page):
    """A page of another package, which does not know of us."""

    body = RichTextField(blank=True)
    content_panels = [*Page.content_panels, FieldPanel("body")]


class SectionPage(Page):
    """A page without text of its own."""


class Note(DuplicateChecked):
    """A row of plain Django."""

    title = models.CharField(max_length=200)
    text = models.TextField()
    public = models.BooleanField(default=False)

    def dupdetect_is_public(self):
        return self.public

    def dupdetect_hold(self):
        self.public = False

    def dupdetect_document(self):
        return Document(id=self.dupdetect_id, content=self.text, format="text", title=self.title)
