"""The pages of one's jobs: asked, followed, downloaded, cancelled, tried again; one's own only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
import svcs
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from comptoir_web.identity.roles import Role
from comptoir_web.identity.service import IdentityService
from comptoir_web.jobs.model import Job, JobPolicy, JobState, Sentence
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner
from comptoir_web.jobs.store import JobStore
from comptoir_web.jobs.tables import JOBS
from shared_kernel import money
from shared_kernel.engine import transaction
from wealth_core.loans import Loan, LoanPlan
from wealth_core.storage import LoanStore

HOME = "/plateforme/travaux/"
SignIn = Callable[..., FlaskClient]


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)
    assert found is not None, f"no field {name}"
    return found[1]


class Visitor:
    """Someone signed in, and what they do on these pages."""

    def __init__(self, app: Flask, client: FlaskClient, user_id: str) -> None:
        self.app = app
        self.client = client
        self.id = user_id

    @property
    def queue(self) -> JobQueue:
        """The application's queue."""
        with svcs.Container(svcs.flask.get_registry(self.app)) as container:
            return container.get(JobQueue)

    @property
    def engine(self) -> Engine:
        """The application's database."""
        return self.queue.engine

    def save_loan(self, label: str) -> None:
        """Save a loan, as its own page does."""
        loan = Loan(money("12000", "EUR"), Decimal("0.0335"), 12, date(2025, 10, 1))
        with transaction(self.engine) as connection:
            LoanStore(connection).add(self.id, label, LoanPlan(loan), at=self.queue.clock())

    def post(self, action: str, **data: str) -> TestResponse:
        """Send a form of these pages."""
        token = hidden(self.client.get(HOME).text, "csrf_token")
        return self.client.post(f"{HOME}{action}", data={"csrf_token": token, **data})

    def ask(self, request_id: str = "form-1") -> str:
        """Ask for the export, and give the job's id."""
        answer = self.post("export-prets", request_id=request_id)
        assert answer.status_code == 303
        return answer.headers["Location"].rpartition("/")[2]

    def run(self) -> None:
        """Do what a worker does."""
        services = svcs.flask.get_registry(self.app)
        assert JobRunner(services, handlers=load_handlers(), policy=JobPolicy()).run_next()

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return self.queue.get(job_id, owner=self.id)


@pytest.fixture
def visitor(app: Flask, signed_in_client: SignIn, identity: IdentityService) -> Visitor:
    """A client who is signed in."""
    client = signed_in_client(Role.CLIENT)
    user = identity.user_by_email("client@example.com")
    assert user is not None
    return Visitor(app, client, user.id)


def test_an_export_from_the_button_to_the_file(visitor: Visitor) -> None:
    """The button leads to the job's page; once done the page offers the file, which is right."""
    visitor.save_loan("Résidence")
    page = visitor.client.get(HOME).text
    job_id = visitor.ask(hidden(page, "request_id"))
    waiting = visitor.client.get(f"{HOME}{job_id}").text
    assert "Export de mes prêts" in waiting
    assert "/fichier" not in waiting
    assert "jobs." in waiting  # the script that asks again
    visitor.run()
    done = visitor.client.get(f"{HOME}{job_id}").text
    assert f"{HOME}{job_id}/fichier" in done
    assert "12 janvier 2026" in done  # kept for a week
    assert "data-job-state" not in done
    with visitor.client.get(f"{HOME}{job_id}/fichier") as file:
        assert file.headers["Content-Disposition"] == "attachment; filename=prets-2026-01-05.zip"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Cache-Control"] == "private, no-store"
        packed = file.data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["001-residence.csv", "001-residence.pdf"]
    assert job_id in visitor.client.get(HOME).text


def test_a_form_sent_twice_asks_once(visitor: Visitor) -> None:
    """The second press of the button leads to the same job."""
    assert visitor.ask("same") == visitor.ask("same")
    assert visitor.queue.count(visitor.id) == 1
    assert visitor.ask("another") != visitor.ask("same")


@pytest.mark.parametrize("request_id", ["", "a b", "é", "x" * 65, "a\n"])
def test_a_strange_form_is_refused(visitor: Visitor, request_id: str) -> None:
    """A form without its number, or with one this page never makes, asks for nothing."""
    assert visitor.post("export-prets", request_id=request_id).status_code == 400
    assert visitor.queue.count(visitor.id) == 0


def test_a_form_without_its_token_is_refused(visitor: Visitor) -> None:
    """Another site cannot make a signed-in browser ask for an export."""
    answer = visitor.client.post(f"{HOME}export-prets", data={"request_id": "forged"})
    assert answer.status_code in (400, 403)
    assert visitor.queue.count(visitor.id) == 0


