"""Documents to articles.

`extract` reads one article from an HTML page, `extract_all` each of several, `read_text` plain text, and `read` a
`dupdetect.model.Document` of either kind.
"""

from __future__ import annotations

from dupdetect.extract.dates import parse_published
from dupdetect.extract.extractor import extract, extract_all, learn_template, read
from dupdetect.extract.front_matter import front_matter
from dupdetect.extract.limits import Limits
from dupdetect.extract.plaintext import read_text
from dupdetect.extract.site import SiteLearner, SiteTemplate

__all__ = [
    "Limits",
    "SiteLearner",
    "SiteTemplate",
    "extract",
    "extract_all",
    "front_matter",
    "learn_template",
    "parse_published",
    "read",
    "read_text",
]
