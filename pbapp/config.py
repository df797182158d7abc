"""What an installation may set, read once from the environment.

`PBAPP_…` variables, `DATABASE_URL`, and nothing else. The keys that bind ballots to voters
(`PBAPP_KEYS`) live apart from the instance folder, so that a copy of the one never holds the other.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION, DEMO, TESTING = "production", "demo", "testing"


class ConfigError(Exception):
    """The environment asks for something this installation must not do; the text says why."""


@dataclass(frozen=True)
class Config:
    """One installation's settings. Sizes in bytes, times in seconds."""

    mode: str
    secret_key: str
    database_url: str
    instance: Path
    keys: Path
    mail_server: str | None = None
    mail_from: str = "noreply@example.org"
    sms_url: str | None = None
    sms_token: str | None = None
    sms_from: str = ""
    sms_file: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    timezone: str = "Europe/London"
    languages: tuple[str, ...] = ("en",)
    tile_url: str | None = None
    tile_attribution: str | None = None
    trusted_proxies: int = 0
    max_upload: int = 10 * 1024 * 1024
    lock_wait: float = 20.0

    @property
    def is_production(self) -> bool:
        return self.mode == PRODUCTION

    @property
    def is_demo(self) -> bool:
        return self.mode == DEMO

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sends_texts(self) -> bool:
        """Whether a text message can reach anybody; the demo's stay in its mailbox."""
        return not self.is_production or bool(self.sms_url or self.sms_file)

    @property
    def uploads(self) -> Path:
        return self.instance / "uploads"

    @property
    def copies(self) -> Path:
        """The list of files that `pbapp backup` wrote to."""
        return self.instance / "copies.txt"

    @property
    def queue(self) -> Path:
        return self.instance / "queue.sqlite3"

    def _own_hosts(self) -> list[str] | None:
        if self.is_production:
            return [urlsplit(self.public_url).hostname or "localhost"]
        return ["127.0.0.1", "localhost", "[::1]"]

    def for_flask(self) -> dict[str, Any]:
        """The settings under the names that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # Statements kept as written out, each of near 100 KB: enough for what people look at.
            "SQLALCHEMY_ENGINE_OPTIONS": {"query_cache_size": 150},
            "TESTING": self.mode == TESTING,
            # Links in e-mails are made from the request: a forged Host must not reach them.
            "TRUSTED_HOSTS": self._own_hosts(),
            "SESSION_COOKIE_NAME": "pbapp",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.is_production,
            "MAX_CONTENT_LENGTH": self.max_upload,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "MAX_FORM_PARTS": 2_000,
            "WTF_CSRF_TIME_LIMIT": None,  # a half-filled form must survive a long tea break
            "BABEL_DEFAULT_TIMEZONE": self.timezone,
            "BABEL_DEFAULT_LOCALE": "en_GB",
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        }


def from_environment(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; raises `ConfigError` when production lacks a secret or folders overlap."""
    env = os.environ if environ is None else environ
    mode = env.get("PBAPP_MODE", DEMO if env.get("PBAPP_DEMO") == "1" else PRODUCTION)
    if mode not in (PRODUCTION, DEMO, TESTING):
        raise ConfigError(f"PBAPP_MODE is “{mode}”; it can be production, demo or testing.")
    instance = Path(env.get("PBAPP_INSTANCE", ROOT / "instance")).resolve()
    keys = Path(env.get("PBAPP_KEYS", instance.with_name(instance.name + "-keys"))).resolve()
    refuse_overlap(instance, keys)
    return Config(
        mode=mode,
        secret_key=_secret_key(env, mode, keys),
        database_url=env.get("DATABASE_URL") or f"sqlite:///{instance / 'pbapp.sqlite3'}",
        instance=instance,
        keys=keys,
        mail_server=env.get("PBAPP_MAIL_SERVER") or None,
        mail_from=env.get("PBAPP_MAIL_FROM", "noreply@example.org"),
        sms_url=_sms_url(env),
        sms_token=env.get("PBAPP_SMS_TOKEN") or None,
        sms_from=env.get("PBAPP_SMS_FROM", ""),
        sms_file=Path(env["PBAPP_SMS_FILE"]).resolve() if env.get("PBAPP_SMS_FILE") else None,
        public_url=env.get("PBAPP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        timezone=env.get("PBAPP_TIMEZONE", "Europe/London"),
        languages=tuple(env.get("PBAPP_LANGUAGES", "en").replace(",", " ").split()),
        tile_url=env.get("PBAPP_TILE_URL") or None,
        tile_attribution=env.get("PBAPP_TILE_ATTRIBUTION") or None,
        trusted_proxies=_whole_number(env, "PBAPP_TRUSTED_PROXIES", 0),
        max_upload=_whole_number(env, "PBAPP_MAX_UPLOAD", 10 * 1024 * 1024),
    )


def refuse_overlap(instance: Path, keys: Path) -> None:
    """Keep ballot keys out of every backup of the instance folder."""
    if keys == instance or instance in keys.parents or keys in instance.parents:
        raise ConfigError(
            f"PBAPP_KEYS ({keys}) and PBAPP_INSTANCE ({instance}) overlap. "
            "Ballot keys must live in a folder of their own, apart from the data."
        )


def _sms_url(env: Mapping[str, str]) -> str | None:
    """Where text messages are handed over: a code to vote must not travel in the open."""
    address = env.get("PBAPP_SMS_URL", "")
    parts = urlsplit(address)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if address and not (
        parts.hostname and (parts.scheme == "https" or (local and parts.scheme == "http"))
    ):
        raise ConfigError(
            "PBAPP_SMS_URL has to begin with https://, or with http:// on this machine."
        )
    return address or None


def _secret_key(env: Mapping[str, str], mode: str, keys: Path) -> str:
    given = env.get("PBAPP_SECRET_KEY", "")
    if mode == PRODUCTION:
        if len(given) < 32:
            raise ConfigError(
                "PBAPP_SECRET_KEY is missing or shorter than 32 characters. Make one with "
                "`python -c 'import secrets; print(secrets.token_hex(32))'` and set it. "
                "To try the demo instead, set PBAPP_DEMO=1."
            )
        return given
    return given or _kept_secret(keys / "secret-key")


def _kept_secret(path: Path) -> str:
    """A secret of this machine's demo, kept so that sign-ins survive a restart."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_text()


def _whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"{name} is “{text}”; it must be a whole number.")
    return int(text)
