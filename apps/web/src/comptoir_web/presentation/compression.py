"""Pages and documents travel compressed where the browser understands it.

A page that says what was typed in its address and holds the token of its forms could let an
attacker guess the token from compressed sizes (BREACH, https://www.breachattack.com). Our cookies
do not travel with what another site asks for in the background (`SameSite=Lax`), and the sizes say
little: each answer carries a name of random length in its gzip header, which every browser skips
("HTB: A Very Effective Method to Protect Web Servers Against BREACH Attack to HTTPS", IEEE Access,
2022).
"""

from __future__ import annotations

import gzip
import io
import secrets
from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

__all__ = ["init_compression"]

SMALLEST: Final = 1_000
"""Below this, a packet holds the answer either way."""

LEVEL: Final = 5
LONGEST_NAME: Final = 100
_TYPES: Final = frozenset({"text/html", "text/csv", "application/json"})


def init_compression(app: Flask) -> None:
    """Compress what the application answers; registered first, it acts last."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.direct_passthrough or response.is_streamed or response.mimetype not in _TYPES:
            return response
        if "Content-Encoding" in response.headers:
            return response
        response.vary.add("Accept-Encoding")
        body = response.get_data()
        if len(body) < SMALLEST or not request.accept_encodings["gzip"] > 0:
            return response
        response.set_data(_compressed(body))
        response.headers["Content-Encoding"] = "gzip"
        return response


def _compressed(body: bytes) -> bytes:
    name = secrets.token_hex(LONGEST_NAME // 2)[: secrets.randbelow(LONGEST_NAME) + 1]
    packed = io.BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
