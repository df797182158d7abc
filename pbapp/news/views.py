"""The pages of the news."""

from __future__ import annotations

from pbapp.news import subjects  # noqa: F401 — so that what people follow has a name

blueprints = ()
