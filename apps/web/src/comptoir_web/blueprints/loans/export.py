"""``loans.export``: every saved loan of a client in one ZIP, the table of each as CSV and as PDF.

One step a loan: its two files are put in the job's folder under names that do not change, then the
step that counts them is committed. A crash between the two makes them again in the same place. The
archive is built from these files at the end, with the same bytes however many times it is built.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence

from comptoir_web.blueprints.loans.documents import file_stem, schedule_csv, schedule_pdf
from comptoir_web.jobs.context import JobContext
from comptoir_web.jobs.errors import JobError
from comptoir_web.jobs.model import Sentence
from comptoir_web.jobs.registry import job
from comptoir_web.jobs.runner import job_folder
from comptoir_web.settings import Settings
from shared_kernel.engine import reading
from wealth_core.errors import SavedLoanMissing
from wealth_core.storage import LoanStore, SavedLoan

__all__ = ["KIND", "NOTHING_TO_EXPORT", "READY", "export_loans"]

KIND = "loans.export"
NOTHING_TO_EXPORT = "You have no saved loan yet: save one, then ask for the export again."
READY = "Loans done: {done} of {total}."
PACKING = "The file is being put together."

_AT_ONCE = 100
_IN_MEMORY = 8 * 1024 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE_NAMES = {"fr": "prets-{day}.zip", "en": "loans-{day}.zip"}


@job(KIND)
def export_loans(context: JobContext, arguments: Mapping[str, object]) -> Mapping[str, object]:
    """Make the archive; ``arguments`` holds the ``locale`` of the files, ``fr`` or ``en``."""
    locale = "en" if arguments.get("locale") == "en" else "fr"
    plan = context.checkpoint
    if "loans" not in plan:
        plan = _begin(context)
    loans, entries = _texts(plan["loans"]), _texts(plan["entries"])
    for number in range(_whole(plan["next"]), len(loans)):
        entries = (*entries, *_export_one(context, loans[number], number, locale))
        done = {"done": str(number + 1), "total": str(len(loans))}
        plan = {"loans": list(loans), "entries": list(entries), "next": number + 1}
        with context.step(plan, done=number + 1, message=Sentence(READY, done)):
            pass
    if not entries:
        raise JobError(NOTHING_TO_EXPORT)
    key = f"{job_folder(context.job.id)}/export.zip"
    if "packed" not in plan:
        _pack(context, entries, key)
        with context.step({**plan, "packed": key}):
            pass
    # Only now: had the parts gone before the step above, a crash between would have lost them.
    context.files.delete_tree(_parts(context))
    day = context.job.created_at.date().isoformat()
    return {
        "file": key,
        "file_name": _FILE_NAMES[locale].format(day=day),
        "loans": len(entries) // 2,
    }


def _begin(context: JobContext) -> Mapping[str, object]:
    """Fix which loans are exported, so that what is saved meanwhile moves nothing."""
    with reading(context.engine) as connection:
        loans = [saved.id for saved in _every(LoanStore(connection), context.job.owner)]
    if not loans:
        raise JobError(NOTHING_TO_EXPORT)
    plan: Mapping[str, object] = {"loans": loans, "entries": [], "next": 0}
    with context.step(plan, done=0, total=len(loans)):
        pass
    return plan


def _every(store: LoanStore, owner: str) -> Iterator[SavedLoan]:
    """Every loan of the owner, the oldest first."""
    found: list[SavedLoan] = []
    while page := store.list(owner, limit=_AT_ONCE, offset=len(found)):
        found.extend(page)
    return reversed(found)


def _export_one(context: JobContext, loan_id: str, number: int, locale: str) -> tuple[str, ...]:
    """Put the two files of one loan and give their names; none when it was removed meanwhile."""
    with reading(context.engine) as connection:
        try:
            saved = LoanStore(connection).get(context.job.owner, loan_id)
        except SavedLoanMissing:
            return ()
    table = saved.plan.schedule()
    context.keep_going()
    name = f"{number + 1:03d}-{file_stem(saved.label)}"
    business = context.service(Settings).business_name
    contents = {
        f"{name}.csv": schedule_csv(table, locale=locale),
        f"{name}.pdf": schedule_pdf(
            table, locale=locale, label=saved.label, business_name=business
        ),
    }
    files = context.files
    for entry, content in contents.items():
        files.put(f"{_parts(context)}/{entry}", content)
    return tuple(contents)


def _pack(context: JobContext, entries: Sequence[str], key: str) -> None:
    files = context.files
    context.progress(context.done, message=Sentence(PACKING))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as whole:
        with zipfile.ZipFile(whole, "w") as archive:
            for entry in entries:
                context.keep_going()
                # A date of its own would change the bytes each time the archive is built.
                about = zipfile.ZipInfo(entry, date_time=_EPOCH)
                about.compress_type = zipfile.ZIP_DEFLATED
                about.external_attr = 0o600 << 16
                with (
                    files.open(f"{_parts(context)}/{entry}") as part,
                    archive.open(about, "w") as place,
                ):
                    shutil.copyfileobj(part, place)
        whole.seek(0)
        files.put(key, whole)


def _parts(context: JobContext) -> str:
    return f"{job_folder(context.job.id)}/parts"


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
