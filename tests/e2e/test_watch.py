"""The window of the tests itself: what goes wrong in it does not go by."""

from __future__ import annotations

import pytest
from testkit.browser import VARIABLE, ChromiumMissingError, Visit, chromium

_WRONG = {
    "console error: a message": "console.error('a message')",
    "script: thrown": "setTimeout(() => { throw new Error('thrown'); })",
    "Content Security Policy": "document.body.innerHTML = '<img src=//a.test/>'",
    "status of 404": "fetch('/plateforme/nulle-part')",
}


@pytest.mark.parametrize("fault", _WRONG)
def test_a_fault_is_seen(visit: Visit, fault: str) -> None:
    """A message of the console, an uncaught error, what the policy blocks, a missing file."""
    visit.goto("/plateforme/connexion")
    visit.check()
    with visit.page.expect_event("console" if "script" not in fault else "pageerror"):
        visit.page.evaluate(f"() => {{ {_WRONG[fault]}; }}")
    with pytest.raises(AssertionError, match=fault):
        visit.check()
    visit.faults.clear()


def test_a_request_to_another_host_is_seen(visit: Visit) -> None:
    """Whatever the page's policy lets through."""
    visit.page.route("http://other.test/", lambda route: route.abort())
    visit.page.set_content("<link rel='stylesheet' href='http://other.test/'>")
    with pytest.raises(AssertionError, match=r"another host: http://other\.test"):
        visit.check()
    visit.faults.clear()


def test_without_a_browser_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not skipped: the run fails, with the package to install and the variable to set."""
    monkeypatch.setenv(VARIABLE, "no-such-browser")
    with pytest.raises(ChromiumMissingError, match=f"install Debian's package.*{VARIABLE}"):
        chromium()
