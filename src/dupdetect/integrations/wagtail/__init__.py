"""A Wagtail app that tells before a page goes public that it is out there already.

Add ``"dupdetect.integrations.django"`` and ``"dupdetect.integrations.wagtail"`` to ``INSTALLED_APPS``; page models
derive from `pages.DuplicateCheckedPage`.
"""
