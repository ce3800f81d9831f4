"""The kinds of job this process can run: a name and the function that does the work."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

from comptoir_web.jobs.errors import KindUnknown

if TYPE_CHECKING:
    from comptoir_web.jobs.context import JobContext

__all__ = ["HANDLERS", "Handler", "JobRegistry", "job", "load_handlers"]

Handler: TypeAlias = "Callable[[JobContext, Mapping[str, object]], Mapping[str, object]]"
"""Does the work and gives the result, as JSON values.

It is called again from its last checkpoint after a crash, so each of its steps is idempotent.
"""


@define
class JobRegistry:
    """Handlers by the name of their kind; a name is taken once."""

    _handlers: dict[str, Handler] = field(factory=dict)

    def job(self, kind: str) -> Callable[[Handler], Handler]:
        """Register the function below under this name.

        >>> registry = JobRegistry()
        >>> @registry.job("demo.nothing")
        ... def nothing(context, arguments):
        ...     return {}
        >>> sorted(registry.kinds)
        ['demo.nothing']
        """

        def register(handler: Handler) -> Handler:
            if kind in self._handlers:
                raise ValueError(f"two handlers are named {kind!r}: give one of them another name")
            self._handlers[kind] = handler
            return handler

        return register

    @property
    def kinds(self) -> Collection[str]:
        """The names of the kinds."""
        return self._handlers.keys()

    def handler(self, kind: str) -> Handler:
        """The function of this kind, or `KindUnknown`."""
        try:
            return self._handlers[kind]
        except KeyError:
            known = ", ".join(sorted(self._handlers)) or "none"
            raise KindUnknown(f"no job is named {kind!r}; known: {known}") from None


HANDLERS = JobRegistry()
"""The kinds of the platform; tests make their own registry."""

job = HANDLERS.job

# By name: the work stands with the section it belongs to, above the jobs that carry it.
_MODULES = (
    "comptoir_web.blueprints.loans.export",
    "comptoir_web.freight.jobs",
    "comptoir_web.identity.mail_jobs",
    "comptoir_web.identity.sms_jobs",
    "comptoir_web.wealth.jobs",
)


def load_handlers() -> JobRegistry:
    """Import the modules that register the platform's kinds, and give them all."""
    for module in _MODULES:
        importlib.import_module(module)
    return HANDLERS
