"""``/livez``: this process answers. ``/readyz``: what it needs answers too.

The first touches nothing, so that a database that is away does not get every process restarted.
The second says 503 when the database is unreachable or its tables are not those of this code, or
when the broker is set and silent. Which part is not ready is told to this machine and to the holder
of the token alone.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from comptoir_web.identity.roles import reached_by_anyone
from comptoir_web.jobs.errors import JobUnavailable
from comptoir_web.operations.callers import may_see_details
from comptoir_web.settings import Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import services
from shared_kernel import StorageError
from shared_kernel.engine import reading
from shared_kernel.migrations import require_current

__all__ = ["Check", "blueprint", "check_broker", "check_database"]

blueprint = Blueprint("operations", __name__)
blueprint.before_request(
    reached_by_anyone("a load balancer has no account; details ask for this machine or a token")
)


@frozen
class Check:
    """One part the platform needs: is it ready, and if not, why, in words without secrets."""

    name: str
    ready: bool
    detail: str


@blueprint.get("/livez")
def livez() -> ResponseReturnValue:
    """This process answers; nothing else is asked of it."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}


@blueprint.get("/readyz")
@blueprint.get("/health/", endpoint="health")
def readyz() -> ResponseReturnValue:
    """200 when everything needed answers, 503 otherwise."""
    settings = services().get(Settings)
    checks = [check_database(services().get(Engine))]
    if settings.broker_url:
        checks.append(check_broker(settings.broker_url.value))
    ready = all(check.ready for check in checks)
    answer: dict[str, object] = {"ready": ready}
    if may_see_details(request.environ, token=settings.metrics_token.value):
        answer["checks"] = {
            check.name: {"ready": check.ready, "detail": check.detail} for check in checks
        }
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response, 200 if ready else 503


def check_database(engine: Engine) -> Check:
    """The database answers, and its tables are those of this code."""

    def check() -> None:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        require_current(engine, ALL_MIGRATIONS)

    return _checked("database", check)


def check_broker(broker_url: str) -> Check:
    """The broker answers."""
    from comptoir_web.jobs.celery import ping

    return _checked("broker", lambda: ping(broker_url))


def _checked(name: str, check: Callable[[], None]) -> Check:
    try:
        check()
    except StorageError as error:
        return Check(name, ready=False, detail=str(error))  # the kernel's sentences hold no secret
    except JobUnavailable as error:
        return Check(name, ready=False, detail=f"the broker does not answer ({error})")
    except SQLAlchemyError as error:
        return Check(name, ready=False, detail=type(error).__name__)
    return Check(name, ready=True, detail="ok")
