"""What a number in an address may be."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1  # what an integer column of either database holds


class RowNumber(IntegerConverter):
    """`<int:…>`: a number that a row can have; a larger one leads to no page (404)."""

    def __init__(self, map: Any, max: int = LARGEST, **options: Any) -> None:
        super().__init__(map, max=max, **options)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
