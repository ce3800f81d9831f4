"""Checks a demonstration from end to end: the real server, a signed-in client, the command line.

The figure on the page must be the one this command line gives for the same loan and day.
"""

from __future__ import annotations

import json
import re
import subprocess  # nosec B404  # only our own command is run
import sys
import time
from typing import TYPE_CHECKING

from comptoir_cli.language import gettext as _
from comptoir_cli.refusals import Refusal

if TYPE_CHECKING:
    import httpx

    from comptoir_web.operations.demonstration import Account, Demonstration

__all__ = ["check_demonstration"]

DAY = "2025-12-09"
START_S = 60
LOAN = ["--principal", "215000", "--currency", "EUR", "--annual-rate", "0.0335",
        "--months", "300", "--first-due", "2025-10-01", "--on", DAY]  # fmt: skip


def check_demonstration(address: str, prepared: Demonstration) -> str:
    """Serve the demonstration, follow a client through it, and stop it.

    Returns:
        The sentence that says what was found equal.

    Raises:
        Refusal: The server did not start, a page was refused, or the figures differ.
    """
    import httpx

    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "comptoir_cli", "serve", "--port", port, "--workers", "1"]
    server = subprocess.Popen(command)  # noqa: S603  # nosec B603  # our own command
    try:
        with httpx.Client(base_url=address, follow_redirects=True, timeout=30) as browser:
            _wait(browser, server)
            _sign_in(browser, prepared.client)
            shown = _figure(browser, prepared.loan_id)
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    computed = _computed()
    if shown != computed:
        text = _("The page says {shown} and the command line {computed}.")
        raise Refusal(text.format(shown=shown, computed=computed))
    return _("The page and the command line agree: {amount} EUR on {day}.").format(
        amount=computed, day=DAY
    )


def _wait(browser: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server says it is ready."""
    import httpx

    end = time.monotonic() + START_S
    while time.monotonic() < end and server.poll() is None:
        try:
            if browser.get("/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise Refusal(_("The server did not start within {seconds} s.").format(seconds=START_S))


def _sign_in(browser: httpx.Client, account: Account) -> None:
    """Sign in as a person does: the form, its token, the password."""
    form = browser.get("/plateforme/connexion")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.text)
    if token is None:
        raise Refusal(_("The sign-in page has no form."))
    typed = {"email": account.email, "password": account.password, "csrf_token": token[1]}
    answer = browser.post("/plateforme/connexion", data=typed)
    if answer.is_error or answer.url.path.endswith("/connexion"):
        raise Refusal(_("The client could not sign in."))


def _figure(browser: httpx.Client, loan_id: str) -> str:
    """Open the loan and read what is owed."""
    page = browser.get(f"/plateforme/prets/{loan_id}", params={"on": DAY})
    found = re.search(r'<data[^>]*id="balance"[^>]*value="([^"]+)"', page.text)
    if page.is_error or found is None:
        raise Refusal(_("The loan could not be opened: {status}.").format(status=page.status_code))
    return found[1]


def _computed() -> str:
    """Ask the command line."""
    command = [sys.executable, "-m", "comptoir_cli", "loan", "balance", *LOAN, "--json"]
    answer = subprocess.run(command, capture_output=True, check=True)  # noqa: S603  # nosec B603  # as above
    return str(json.loads(answer.stdout)["balance"])
