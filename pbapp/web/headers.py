"""Response headers: what a page may load, and what a shared computer may keep."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from pbapp.config import Config

NOTHING_OF_THE_DEVICE = "camera=(), microphone=(), geolocation=()"
# For the pages with a button that asks the browser where it is, and for those alone.
POSITION_ON_REQUEST = "camera=(), microphone=(), geolocation=(self)"


def init_app(app: Flask, config: Config) -> None:
    policy = content_security_policy(config)

    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault("Permissions-Policy", NOTHING_OF_THE_DEVICE)
        if config.is_production and request.is_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if "Cache-Control" not in response.headers:
            # Pages carry names and half-made choices; a shared computer must not keep them.
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(add)
    if config.trusted_proxies:
        # Only as many X-Forwarded-For steps as we run ourselves; the rest anybody can forge.
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, 0, 0, 0)  # type: ignore[method-assign]


def content_security_policy(config: Config) -> str:
    """Everything from here, nothing inline. Map tiles only from the host the operator names."""
    images = ["'self'", "data:"]
    if config.tile_url:
        tiles = urlsplit(config.tile_url.replace("{s}", "*"))
        images.append(f"{tiles.scheme}://{tiles.netloc}")
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {' '.join(images)}",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
