"""Forms of other sites are refused: by the browser's own word, then by a token in every form.

Browsers say where a request comes from (``Sec-Fetch-Site``, ``Origin``); a change asked from
another site is refused whatever it carries. Flask-WTF's token covers browsers that say nothing.
The API reads no cookie, so its blueprints are exempt.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, request
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]  # it ships no types

from comptoir_web.identity.sessions import ABSOLUTE

__all__ = ["init_forgery"]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def init_forgery(app: Flask) -> CSRFProtect:
    """Protect every blueprint but those of the API."""
    app.config["WTF_CSRF_TIME_LIMIT"] = int(ABSOLUTE.total_seconds())
    # The check below replaces the Referer's, which privacy tools remove.
    app.config["WTF_CSRF_SSL_STRICT"] = False

    @app.before_request
    def check_origin() -> None:
        if request.method in _SAFE or request.path.startswith("/api/"):
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            abort(400)
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != request.host:
            abort(400)

    protect = CSRFProtect()
    protect.init_app(app)
    return protect


def exempt_api(protect: CSRFProtect, app: Flask) -> None:
    """Take the token off the blueprints whose every address is the API's."""
    for name, blueprint in app.blueprints.items():
        if isinstance(blueprint, Blueprint) and _all_api(app, name):
            protect.exempt(blueprint)


def _all_api(app: Flask, name: str) -> bool:
    rules = [r.rule for r in app.url_map.iter_rules() if r.endpoint.rpartition(".")[0] == name]
    return bool(rules) and all(rule.startswith("/api/") for rule in rules)
