"""The Comptoir web shell: sign-in, pages, API and jobs over the libraries.

Map:

- ``app``: `create_app`, the list of everything that is registered.
- ``settings``: what the environment says, checked once. ``wiring``: the objects of a process.
- ``container``: those of the request, for whoever must not know the wiring.
- ``errors``: the tree. ``error_pages``: what a visitor sees of it. ``clock``, ``forms``, ``logs``.
- ``security``: headers, hosts, proxies, request sizes and rates, safe redirects.
- ``identity``: users, passwords, sessions, second factor, links, tokens, limits, audit.
- ``storage``: the ``web_`` tables and their migrations. ``mail``, ``sms``, ``files``: ports.
- ``jobs``: work that outlives a request. ``operations``: health and metrics.
- ``wealth``: net worth, quotes, plans and alerts; ``freight``: quotes, containers, payments. One
  service each for pages, API and commands.
- ``presentation``, ``templates``, ``static``, ``translations``: what a person sees.
- ``blueprints``: pages, one folder a section. ``api``: the same capabilities as JSON.

Importing this package imports none of them: the command line starts here too.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from comptoir_web.app import create_app
    from comptoir_web.errors import WebError
    from comptoir_web.settings import Settings

__all__ = ["Settings", "WebError", "create_app"]

_HOMES = {
    "Settings": "comptoir_web.settings",
    "WebError": "comptoir_web.errors",
    "create_app": "comptoir_web.app",
}


def __getattr__(name: str) -> object:
    """Import a public name the first time it is asked for."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
