"""The files a browser fetches: named by their content, kept for a year, sent compressed.

Our own style sheet and script, Bootstrap and its icons (from the Bootstrap-Flask wheel) and
Chart.js (from the chartkick wheel) are served by this application, under one path, so that no
page asks another host for anything. The name carries a part of the file's SHA-256, so a new
version is a new address, and what a browser holds never has to be asked for again (RFC 8246,
`immutable`).
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

import attrs
from flask import Blueprint, Response, abort, request, request_finished

from comptoir_web.identity.roles import reached_by_anyone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from flask import Flask

__all__ = ["ASSETS", "Asset", "Assets", "assets_blueprint", "install_assets"]

_YEAR = 365 * 24 * 3600
_BOOTSTRAP = "flask_bootstrap", "static/bootstrap5"
_CHARTKICK = "chartkick", "django/static/chartkick"

#: name in a template -> (package, path inside it, media type)
_SOURCES: Mapping[str, tuple[str, str, str]] = {
    "bootstrap.css": (_BOOTSTRAP[0], f"{_BOOTSTRAP[1]}/css/bootstrap.min.css", "text/css"),
    "bootstrap-icons.css": (
        _BOOTSTRAP[0],
        f"{_BOOTSTRAP[1]}/css/font/bootstrap-icons.min.css",
        "text/css",
    ),
    "bootstrap-icons.woff2": (
        _BOOTSTRAP[0],
        f"{_BOOTSTRAP[1]}/css/font/fonts/bootstrap-icons.woff2",
        "font/woff2",
    ),
    "chart.js": (_CHARTKICK[0], f"{_CHARTKICK[1]}/Chart.bundle.js", "text/javascript"),
    "comptoir.css": ("comptoir_web", "static/comptoir.css", "text/css"),
    "comptoir.js": ("comptoir_web", "static/comptoir.js", "text/javascript"),
    "jobs.js": ("comptoir_web", "static/jobs.js", "text/javascript"),
    "mark.svg": ("comptoir_web", "static/mark.svg", "image/svg+xml"),
}

#: Already compressed by its format: a second compression would only cost time.
_COMPRESSED = frozenset({"font/woff2"})

# The icons' style sheet names its font by a relative address; ours carries a hash. The older WOFF
# is left out: every browser that runs Bootstrap 5 reads WOFF2.
_FONT_SOURCES = re.compile(r"src:url\([^;}]*(?=[;}])")
# Maps are not served: a browser's developer tools would ask for them and be told they are missing.
_SOURCE_MAP = re.compile(rb"\n?(?:/\*|//)# sourceMappingURL=[^\n]*")


@attrs.frozen(slots=False)
class Asset:
    """One file: its content, its media type and the name under which it is served."""

    name: str
    content: bytes
    media_type: str

    @cached_property
    def served_name(self) -> str:
        """The name with a part of the content's SHA-256: `comptoir.1f0c9a2b4d6e.css`."""
        stem, _, suffix = self.name.rpartition(".")
        return f"{stem}.{hashlib.sha256(self.content).hexdigest()[:12]}.{suffix}"

    @cached_property
    def gzipped(self) -> bytes | None:
        """The content compressed once for all requests; None where that gains nothing."""
        if self.media_type in _COMPRESSED:
            return None
        return gzip.compress(self.content, compresslevel=9, mtime=0)


class Assets:
    """All files, read once when they are first asked for.

    Args:
        prefix: The path under which they are served.

    Example:
        >>> assets = Assets()
        >>> assets.url("comptoir.css").startswith("/assets/comptoir.")
        True
    """

    def __init__(self, *, prefix: str = "/assets") -> None:
        self._prefix = prefix
        self._by_name: dict[str, Asset] = {}
        self._by_served_name: dict[str, Asset] = {}

    def names(self) -> tuple[str, ...]:
        """Every name `url` accepts, sorted."""
        return tuple(sorted(_SOURCES))

    def get(self, name: str) -> Asset:
        """The file of that name.

        Raises:
            KeyError: No such file; the message lists those that exist.
        """
        asset = self._by_name.get(name)
        if asset is None:
            asset = self._read(name)
            self._by_name[name] = asset
            self._by_served_name[asset.served_name] = asset
        return asset

    def url(self, name: str) -> str:
        """The address of a file, for a template: `{{ asset("comptoir.css") }}`."""
        return f"{self._prefix}/{self.get(name).served_name}"

    def served(self, served_name: str) -> Asset | None:
        """The file served under that name, or None (also for a name of another version)."""
        found = self._by_served_name.get(served_name)
        if found is None:
            # Another process of the same server may have written the page that asks.
            stem, _, suffix = served_name.rpartition(".")
            name = f"{stem.rpartition('.')[0]}.{suffix}"
            if name in _SOURCES and self.get(name).served_name == served_name:
                found = self._by_served_name[served_name]
        return found

    def _read(self, name: str) -> Asset:
        try:
            package, path, media_type = _SOURCES[name]
        except KeyError:
            accepted = ", ".join(self.names())
            raise KeyError(f"no asset is called {name!r}; there are: {accepted}") from None
        source: Traversable = resources.files(package).joinpath(path)
        content = _SOURCE_MAP.sub(b"", source.read_bytes())
        if name == "bootstrap-icons.css":
            font = self.get("bootstrap-icons.woff2").served_name
            replacement = f'src:url("{font}") format("woff2")'
            content = _FONT_SOURCES.sub(replacement, content.decode()).encode()
        return Asset(name, content, media_type)


#: The files of this process: they are in the wheels, so they can't change while it runs.
ASSETS = Assets()

assets_blueprint = Blueprint("assets", __name__)
assets_blueprint.before_request(reached_by_anyone("style sheets and scripts hold no data"))


def install_assets(app: Flask) -> None:
    """Serve the files, and give templates `asset("comptoir.css")`, the address of one."""
    app.jinja_env.globals["asset"] = ASSETS.url
    app.register_blueprint(assets_blueprint)
    # The extensions of pages look at the session at the end of every request, and Flask then says
    # that the answer varies with the cookie: a browser would fetch each file again at each sign-in.
    request_finished.connect(_same_for_everyone, app)


def _same_for_everyone(_app: Flask, *, response: Response, **_more: object) -> None:
    if request.blueprint == assets_blueprint.name:
        response.headers["Vary"] = "Accept-Encoding"


@assets_blueprint.get("/assets/<served_name>")
def asset(served_name: str) -> Response:
    """One file, immutable for a year, compressed where the browser understands it."""
    found = ASSETS.served(served_name)
    if found is None:
        abort(404)
    body = found.content
    headers = {
        "Cache-Control": f"public, max-age={_YEAR}, immutable",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if found.gzipped is not None and request.accept_encodings["gzip"] > 0:
        body = found.gzipped
        headers["Content-Encoding"] = "gzip"
    text = found.media_type.startswith("text/")
    content_type = f"{found.media_type}; charset=utf-8" if text else found.media_type
    return Response(body, headers=headers, content_type=content_type)
