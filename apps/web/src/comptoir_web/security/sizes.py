"""How large a request may be: refused by its announced length, and cut off while it is read."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, abort, request

from comptoir_web.settings import Settings

__all__ = ["LARGER", "init_sizes"]

MAX_FORM_PARTS = 500
MAX_ADDRESS = 8_000
_A_PICTURE = 5_200_000  # five megabytes of it, and the fields of its form
LARGER: Mapping[str, int] = {
    "freight.add_proof": _A_PICTURE,
    "api_freight.add_proof": _A_PICTURE,
}
"""Endpoints that take more than the others, and how much: those that are sent a picture."""


def init_sizes(app: Flask, settings: Settings) -> None:
    """Answer 413 to a body, and 414 to an address, that is too large."""
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.max_body_bytes
    app.config["MAX_FORM_PARTS"] = MAX_FORM_PARTS

    @app.before_request
    def check_size() -> None:
        most = max(settings.max_body_bytes, LARGER.get(request.endpoint or "", 0))
        request.max_content_length = most
        # A page that never reads its body would let any length through.
        if (request.content_length or 0) > most:
            abort(413)
        if len(request.environ.get("QUERY_STRING", "")) + len(request.path) > MAX_ADDRESS:
            abort(414)
