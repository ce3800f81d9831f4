"""Codes are sent by a job: the page answers in the same time whosever the phone is.

The job holds the id of a request, neither a code nor a number: the code is drawn as the message
leaves, so nothing that opens an account waits in the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from comptoir_web.identity.mail_jobs import PLATFORM
from comptoir_web.identity.phone_sign_in import PhoneSignIn
from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.errors import JobUnavailable
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import job
from logistics_core.errors import SmsFailed

__all__ = ["send_code", "submit_to"]


def submit_to(queue: JobQueue) -> Callable[[str, str], None]:
    """What asks for the message of a request, in a language."""

    def submit(request_id: str, locale: str) -> None:
        arguments = {"request": request_id, "locale": locale}
        queue.submit("identity.code", arguments, owner=PLATFORM, request_id=request_id)

    return submit


@job("identity.code")
def send_code(context: JobContext, arguments: Mapping[str, object]) -> Mapping[str, object]:
    """Draw the code of a request and send it; tried again while the request lives."""
    phones = context.services.get(PhoneSignIn)
    try:
        phones.send(str(arguments["request"]), locale=str(arguments["locale"]))
    except SmsFailed as error:
        raise JobUnavailable(str(error)) from error
    return {}
