"""Keys in addresses that are mailed: signed, so that they cannot be guessed or changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from pbapp.web.context import settings


@dataclass(frozen=True)
class Keys:
    """Keys of one purpose; those of another do not open it. `good_for` None: they do not age."""

    purpose: str
    good_for: timedelta | None = None

    def make(self, said: Any) -> str:
        """A key that says plain JSON values, readable by whoever holds it."""
        return str((self._ageing() if self.good_for else self._lasting()).dumps(said))

    def read(self, key: str | None) -> Any:
        """What a key says; None for one that we did not make, or that is too old."""
        try:
            if self.good_for is None:
                return self._lasting().loads(key or "")
            return self._ageing().loads(key or "", max_age=int(self.good_for.total_seconds()))
        except BadData:
            return None

    def _ageing(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(settings().secret_key, salt=self.purpose)

    def _lasting(self) -> URLSafeSerializer:
        return URLSafeSerializer(settings().secret_key, salt=self.purpose)
