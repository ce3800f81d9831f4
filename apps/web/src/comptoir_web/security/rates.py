"""How many requests an address may make: a general limit, counted in memory by default.

It keeps one visitor from taking the server from the others. What protects a secret is counted in
the database instead (`comptoir_web.identity.limits`): it must hold across processes and restarts.
"""

from __future__ import annotations

from flask import Flask, request
from flask_limiter import Limiter

from comptoir_web.security.hosts import PROBES
from comptoir_web.settings import Settings

__all__ = ["init_rates"]


def init_rates(app: Flask, settings: Settings) -> Limiter:
    """Answer 429 past the limit; files and probes are not counted."""
    limiter = Limiter(
        key_func=lambda: request.remote_addr or "unknown",
        application_limits=[settings.rate_limit],
        storage_uri=settings.rate_storage.value,
        # Its headers would replace the Retry-After of the sign-in page by its own.
        headers_enabled=False,
        # The counter being away must not close the site.
        swallow_errors=True,
    )

    @limiter.request_filter
    def free() -> bool:
        return request.path in PROBES or request.path.startswith("/assets/")

    limiter.init_app(app)
    return limiter
