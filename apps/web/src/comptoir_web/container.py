"""`services`: the services of the request being answered, for whoever must not know the wiring."""

from __future__ import annotations

import svcs

__all__ = ["services"]


def services() -> svcs.Container:
    """The services of the request being answered."""
    return svcs.flask.svcs_from()
