"""Where a page may send its visitor: to an address of this site, never elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from comptoir_web.presentation.languages import local_address

__all__ = ["here_or_back", "next_address"]


def next_address(default: str) -> str:
    """The address asked for by ``next``, in the address or the form, when it is of this site."""
    return local_address(request.values.get("next"), otherwise=default)


def here_or_back() -> str:
    """Where to come back to after signing in.

    This page when it was only read; the page the form was on when something was sent, because
    sending it again is the visitor's to decide.
    """
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
