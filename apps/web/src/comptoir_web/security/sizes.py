"""How large a request may be: refused by its announced length, and cut off while it is read."""

from __future__ import annotations

from flask import Flask, abort, request

from comptoir_web.settings import Settings

__all__ = ["init_sizes"]

MAX_FORM_PARTS = 500
MAX_ADDRESS = 8_000


def init_sizes(app: Flask, settings: Settings) -> None:
    """Answer 413 to a body, and 414 to an address, that is too large."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS

    @app.before_request
    def check_size() -> None:
        # A page that never reads its body would let any length through.
        if (request.content_length or 0) > settings.max_body_bytes:
            abort(413)
        if len(request.environ.get("QUERY_STRING", "")) + len(request.path) > MAX_ADDRESS:
            abort(414)
