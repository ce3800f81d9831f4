"""The mails of identity are sent by a job: the page answers in the same time whoever asks.

The job holds the id of an account, never a link: the link is made when the mail is, so nothing
that opens an account waits in the queue. An unknown account gives a job as well, which does
nothing; the time a page takes says nothing either.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from comptoir_web.identity.errors import UnknownUser
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.errors import JobUnavailable
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import job
from comptoir_web.mail import MailError

__all__ = [
    "PLATFORM",
    "ask_for_link",
    "send_link",
    "send_password_changed",
    "tell_password_changed",
]

PLATFORM = "platform"
"""The owner of the jobs that belong to nobody in particular: no page lists them."""


def ask_for_link(
    queue: JobQueue, user_id: str | None, *, request_id: str, actor: str | None = None
) -> None:
    """Ask for the mail with a link; None asks for a job that sends nothing."""
    arguments = {"user": user_id or "", "actor": actor or ""}
    queue.submit("identity.link", arguments, owner=PLATFORM, request_id=request_id)


def tell_password_changed(queue: JobQueue, user_id: str) -> None:
    """Ask for the mail that tells the owner of an account that its password was changed."""
    arguments = {"user": user_id}
    request_id = secrets.token_urlsafe(16)
    queue.submit("identity.password_changed", arguments, owner=PLATFORM, request_id=request_id)


@job("identity.link")
def send_link(context: JobContext, arguments: Mapping[str, object]) -> Mapping[str, object]:
    """Make a fresh link and mail it; sent again after a crash, the last link is the good one."""
    user_id, actor = str(arguments["user"]), str(arguments["actor"])
    if user_id:
        identity = context.services.get(IdentityService)
        _send(lambda: identity.send_link(user_id, actor=actor or None))
    return {}


@job("identity.password_changed")
def send_password_changed(
    context: JobContext, arguments: Mapping[str, object]
) -> Mapping[str, object]:
    """Mail the owner of an account that its password was changed."""
    identity = context.services.get(IdentityService)
    _send(lambda: identity.tell_password_changed(str(arguments["user"])))
    return {}


def _send(send: Callable[[], None]) -> None:
    try:
        send()
    except UnknownUser:
        return  # erased in the meantime: nobody to write to
    except MailError as error:
        raise JobUnavailable(str(error)) from error
