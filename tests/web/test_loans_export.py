"""The export of loans: every saved loan once, as CSV and PDF, whatever interrupts it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import svcs
from attrs import frozen
from sqlalchemy import Engine

from comptoir_web.blueprints.loans.export import KIND, NOTHING_TO_EXPORT
from comptoir_web.files import FileAbsent, FilesUnreachable, LocalFiles
from comptoir_web.jobs.model import Job, JobPolicy, JobState
from comptoir_web.jobs.queue import JobQueue
from comptoir_web.jobs.registry import load_handlers
from comptoir_web.jobs.runner import JobRunner, job_folder
from comptoir_web.settings import Secret, Settings
from comptoir_web.storage import ALL_MIGRATIONS
from comptoir_web.wiring import build_registry
from shared_kernel import money
from shared_kernel.engine import transaction
from shared_kernel.migrations import upgrade
from wealth_core.loans import CENT, EXACT, Loan, LoanPlan, Repayment
from wealth_core.storage import LoanStore

NOON = datetime(2025, 12, 9, 12, tzinfo=UTC)


class Failing(LocalFiles):
    """A folder that stops answering after some files, until it is mended."""

    puts_left = 1_000

    def put(self, key: str, data: object) -> None:
        """Keep, or fail."""
        if Failing.puts_left <= 0:
            raise FilesUnreachable("away")
        Failing.puts_left -= 1
        super().put(key, data)  # type: ignore[arg-type]  # whatever LocalFiles takes


@frozen
class House:
    """A migrated database with the platform's handlers."""

    engine: Engine
    files: LocalFiles
    services: svcs.Registry

    def save(
        self,
        label: str,
        *,
        months: int = 12,
        owner: str = "ann",
        repayments: tuple[Repayment, ...] = (),
    ) -> str:
        """Save a loan, in the exact rounding when it has repayments."""
        loan = Loan(money("12000", "EUR"), Decimal("0.0335"), months, date(2025, 10, 1))
        rounding = EXACT if repayments else CENT
        plan = LoanPlan(loan, repayments=repayments, rounding=rounding)
        with transaction(self.engine) as connection:
            store = LoanStore(connection)
            at = NOON + timedelta(seconds=len(store.list(owner)))
            return store.add(owner, label, plan, at=at).id

    def ask(self, *, locale: str = "fr") -> str:
        """Ask for the export."""
        queue = JobQueue(self.engine, lambda: NOON)
        return queue.submit(KIND, {"locale": locale}, owner="ann", request_id="r1").id

    def run(self) -> Job:
        """Run what waits, once."""
        policy = JobPolicy(retry_delay=JobPolicy().retry_delay * 0)
        runner = JobRunner(self.services, handlers=load_handlers(), policy=policy)
        assert runner.run_next()
        return JobQueue(self.engine, lambda: NOON).list("ann")[0]

    def archive(self, job: Job) -> zipfile.ZipFile:
        """The archive that the job made."""
        assert job.file is not None
        with self.files.open(job.file) as file:
            return zipfile.ZipFile(io.BytesIO(file.read()))


@pytest.fixture
def house(engine: Engine, database_url: str, tmp_path: Path) -> House:
    """See `House`; its folder answers."""
    upgrade(engine, ALL_MIGRATIONS)
    Failing.puts_left = 1_000
    files = Failing(tmp_path / "files")
    settings = Settings(database_url=Secret(database_url), business_name="Maison")
    services = build_registry(settings, engine=engine, clock=lambda: NOON, files=files)
    return House(engine, files, services)


def test_every_loan_is_in_the_archive(house: House) -> None:
    """A CSV and a PDF a loan, the oldest first, under names any system takes; no one else's."""
    house.save("Résidence à Lyon")
    house.save("Voiture", months=48)
    house.save("Other", owner="bob")
    house.ask()
    job = house.run()
    assert job.state is JobState.DONE, job.error
    assert (job.done, job.total, job.percent) == (2, 2, 100)
    assert job.file_name == "prets-2025-12-09.zip"
    assert job.result is not None
    assert job.result["loans"] == 2
    archive = house.archive(job)
    assert archive.testzip() is None
    assert sorted(archive.namelist()) == sorted(
        f"{name}.{kind}"
        for kind in ("csv", "pdf")
        for name in ("001-residence-a-lyon", "002-voiture")
    )
    assert archive.read("001-residence-a-lyon.pdf").startswith(b"%PDF-")
    table = archive.read("002-voiture.csv").decode("utf-8-sig").splitlines()
    assert len(table) == 49
    assert ";" in table[0]


def test_the_tables_count_what_is_kept_with_the_loan(house: House) -> None:
    """An early repayment of all that is owed ends the table there, in the rounding kept."""
    house.save("Voiture", months=48, repayments=(Repayment(3),))
    house.ask()
    archive = house.archive(house.run())
    lines = archive.read("001-voiture.csv").decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[-1].endswith(";0,00")


def test_the_language_is_that_of_the_request(house: House) -> None:
    """An English reader gets English names and English figures."""
    house.save("Car")
    house.ask(locale="en")
    job = house.run()
    assert job.file_name == "loans-2025-12-09.zip"
    assert b"Interest" in house.archive(job).read("001-car.csv").splitlines()[0]


def test_an_interrupted_export_goes_on_and_packs_the_same_files(house: House) -> None:
    """The store goes away in the middle: what was done is kept, and the files are the same."""
    for number in range(4):
        house.save(f"Loan {number}")
    house.ask()
    Failing.puts_left = 5  # the third loan's PDF fails
    job = house.run()
    assert (job.state, job.done, job.total) == (JobState.QUEUED, 2, 4)
    assert job.checkpoint["next"] == 2
    Failing.puts_left = 1_000
    job = house.run()
    assert (job.state, job.attempts) == (JobState.DONE, 2)
    whole = house.archive(job)
    assert len(whole.namelist()) == 8
    # Asked for anew, without any interruption.
    queue = JobQueue(house.engine, lambda: NOON)
    queue.submit(KIND, {"locale": "fr"}, owner="ann", request_id="r2")
    runner = JobRunner(house.services, handlers=load_handlers(), policy=JobPolicy())
    assert runner.run_next()
    (other,) = (house.archive(each) for each in queue.list("ann") if each.id != job.id)
    assert [other.read(name) for name in other.namelist()] == [
        whole.read(name) for name in whole.namelist()
    ]
    assert other.namelist() == whole.namelist()


def test_the_parts_go_once_the_archive_is_there(house: House) -> None:
    """Nothing but the archive stays in the job's folder."""
    house.save("Loan")
    job_id = house.ask()
    job = house.run()
    assert job.file == f"{job_folder(job_id)}/export.zip"
    with pytest.raises(FileAbsent):
        house.files.open(f"{job_folder(job_id)}/parts/001-loan.csv")


def test_a_loan_removed_meanwhile_is_left_out(house: House) -> None:
    """What was removed between two attempts is no part of the archive, and nothing fails."""
    first = house.save("First")
    house.save("Second")
    house.ask()
    Failing.puts_left = 0
    assert house.run().state is JobState.QUEUED
    with transaction(house.engine) as connection:
        LoanStore(connection).remove("ann", first, at=NOON)
    Failing.puts_left = 1_000
    job = house.run()
    assert job.state is JobState.DONE
    assert house.archive(job).namelist() == ["002-second.csv", "002-second.pdf"]


def test_nothing_to_export_is_said(house: House) -> None:
    """Without a saved loan the job fails with what to do."""
    house.ask()
    job = house.run()
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert job.error.template == NOTHING_TO_EXPORT
