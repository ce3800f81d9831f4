"""A file of lines: what is wrong with it, what it would change, and then the saving of it.

Nothing is kept between the two pages: the preview carries what it read, as our own document, signed
for its account, and sending it reads that again. The version it was made from goes with it, so that
a change made meanwhile shows a new preview instead of being written over.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import attrs
from flask import flash, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import CombinedMultiDict
from wtforms import Form
from wtforms.fields import FileField

from comptoir_web.identity.access import visitor
from comptoir_web.identity.keys import Keys
from comptoir_web.presentation.fields import DayField, fault_sentence
from comptoir_web.presentation.formats import money, number
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import language, lazy_gettext, ngettext
from comptoir_web.settings import Settings
from comptoir_web.wealth.service import WealthService
from comptoir_web.wiring import services
from shared_kernel import Faults, from_minor, to_minor
from wealth_core.errors import StaleVersion
from wealth_core.networth import (
    MAX_LINES,
    CreditLoan,
    CryptoHolding,
    Holdings,
    holdings_from_json,
    holdings_to_json,
)
from wealth_core.networth.csv_columns import FRENCH_COLUMNS

from .facts import facts_of, figure_of, nature_of
from .holdings import current, put_in_place
from .kinds import KINDS, Kind, kind_of
from .matching import Change, Mode, Plan, plan_of
from .views import blueprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from shared_kernel import Fault
    from wealth_core.networth import Line
    from wealth_core.networth.files import Preview

__all__: list[str] = []

MOST_FAULTS = 200
"""A page says no more of them: who mends these sends the file again."""

_LINE = re.compile(r"^line\[(\d+)\](?:\.(.+))?$")


class UploadForm(Form):
    """The file, and the day of the lines that carry none."""

    file = FileField(lazy_gettext("File"), render_kw={"accept": ".json,.csv,.txt"})
    as_of = DayField(lazy_gettext("Day of the values"))


@attrs.frozen(kw_only=True)
class FaultRow:
    """A fault of a file: where, and what would be accepted."""

    line: str
    where: str
    message: str


@attrs.frozen(kw_only=True)
class ChangeRow:
    """A line that would change, and how."""

    label: str
    kind: str
    icon: str
    before: str
    after: str
    details: tuple[str, ...]


@attrs.frozen(kw_only=True)
class KindTotal:
    """How many lines of a kind there are now and would be, and what was declared of them."""

    title: str
    now: str
    now_sum: str
    after: str
    after_sum: str


@blueprint.route("/importer", methods=["GET", "POST"])
def upload() -> ResponseReturnValue:
    """Choose a file; then see what is wrong with it, or what it would change."""
    if request.method == "GET":
        return _upload_page(UploadForm())
    form = UploadForm(CombinedMultiDict([request.files, request.form]))
    form.validate()  # the day is read; whether there is a file is looked at here
    given = request.files.get("file")
    data = given.read() if given else b""
    if given is None or not given.filename or not data:
        form.file.errors = [_("Choose a file that is not empty.")]
        return _upload_page(form), 422
    if form.errors:
        return _upload_page(form), 422
    preview = (
        services().get(WealthService).import_preview(data, given.filename, as_of=form.as_of.data)
    )
    if preview.holdings is None:
        return _upload_page(form, name=given.filename, preview=preview), 422
    holdings, version = current()
    try:
        plan = plan_of(holdings, preview.holdings)
    except Faults as error:
        return _upload_page(form, name=given.filename, faults=error.faults), 422
    return _preview_page(
        plan,
        holdings,
        version=version,
        document=_packed(preview.holdings),
        name=given.filename,
        notes=preview.notes,
    )


@blueprint.post("/importer/enregistrer")
def confirm() -> ResponseReturnValue:
    """Save what the preview showed, unless something was changed meanwhile."""
    packed = request.form.get("document", "")
    mode = Mode.REPLACE if request.form.get("mode") == Mode.REPLACE else Mode.ADD
    try:
        read = holdings_from_json(_unpacked(packed))
        holdings, version = current()
        plan = plan_of(holdings, read)
    except Faults as error:
        return _upload_page(UploadForm(), faults=error.faults), 422
    result = plan.result(mode)
    if result != holdings:
        try:
            if request.form.get("version") != str(version):
                raise StaleVersion("the holdings were changed since the preview")
            put_in_place(result, version)
        except StaleVersion:
            holdings, version = current()
            page = _preview_page(
                plan_of(holdings, read),
                holdings,
                version=version,
                document=packed,
                name=request.form.get("name", ""),
                mode=mode,
                meanwhile=True,
            )
            return page, 409
    flash(_imported(plan, mode), "success")
    return redirect(url_for("wealth.index"), code=303)


def _seal() -> URLSafeSerializer:
    """What signs a preview for its account: nothing but a preview of ours is ever unpacked."""
    keys = Keys(services().get(Settings).secret_key)
    return URLSafeSerializer(keys.derive("import preview"), salt=visitor().id)


def _packed(holdings: Holdings) -> str:
    """The lines as a hidden field carries them: small, and of letters that need no escaping."""
    return _seal().dumps(holdings_to_json(holdings))


def _unpacked(text: str) -> str:
    """The document of a hidden field; what is none of ours is no document either."""
    try:
        return str(_seal().loads(text))
    except BadData:
        return ""


def _imported(plan: Plan, mode: Mode) -> str:
    said = [
        ngettext("%(num)s line added", "%(num)s lines added", len(plan.added)),
        ngettext("%(num)s line changed", "%(num)s lines changed", len(plan.changed)),
    ]
    if mode is Mode.REPLACE:
        said.append(ngettext("%(num)s line removed", "%(num)s lines removed", len(plan.others)))
    done = _("The file is imported: %(changes)s.", changes=", ".join(said))
    return f"{done} {_('The figure changes when you recalculate.')}"


def _upload_page(
    form: UploadForm,
    *,
    name: str = "",
    preview: Preview | None = None,
    faults: Iterable[Fault] = (),
) -> str:
    found = tuple(preview.faults if preview is not None else faults)
    return render_template(
        "wealth/import.html",
        form=form,
        name=name,
        faults=[_fault_row(fault) for fault in found[:MOST_FAULTS]],
        total=len(found),
        most_lines=number(Decimal(MAX_LINES)),
        most_kilobytes=number(Decimal(services().get(Settings).max_body_bytes // 1000)),
    )


def _fault_row(fault: Fault) -> FaultRow:
    """Where a fault is, apart from what it says: the line of a table, the path in a document."""
    place = _LINE.match(fault.path)
    line, where = place.groups("") if place else (fault.params.get("line", ""), fault.path)
    if place and language() == "fr":
        where = FRENCH_COLUMNS.get(where, where)
    return FaultRow(line=line, where=where, message=fault_sentence(fault))


def _preview_page(
    plan: Plan,
    now: Holdings,
    *,
    version: int,
    document: str,
    name: str,
    notes: Sequence[Fault] = (),
    mode: Mode = Mode.ADD,
    meanwhile: bool = False,
) -> str:
    return render_template(
        "wealth/preview.html",
        plan=plan,
        added=[_change_row(change) for change in plan.added],
        changed=[_change_row(change) for change in plan.changed],
        others=[_change_row(change) for change in plan.others],
        totals=[(each, tuple(_totals(now, plan.result(each)))) for each in plan.modes],
        notes=[_fault_row(note) for note in notes[:MOST_FAULTS]],
        version=version,
        document=document,
        name=name,
        mode=mode if mode in plan.modes else plan.modes[0],
        meanwhile=meanwhile,
    )


def _change_row(change: Change) -> ChangeRow:
    line = change.line
    kind = kind_of(line)
    return ChangeRow(
        label=line.label,
        kind=str(kind.title),
        icon=kind.icon,
        before="" if change.before is None else figure_of(change.before),
        after="" if change.after is None else figure_of(change.after),
        details=tuple(_details(change)),
    )


def _details(change: Change) -> Iterator[str]:
    """What a new line is, beside its name; what a changed one changes, beside its figure."""
    if change.before is None or change.after is None:
        name = change.line.label
        yield from (text for text in nature_of(change.line).splitlines() if text != name)
        return
    before = {fact.label: fact.value for fact in facts_of(change.before)}
    after = {fact.label: fact.value for fact in facts_of(change.after)}
    told = (figure_of(change.before), figure_of(change.after))
    for label in dict.fromkeys([*before, *after]):
        was, becomes = before.get(label, "–"), after.get(label, "–")
        if was != becomes and (was, becomes) != told:
            yield _("%(term)s: %(before)s → %(after)s", term=label, before=was, after=becomes)


def _totals(now: Holdings, after: Holdings) -> Iterator[KindTotal]:
    """How each kind would be: what was declared is added up, nothing is valued."""
    for kind in KINDS:
        mine, theirs = _of(kind, now), _of(kind, after)
        if mine or theirs:
            yield KindTotal(
                title=str(kind.title),
                now=str(len(mine)),
                now_sum=_sum(mine),
                after=str(len(theirs)),
                after_sum=_sum(theirs),
            )


def _of(kind: Kind, holdings: Holdings) -> tuple[Line, ...]:
    return tuple(line for _category, line in holdings.lines() if isinstance(line, kind.classes))


def _sum(lines: Sequence[Line]) -> str:
    """What was declared of them, one amount a currency; quantities and loans are not added up."""
    totals: dict[str, int] = {}
    for line in lines:
        if isinstance(line, CryptoHolding | CreditLoan):
            continue
        amount = getattr(line, "value", None) or getattr(line, "balance", None)
        if amount is not None:
            code = amount.currency.code
            totals[code] = totals.get(code, 0) + to_minor(amount)
    return " + ".join(money(from_minor(minor, code)) for code, minor in totals.items())
