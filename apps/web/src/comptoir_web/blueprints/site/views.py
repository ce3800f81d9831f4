"""The public site: one page until a section adds its own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from comptoir_web.identity.roles import reached_by_anyone

__all__ = ["blueprint"]

blueprint = Blueprint("site", __name__)
blueprint.before_request(reached_by_anyone("the public site"))


@blueprint.get("/")
def root() -> ResponseReturnValue:
    """The bare address leads to the public site."""
    return redirect(url_for("site.home"), code=302)


@blueprint.get("/site/")
def home() -> ResponseReturnValue:
    """The home of the public site."""
    return render_template("site/home.html")
