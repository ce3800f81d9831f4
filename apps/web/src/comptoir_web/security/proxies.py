"""Forwarded headers are believed from known proxies only, by the address that connects.

A request from anybody else loses them before the application sees it. From a known proxy the
chain of ``X-Forwarded-For`` is read from the right, past known proxies, to the first unknown
address: what a visitor wrote at the left is never reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from comptoir_web.settings import Network

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["WAS_FORWARDED", "KnownProxies"]

_FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SCHEME",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_REAL_IP",
)


WAS_FORWARDED = "comptoir.was_forwarded"
"""Set in the environment of a request that said it was forwarded, believed or not: the address of
such a request may be that of a proxy on this machine, so it opens nothing by itself."""


class KnownProxies:
    """WSGI middleware that believes or drops the forwarded headers."""

    def __init__(self, app: WSGIApplication, networks: Iterable[Network]) -> None:
        self._app = app
        self._networks = tuple(networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request with its address, scheme and host as they really are."""
        if self._known(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        for name in _FORWARDED:
            if environ.pop(name, None) is not None:
                environ[WAS_FORWARDED] = True
        return self._app(environ, start_response)

    def _known(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        # A socket of both families writes an IPv4 address as `::ffff:10.0.0.1`.
        parsed = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(parsed in network for network in self._networks)

    def _believe(self, environ: WSGIEnvironment) -> None:
        chain = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        for address in reversed([part for part in chain if part]):
            try:
                environ["REMOTE_ADDR"] = str(ip_address(address))
            except ValueError:
                # The proxy before wrote something else than an address: it is the last known.
                break
            if not self._known(address):
                break
        scheme = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if scheme in {"http", "https"}:
            environ["wsgi.url_scheme"] = scheme
        host = environ.get("HTTP_X_FORWARDED_HOST", "").rpartition(",")[2].strip()
        if host:
            environ["HTTP_HOST"] = host
