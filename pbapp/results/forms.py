"""A count has nothing to fill in: only a press that cannot be forged."""

from __future__ import annotations

from pbapp.web.forms import Form


class CountForm(Form):
    """Count the votes."""


class RecountForm(Form):
    """Count again."""


class PublishForm(Form):
    """Publish the result now."""
