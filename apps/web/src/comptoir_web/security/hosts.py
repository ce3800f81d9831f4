"""Which host names are served, and over TLS outside development.

A request for another host is answered 400 before any page runs: links and redirects are never
made from a name that an attacker wrote. Probes of a load balancer come by address and without
TLS; the few paths they ask for hold nothing, so they pass.
"""

from __future__ import annotations

from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.sansio.utils import host_is_trusted

from comptoir_web.settings import Settings

__all__ = ["PROBES", "init_hosts"]

PROBES = frozenset({"/livez", "/readyz", "/health/", "/metrics"})


def init_hosts(app: Flask, settings: Settings) -> None:
    """Refuse other hosts; send plain requests to TLS outside development."""

    @app.before_request
    def check_host() -> ResponseReturnValue | None:
        if request.path in PROBES:
            return None
        if not host_is_trusted(request.host.lower(), settings.allowed_hosts):
            abort(400)
        if not settings.development and not request.is_secure:
            # 308 keeps the method; what was sent in clear is lost already, the next is not.
            return redirect(request.url.replace("http://", "https://", 1), code=308)
        return None
