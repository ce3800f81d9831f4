"""Logs: one line an event, secrets taken out before anything is written.

JSON outside development. Whatever looks like a secret by its name, a link or a bearer token by its
shape is replaced, wherever in the event it stands. Sentry receives errors only when a DSN is set
(extra ``sentry``), after the same treatment and without cookies, forms or addresses.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import structlog

from comptoir_web.settings import Secret, Settings
from shared_kernel import ExtraMissing

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

__all__ = ["init_logs", "init_sentry", "redacted"]

_NAMES = re.compile(
    r"pass(word|wd)?$|password|secret|token|cookie|authorization|csrf|^(second_)?code$|totp|dsn"
    r"|api_?key|^phone(_e164)?$",
    re.IGNORECASE,
)
_SHAPES = (
    (re.compile(r"(/lien/)[^\s/?\"']+"), r"\1***"),
    (re.compile(r"(bearer\s+)\S+", re.IGNORECASE), r"\1***"),
    (re.compile(r"(\w+://[^:/@\s]*:)[^@\s]+@"), r"\1***@"),
)
_DEEPEST = 6


def redacted(value: object, *, name: str = "", depth: int = 0) -> object:
    """The value with its secrets replaced by ``***``.

    >>> redacted({"password": "hunter2", "path": "/plateforme/lien/abc.def"})
    {'password': '***', 'path': '/plateforme/lien/***'}
    """
    if isinstance(value, Secret) or (name and _NAMES.search(name)):
        return "***"
    if isinstance(value, str):
        for shape, replacement in _SHAPES:
            value = shape.sub(replacement, value)
        return value
    if depth >= _DEEPEST:
        return "..."
    if isinstance(value, Mapping):
        return {k: redacted(v, name=str(k), depth=depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(v, depth=depth + 1) for v in value]
    return value


def _redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if name != "exc_info":
            event[name] = redacted(value, name=name)
    return event


def init_logs(settings: Settings, *, level: int = logging.INFO) -> None:
    """Set up structlog, and the standard library's logging unless the program did already."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    # Exceptions become text first, so that what they quote is redacted too.
    last: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, _redact]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if settings.development
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, _redact, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if root.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *last,
                renderer,
            ],
        )
    )
    root.addHandler(handler)
    root.setLevel(level)
    # It tells its dialect each time the state of the tables is read: at every health check.
    logging.getLogger("alembic").setLevel(logging.WARNING)


def init_sentry(settings: Settings) -> None:
    """Send errors to Sentry when a DSN is set; does nothing otherwise.

    Raises:
        ExtraMissing: a DSN is set and the extra ``sentry`` is not installed.
    """
    if not settings.sentry_dsn:
        return
    try:
        import sentry_sdk
    except ImportError as error:
        raise ExtraMissing("comptoir-web", "sentry") from error
    sentry_sdk.init(
        dsn=settings.sentry_dsn.value,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        before_send=_before_send,
    )


def _before_send(event: Event, _hint: Hint) -> Event | None:
    event.pop("request", None)
    event.pop("user", None)
    clean = redacted(dict(event))
    event.update(clean)  # type: ignore[typeddict-item]  # the same keys, their secrets replaced
    return event
