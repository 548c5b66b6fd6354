"""A Django app that tells before a post goes public that it is out there already.

Add ``"dupdetect.integrations.django"`` to ``INSTALLED_APPS`` and say in the settings where the index is::

    DUPDETECT = {"INDEX": BASE_DIR / "duplicates.db"}

Models derive from `models.DuplicateChecked`, their forms from `forms.DuplicateCheckForm`.
"""
