"""The blueprint, and what its pages share: the result of a question, downloads, today."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import attrs
from flask import Blueprint, Response, request

from comptoir_web.identity.roles import Role, reached_by
from comptoir_web.presentation.fields import sentence
from comptoir_web.presentation.languages import language
from comptoir_web.presentation.tables import address_with
from comptoir_web.settings import Settings
from comptoir_web.wiring import Clock, services
from shared_kernel import Faults, add_months, translate_error
from wealth_core.errors import DateBeforeLoan

from .answer import answer_to
from .documents import file_stem, schedule_csv, schedule_pdf
from .forms import LoanForm
from .question import read_question, refuse_faults
from .table import WHOLE, TablePage, table_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from werkzeug.datastructures import MultiDict

    from .answer import Answer

__all__ = [
    "answered",
    "blueprint",
    "csv_response",
    "form_from",
    "pdf_response",
    "shown_table",
    "today",
    "with_arguments",
]

blueprint = Blueprint("loans", __name__, url_prefix="/plateforme/prets")
# An adviser is an administrator: clients follow their own loans, advisers compute for them.
blueprint.before_request(reached_by(Role.CLIENT, Role.ADMIN))


def today() -> date:
    """The day it is, in UTC."""
    clock: Clock = services().get(Clock)
    return clock().date()


def form_from(given: MultiDict[str, str]) -> LoanForm:
    """The form of an address; next month's first day and today are proposed where it is silent."""
    now = today()
    return LoanForm(given, first_due=add_months(now.replace(day=1), 1), on=now)


def answered(form: LoanForm) -> Answer | None:
    """The answer to what a form asks; None when something is wrong, and then the form says what."""
    question = read_question(form)
    if question is None:
        return None
    try:
        return answer_to(question)
    except Faults as error:
        refuse_faults(form, error.faults)
    except DateBeforeLoan as error:
        form.refuse(form.on, sentence(translate_error(error, language())))
    return None


def with_arguments(path: str, arguments: Mapping[str, str | None]) -> str:
    """An address with its arguments; those that are None are left out."""
    given = {name: value for name, value in arguments.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def shown_table(answer: Answer) -> TablePage:
    """The part of the table that the address asks for, with links to the years around it."""
    page = table_page(answer, request.args.get("year"))
    years = page.all_years
    kept = tuple((k, v) for k, v in request.args.items(multi=True) if k != "year")
    if page.whole:
        return attrs.evolve(page, kept=kept)
    return attrs.evolve(
        page,
        kept=kept,
        previous_url=address_with(year=page.year - 1) + "#table" if page.year > years[0] else None,
        next_url=address_with(year=page.year + 1) + "#table" if page.year < years[-1] else None,
    )


def csv_response(answer: Answer, *, name: str) -> Response:
    """The table as CSV: of the year in the address, or whole."""
    asked = request.args.get("year")
    year = None if asked in {None, WHOLE} else table_page(answer, asked).year
    body = schedule_csv(answer.schedule, locale=language(), year=year)
    suffix = f"-{year}" if year is not None else ""
    return _attachment(body, "text/csv; charset=utf-8", f"{file_stem(name)}{suffix}.csv")


def pdf_response(answer: Answer, *, title: str, name: str) -> Response:
    """The whole table as PDF, with what is owed on the day asked."""
    body = schedule_pdf(
        answer.schedule,
        locale=language(),
        label=title,
        on=answer.question.on,
        business_name=services().get(Settings).business_name,
    )
    return _attachment(body, "application/pdf", f"{file_stem(name)}.pdf")


def _attachment(body: bytes, content_type: str, name: str) -> Response:
    # The name is plain ASCII by construction, so it needs no quoting of its own.
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, content_type=content_type)
