"""How many requests an address may make: a general limit, and two for pages of another kind.

What costs seconds is asked for less often. What a page asks as one types costs next to nothing, and
is counted apart: whoever types fast must not be sent away from the rest of the site.

They are counted in memory by default.

It keeps one visitor from taking the server from the others. What protects a secret is counted in
the database instead (`comptoir_web.identity.limits`): it must hold across processes and restarts.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, request
from flask_limiter import Limiter

from comptoir_web.identity.limits import address_subject
from comptoir_web.security.hosts import PROBES
from comptoir_web.settings import Settings

__all__ = ["COSTLY", "COSTLY_LIMIT", "LIVE", "LIVE_LIMIT", "init_rates"]

COSTLY = frozenset({"planning.projection", "planning.projected", "api_networth.project"})
"""Endpoints that draw thousands of paths: a moved slider asks a few times a second at most."""
COSTLY_LIMIT = "60 per minute"
"""How many of them an address may ask for, each endpoint by itself."""
LIVE = frozenset({"freight.total"})
"""Endpoints that answer while someone types; the general limit does not count them."""
LIVE_LIMIT = "1200 per minute"
"""How many of them an address may ask for: several people who type, behind one operator's."""

_PATIENCE: Mapping[str, str | int] = {"socket_connect_timeout": 1, "socket_timeout": 1}
"""Redis holds a request no longer than this: without it, one that is silent would hold them all."""


def init_rates(app: Flask, settings: Settings) -> Limiter:
    """Answer 429 past the limit; files and probes are not counted."""
    storage = settings.rate_storage.value
    limiter = Limiter(
        # An IPv6 subscriber has as many addresses as wanted, all of one network.
        key_func=lambda: address_subject(request.remote_addr or "unknown"),
        application_limits=[settings.rate_limit],
        application_limits_exempt_when=lambda: request.endpoint in LIVE,
        default_limits=[lambda: LIVE_LIMIT if request.endpoint in LIVE else COSTLY_LIMIT],
        default_limits_exempt_when=lambda: request.endpoint not in COSTLY | LIVE,
        storage_uri=storage,
        storage_options=dict(_PATIENCE) if storage.startswith("redis") else {},
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