def test_the_state_says_how_far_the_job_is(visitor: Visitor) -> None:
    """The script of the page reads counts and a sentence in the reader's language."""
    job_id = visitor.ask()
    with transaction(visitor.engine) as connection:
        store = JobStore(connection)
        taken = store.claim(
            worker="w", at=visitor.queue.clock(), lease=JobPolicy().lease, kinds=("loans.export",)
        )
        assert taken is not None
        connection.execute(
            JOBS.update().values(
                done=2,
                total=5,
                message=Sentence(
                    "Loans done: {done} of {total}.", {"done": "2", "total": "5"}
                ).document(),
            )
        )
    answer = visitor.client.get(f"{HOME}{job_id}/etat")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json == {
        "state": "running",
        "name": "En cours",
        "summary": "Prêts traités\u00a0: 2 sur 5.",
        "count": "",
        "done": 2,
        "total": 5,
        "percent": 40,
        "finished": False,
    }
    assert 'max="5" value="2"' in visitor.client.get(f"{HOME}{job_id}").text


def test_a_waiting_job_is_cancelled_and_taken_up_again(visitor: Visitor) -> None:
    """Cancelling is undone by one button; both are forms with their token."""
    visitor.save_loan("Loan")
    job_id = visitor.ask()
    assert visitor.post(f"{job_id}/annuler").status_code == 303
    assert visitor.job(job_id).state is JobState.CANCELLED
    assert "reprendre" in visitor.client.get(f"{HOME}{job_id}").text
    assert visitor.post(f"{job_id}/reprendre").status_code == 303
    assert visitor.job(job_id).state is JobState.QUEUED
    visitor.run()
    assert visitor.job(job_id).state is JobState.DONE


def test_a_failed_job_says_what_to_do(visitor: Visitor) -> None:
    """Without a loan the page says so, in French, and offers to try again."""
    job_id = visitor.ask()
    visitor.run()
    page = visitor.client.get(f"{HOME}{job_id}").text
    assert "Échec" in page
    assert "aucun prêt enregistré" in page
    assert "reprendre" in page


def test_the_jobs_of_others_are_not_there(
    visitor: Visitor, app: Flask, signed_in_client: SignIn, identity: IdentityService
) -> None:
    """Another client and an administrator get 404 for every page and action of the job."""
    visitor.save_loan("Loan")
    job_id = visitor.ask()
    visitor.run()
    for client, email in (
        (signed_in_client(Role.CLIENT, email="other@example.com"), "other@example.com"),
        (signed_in_client(Role.ADMIN), "admin@example.com"),
    ):
        user = identity.user_by_email(email)
        assert user is not None
        other = Visitor(app, client, user.id)
        for page in ("", "/etat", "/fichier"):
            assert client.get(f"{HOME}{job_id}{page}").status_code == 404
        for action in ("annuler", "reprendre"):
            assert other.post(f"{job_id}/{action}").status_code == 404
        assert job_id not in client.get(HOME).text
    assert visitor.job(job_id).state is JobState.DONE


@pytest.mark.parametrize("job_id", ["nothing", "x" * 65, "..%2f..", "%00", "é"])
def test_an_address_that_is_no_job_is_404(visitor: Visitor, job_id: str) -> None:
    """Whatever stands in the address, the answer is a page that says there is nothing."""
    assert visitor.client.get(f"{HOME}{job_id}").status_code == 404


def test_a_visitor_signs_in_first(client: FlaskClient) -> None:
    """Nothing of the jobs is shown, and nothing is asked, before signing in."""
    for page in ("", "abc", "abc/etat", "abc/fichier"):
        assert client.get(f"{HOME}{page}").status_code == 303
    assert client.post(f"{HOME}export-prets").status_code in (303, 400)


@pytest.mark.parametrize("role", [Role.MERCHANT, Role.STAFF])
def test_roles_without_jobs_are_refused(signed_in_client: SignIn, role: Role) -> None:
    """Merchants and staff have no job yet: the section is closed to them."""
    assert signed_in_client(role).get(HOME).status_code == 403


def test_a_long_list_is_paged(visitor: Visitor) -> None:
    """Twenty a page, the newest first; a page that is not there shows the last."""
    for number in range(21):
        visitor.queue.submit("loans.export", {}, owner=visitor.id, request_id=f"r{number}")
    first = visitor.client.get(HOME).text
    assert first.count("Export de mes prêts") == 20
    assert "page=2" in first
    assert visitor.client.get(f"{HOME}?page=99").text.count("Export de mes prêts") == 1


def test_an_empty_list_says_what_to_do(visitor: Visitor) -> None:
    """One sentence and one button, and the export within reach."""
    page = visitor.client.get(HOME).text
    assert "Aucun travail" in page
    assert "export-prets" in page


def test_the_pages_speak_english(visitor: Visitor) -> None:
    """The switch of the header changes every text of the job's page."""
    job_id = visitor.ask()
    visitor.client.get("/plateforme/langue/en")
    page = visitor.client.get(f"{HOME}{job_id}").text
    assert "Export of my loans" in page
    assert "The work begins in a moment." in page
    state = visitor.client.get(f"{HOME}{job_id}/etat").json
    assert state is not None
    assert state["name"] == "Waiting"
