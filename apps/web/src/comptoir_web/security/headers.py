"""What the browser is told with every answer.

Content-Security-Policy: scripts, styles, fonts and connections of this site alone, nothing inline,
no frame around it. A page that needs more (a payment field) extends its own policy by
`allow_on_this_page` and says why; a file that somebody sent goes out under `SANDBOX`. HSTS goes out
with every answer over TLS outside development, behind a proxy too.
"""

from __future__ import annotations

from flask import Flask, Response, g, request

from comptoir_web.settings import Settings

__all__ = ["POLICY", "SANDBOX", "allow_on_this_page", "init_headers"]

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # Bootstrap's style sheet draws its marks by data addresses
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy of a file that somebody sent: opened as a page in spite of all, it runs nothing and
belongs to no site."""

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR_S = 31_536_000


def allow_on_this_page(**sources: str) -> None:
    """Let the page being answered use other sources: ``frame_src="https://js.stripe.com"``."""
    g.setdefault("extra_policy", {}).update(
        {name.replace("_", "-"): source for name, source in sources.items()}
    )


def init_headers(app: Flask, settings: Settings) -> None:
    """Send the headers with every answer, errors too."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _policy(settings))
        if "Cache-Control" not in response.headers:
            # Pages hold what belongs to one person; only named files are kept by a browser.
            response.headers["Cache-Control"] = "no-store"
        if request.is_secure and not settings.development:
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}; includeSubDomains"
        return response


def _policy(settings: Settings) -> str:
    directives = dict(POLICY)
    for name, source in g.get("extra_policy", {}).items():
        present = directives.get(name, "'self'")
        directives[name] = f"{present} {source}"
    parts = [f"{name} {value}" for name, value in directives.items()]
    if not settings.development:
        parts.append("upgrade-insecure-requests")
    return "; ".join(parts)
