"""A Wagtail site of the tests' own: SQLite, an index beside it, both new for each test."""

import os
import shutil
import sys
import warnings

import pytest


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """Set Django up once and keep the filled database as a model for each test's."""
    pytest.importorskip("wagtail", reason="needs Wagtail: pip install 'dupdetect[wagtail]'")
    work = tmp_path_factory.mktemp("blognet")
    (work / "blognet_migrations").mkdir()
    (work / "blognet_migrations" / "__init__.py").touch()
    sys.path.append(str(work))
    os.environ["BLOGNET_WORK"] = str(work)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.integrations.wagtail.blognet.settings"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of other packages, while they are imported
        import django

        django.setup()
        from django.core.management import call_command

        call_command("makemigrations", "blognet", verbosity=0)
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)  # ours are complete
        call_command("migrate", verbosity=0)
        fill()
    close()
    shutil.copy(work / "site.sqlite3", work / "model.sqlite3")
    return work


def fill():
    """Make two sections below the home page, and an editor."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Page, Site

    from tests.integrations.wagtail.blognet.models import SectionPage

    get_user_model().objects.create_superuser("editor", "editor@example.org", "secret")
    root = Page.objects.get(depth=1)
    root.get_children().delete()
    root = Page.objects.get(depth=1)
    home = root.add_child(instance=SectionPage(title="Home", slug="home"))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="The Network")
    home.add_child(instance=SectionPage(title="Main Blog", slug="main"))
    home.add_child(instance=SectionPage(title="The Bullpen", slug="bullpen"))


def close():
    from django.db import connections

    from dupdetect.integrations.django.gate import gate

    connections.close_all()
    gate().close()


@pytest.fixture
def site(project):
    """The site, as it was filled, and an empty index."""
    from django.conf import settings
    from django.core.cache import cache
    from wagtail.models import Site

    shutil.copy(project / "model.sqlite3", project / "site.sqlite3")
    before = dict(settings.DUPDETECT)
    cache.clear()
    Site.clear_site_root_paths_cache()
    yield project
    close()
    settings.DUPDETECT = before
    for left in project.glob("duplicates.db*"):
        left.unlink()
    for left in project.glob("site.sqlite3-*"):
        left.unlink()


@pytest.fixture
def client(site):
    """The editor's browser, without a browser."""
    from django.test import Client

    client = Client(raise_request_exception=True)
    assert client.login(username="editor", password="secret")
    return client


@pytest.fixture
def sections(site):
    """The two sections."""
    from tests.integrations.wagtail.blognet.models import SectionPage

    return SectionPage.objects.get(slug="main"), SectionPage.objects.get(slug="bullpen")
