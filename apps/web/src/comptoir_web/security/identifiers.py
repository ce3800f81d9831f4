"""Identifiers in addresses: what no store could have given is not found, before any page runs.

The columns of identifiers refuse what is no identifier at all (`shared_kernel.columns.OpaqueId`),
which is an error of a program. Written in an address by a visitor, it is an address of nothing.
"""

from __future__ import annotations

from flask import Flask, abort, request

from comptoir_web.storage.identifiers import may_be_id

__all__ = ["init_identifiers"]

_OWNER = "owner"


def init_identifiers(app: Flask) -> None:
    """Answer 404 to an address whose identifiers are none."""

    @app.before_request
    def check_identifiers() -> None:
        for name, value in (request.view_args or {}).items():
            named = name.endswith("_id") or name == _OWNER
            if named and isinstance(value, str) and not may_be_id(value):
                abort(404)
