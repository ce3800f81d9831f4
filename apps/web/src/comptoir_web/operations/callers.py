"""Who may see the details of operations: this machine itself, or the holder of the token."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from ipaddress import ip_address

from comptoir_web.security.proxies import WAS_FORWARDED

__all__ = ["may_see_details"]


def may_see_details(environ: Mapping[str, object], *, token: str) -> bool:
    """Whether this request comes from this machine, or carries the token.

    A proxy on this machine makes every visitor look like this machine: a request that says it was
    forwarded, in whatever way, is therefore a stranger's unless it carries the token.

    Args:
        environ: The WSGI environment of the request.
        token: The token of the settings; empty when there is none.

    >>> may_see_details({"REMOTE_ADDR": "127.0.0.1"}, token="")
    True
    >>> may_see_details({"REMOTE_ADDR": "127.0.0.1", WAS_FORWARDED: True}, token="")
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
    try:
        address = ip_address(str(environ.get("REMOTE_ADDR", "")))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
