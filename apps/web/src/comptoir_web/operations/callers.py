"""Who may see the details of operations: this machine itself, or the holder of the token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from comptoir_web.security.proxies import WAS_FORWARDED

__all__ = ["may_see_details"]


def may_see_details(environ: Mapping[str, object], *, token: str) -> bool:
    """Whether this request comes from this machine, or carries the token.

    A proxy on this machine makes every visitor look like this machine: a request that says it was
    forwarded, in whatever way, is therefore a stranger's unless it carries the token. So is one
    for another name than this machine's: a proxy that says nothing passes the site's name on, and a
    page of another site that makes its name lead here (DNS rebinding) brings its own.

    Args:
        environ: The WSGI environment of the request.
        token: The token of the settings; empty when there is none.

    >>> asked = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}
    >>> may_see_details(asked, token="")
    True
    >>> may_see_details(asked | {WAS_FORWARDED: True}, token="")
    False
    >>> may_see_details(asked | {"HTTP_HOST": "example.com"}, token="")
    False
    """
    return _has_token(environ, token) or _is_local(environ)


def _has_token(environ: Mapping[str, object], token: str) -> bool:
    scheme, _, given = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if not token or scheme.lower() != "bearer":
        return False
    # Compared in constant time: how much of a guess is right must not show in the delay.
    return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())


def _is_local(environ: Mapping[str, object]) -> bool:
    # The header by which a proxy names itself is not one of those that say for whom it asks.
    if environ.get(WAS_FORWARDED) or environ.get("HTTP_VIA"):
        return False
    return _is_loopback(str(environ.get("REMOTE_ADDR", ""))) and _names_this_machine(environ)


def _names_this_machine(environ: Mapping[str, object]) -> bool:
    try:
        name = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
