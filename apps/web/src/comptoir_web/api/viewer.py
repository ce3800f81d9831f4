"""The API's document, its viewer, the list of its problems, the schema of holdings: no data.

The viewer is Swagger UI, from the files of the ``offapi`` wheel served as files: the page itself
has no inline script or style, so the strict Content-Security-Policy holds and nothing is asked of
another host.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from flask import Blueprint, Response, abort, jsonify, render_template, request, url_for

from comptoir_web.api.openapi import document
from comptoir_web.api.problems import KINDS, answer_with_problems, api_locale
from comptoir_web.identity.roles import reached_by_anyone
from comptoir_web.presentation.assets import Asset
from shared_kernel.translations import catalogue

__all__ = ["blueprint"]

blueprint = Blueprint("api_docs", __name__)
blueprint.before_request(reached_by_anyone("the document of the API holds no data"))
answer_with_problems(blueprint)

_FILES: Final = {
    "swagger_bundle.js": ("offapi", "text/javascript"),
    "swagger_style.css": ("offapi", "text/css"),
    "api-docs.js": ("comptoir_web.static", "text/javascript"),
}
_YEAR: Final = 365 * 24 * 3600


@cache
def _asset(name: str) -> Asset:
    package, media_type = _FILES[name]
    home, _, folder = package.partition(".")
    source = resources.files(home).joinpath(folder) if folder else resources.files(home)
    return Asset(name, source.joinpath(name).read_bytes(), media_type)


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """Give the OpenAPI 3.1 document of the API."""
    return jsonify(document())


@blueprint.get("/api/docs")
def docs() -> Response:
    """Show the viewer."""

    def address(name: str) -> str:
        return url_for("api_docs.docs_file", served_name=_asset(name).served_name)

    return _page(
        "api/docs.html",
        style=address("swagger_style.css"),
        bundle=address("swagger_bundle.js"),
        start=address("api-docs.js"),
        document=url_for("api_docs.openapi"),
    )


@blueprint.get("/api/docs/<served_name>")
def docs_file(served_name: str) -> Response:
    """Give one of the viewer's files, named by its content and kept for a year."""
    for name in _FILES:
        found = _asset(name)
        if found.served_name == served_name:
            break
    else:
        abort(404)
    answer = Response(found.content, content_type=f"{found.media_type}; charset=utf-8")
    if found.gzipped is not None and request.accept_encodings["gzip"] > 0:
        answer.data = found.gzipped
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    answer.vary.add("Accept-Encoding")
    return answer


@blueprint.get("/api/schemas/holdings.json")
def holdings() -> Response:
    """Give the JSON Schema (draft 2020-12) of the documents that holdings are moved with."""
    from wealth_core.networth import holdings_schema  # late: a page of the viewer needs none of it

    answer = jsonify(holdings_schema())
    answer.content_type = "application/schema+json"
    return answer


@blueprint.get("/api/problems")
def problems() -> Response:
    """List the kinds of problems: what their ``type`` refers to."""
    return _page("api/problems.html", kinds=KINDS.values())


def _page(template: str, **values: object) -> Response:
    locale = api_locale()
    text = catalogue("comptoir_web", locale).gettext
    answer = Response(render_template(template, locale=locale, text=text, **values))
    answer.headers["Content-Language"] = locale
    answer.vary.add("Accept-Language")
    return answer
