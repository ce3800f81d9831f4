"""The pages of loans and jobs."""

from __future__ import annotations

from playwright.sync_api import expect

from comptoir_web.identity.roles import Role
from comptoir_web.jobs.queue import JobQueue
from testkit.every_page.scenes import (
    REFUSED,
    Prepare,
    Scene,
    SitePage,
    ask_to_remove,
    send,
    send_empty,
    unfold,
)

__all__ = ["EXAMPLE", "PAGES"]

EXAMPLE = (
    "/plateforme/prets/calcul?principal=215000&annual_rate=3.35&months=300"
    "&first_due=2025-10-01&on=2025-12-09"
)
"""The calculator's address with the loan of the documentation."""


EVERY_TERM = EXAMPLE + (
    "&kind=balloon&balloon_amount=50000&deferral=partial&deferral_months=12&first_period_days=40"
    "&insurance-0-annual_rate=0.34&insurance-0-share=60&insurance-1-annual_rate=0.28"
    "&insurance-1-share=50&fees-0-amount=900&fees-0-label=Dossier"
    "&rate_changes-0-from_instalment=61&rate_changes-0-annual_rate=3.10"
    "&repayments-0-on=2030-06-01&repayments-0-amount=20000"
)


WRONG = (
    "/plateforme/prets/calcul?principal=-5&annual_rate=335&months=0&first_due=31%2F02%2F2025"
    "&on=2025-12-09&insurance-0-annual_rate=abc"
)


def _job(scene: Scene) -> str:
    scene.loan("Résidence principale")
    queue = scene.site.services.get(JobQueue)
    arguments = {"locale": scene.me.locale or "fr"}
    job = queue.submit("loans.export", arguments, owner=scene.me.id, request_id="every-page")
    scene.visit.goto(f"/plateforme/travaux/{job.id}")
    expect(scene.visit.page.locator("a[href$='/fichier']")).to_be_visible(timeout=20_000)
    return f"/plateforme/travaux/{job.id}"


def _running_job(scene: Scene) -> str:
    return f"/plateforme/travaux/{scene.site.running_job(scene.me)}"


def _failed_job(scene: Scene) -> str:
    """An export of nothing."""
    scene.visit.goto("/plateforme/travaux/")
    send(scene.visit)
    again = scene.visit.page.locator("form[action$='/reprendre']")
    expect(again).to_be_visible(timeout=20_000)
    return scene.visit.page.url.removeprefix(scene.site.address)


def _jobs(scene: Scene) -> str:
    _job(scene)
    return "/plateforme/travaux/"


def _loans(scene: Scene) -> str:
    scene.loan("Résidence principale")
    return "/plateforme/prets/"


def _removed(scene: Scene) -> str:
    return f"{_loans(scene)}?removed={'0' * 32}"


def _saved(label: str, after: str = "") -> Prepare:
    return lambda scene: scene.loan(label) + after


def _save(scene: Scene) -> str:
    return EXAMPLE.replace("/calcul?", "/enregistrer?")


def _edit(scene: Scene) -> str:
    saved = scene.loan("Résidence principale").rpartition("/")[2]
    return f"{EXAMPLE}&saved={saved}&version=1"


def _stale(scene: Scene) -> str:
    """The calculator opened on a loan that was changed since: its version is an old one."""
    saved = scene.loan("Prêt relais").rpartition("/")[2]
    return f"{EXAMPLE}&saved={saved}&version=999"


_CLIENT = Role.CLIENT
_ADMIN = Role.ADMIN

PAGES: tuple[SitePage, ...] = (
    SitePage(name="jobs", endpoint="jobs.index", path=_jobs, role=_CLIENT),
    SitePage(
        name="jobs-none", endpoint="jobs.index", path="/plateforme/travaux/", role=_CLIENT,
        fresh=True,
    ),
    SitePage(name="job", endpoint="jobs.show", path=_job, role=_CLIENT, act=unfold),
    SitePage(
        name="job-running", endpoint="jobs.show", path=_running_job, role=_CLIENT, fresh=True
    ),
    SitePage(name="job-failed", endpoint="jobs.show", path=_failed_job, role=_CLIENT, fresh=True),
    SitePage(name="loans", endpoint="loans.index", path=_loans, role=_CLIENT),
    SitePage(name="loans-removed", endpoint="loans.index", path=_removed, role=_CLIENT),
    SitePage(
        name="loans-none", endpoint="loans.index", path="/plateforme/prets/", role=_CLIENT,
        fresh=True,
    ),
    SitePage(
        name="loan", endpoint="loans.show",
        path=_saved("Résidence principale", "?on=2025-12-09"), role=_CLIENT,
    ),
    SitePage(
        name="loan-insured", endpoint="loans.show",
        path=_saved("Appartement mis en location"), role=_CLIENT, act=unfold,
    ),
    SitePage(name="loan-xof", endpoint="loans.show", path=_saved("Four à pain"), role=_CLIENT),
    SitePage(
        name="loan-remove", endpoint="loans.show", path=_saved("Prêt relais"), role=_CLIENT,
        act=ask_to_remove, every_look=True,
    ),
    SitePage(
        name="loan-rename", endpoint="loans.rename", path=_saved("Prêt relais", "/nom"),
        role=_CLIENT,
    ),
    SitePage(
        name="calculator-every-term", endpoint="loans.calculator", path=EVERY_TERM, role=_CLIENT,
        act=unfold,
    ),
    SitePage(
        name="calculator", endpoint="loans.calculator", path="/plateforme/prets/calcul",
        role=_CLIENT,
    ),
    SitePage(name="calculator-answer", endpoint="loans.calculator", path=EXAMPLE, role=_CLIENT),
    SitePage(
        name="calculator-all-years", endpoint="loans.calculator", path=EXAMPLE + "&year=all",
        role=_ADMIN,
    ),
    SitePage(
        name="calculator-refused", endpoint="loans.calculator", path=WRONG, role=_CLIENT,
        statuses=REFUSED, every_look=True,
    ),
    SitePage(name="calculator-edit", endpoint="loans.calculator", path=_edit, role=_CLIENT),
    SitePage(
        name="calculator-stale", endpoint="loans.calculator", path=_stale, role=_CLIENT, act=send,
        statuses=frozenset({409}),
    ),
    SitePage(name="loan-save", endpoint="loans.save", path=_save, role=_CLIENT),
    SitePage(
        name="loan-save-refused", endpoint="loans.save", path=_save, role=_CLIENT, act=send_empty,
        statuses=REFUSED,
    ),
)  # fmt: skip
"""Each page in the state a person meets it in and in those that look different."""
