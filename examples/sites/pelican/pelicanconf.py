"""The Island, built by Pelican."""

AUTHOR = "The Island"
SITENAME = "The Island"
SITEURL = "https://island.example"
PATH = "content"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
THEME = "simple"
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = None
