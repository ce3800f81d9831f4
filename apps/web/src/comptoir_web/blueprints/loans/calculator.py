"""The calculator: a GET form, so that the whole question is in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, render_template, request, url_for

from comptoir_web.presentation.formats import money
from comptoir_web.presentation.languages import gettext as _
from comptoir_web.presentation.languages import keep_address

from .address import address_of
from .forms import GROUPS, open_folds, without_row
from .saved import edited_loan
from .views import (
    answered,
    blueprint,
    csv_response,
    form_from,
    pdf_response,
    shown_table,
    with_arguments,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from .answer import Answer
    from .forms import LoanForm

__all__ = ["calculator", "calculator_csv", "calculator_pdf"]


#: The loan of the documentation, whose figures everything here agrees on.
_EXAMPLE = {
    "principal": "215000",
    "annual_rate": "3.35",
    "months": "300",
    "first_due": "2025-10-01",
    "on": "2025-12-09",
}


@blueprint.get("/calcul")
def calculator() -> ResponseReturnValue:
    """The form alone, or with its answer once there is a question."""
    given, removed, added = request.args, request.args.get("remove"), request.args.get("add")
    if removed:
        given = without_row(given, removed)
    form = form_from(given)
    if added in GROUPS:
        form.add_row(added)
    asked = "principal" in given and not added and not removed
    answer = answered(form) if asked else None
    saved, version = edited_loan(given)
    context = {
        "form": form,
        "answer": answer,
        "saved": saved,
        "version": version,
        "open_folds": _open_folds(form, added, removed),
    }
    if answer is None:
        example = with_arguments(url_for("loans.calculator"), _EXAMPLE)
        return render_template("loans/calculator.html", **context, example_url=example)
    terms = address_of(answer.question)
    # A switch of language reads the address again: figures go through it in one unmistakable form.
    keep_address({**terms, "saved": given.get("saved"), "version": given.get("version")})
    table = shown_table(answer)
    return render_template(
        "loans/calculator.html",
        **context,
        table=table,
        terms=tuple(terms.items()),
        save_url=with_arguments(url_for("loans.save"), terms),
        csv_url=with_arguments(url_for("loans.calculator_csv"), {**terms, "year": str(table.year)}),
        csv_all_url=with_arguments(url_for("loans.calculator_csv"), terms),
        pdf_url=with_arguments(url_for("loans.calculator_pdf"), terms),
    )


@blueprint.get("/calcul.csv")
def calculator_csv() -> Response:
    """The table of the question in the address, as CSV."""
    answer = _answer_or_400()
    return csv_response(answer, name=_file_name(answer))


@blueprint.get("/calcul.pdf")
def calculator_pdf() -> Response:
    """The table of the question in the address, as PDF."""
    answer = _answer_or_400()
    title = _("Loan of %(amount)s", amount=money(answer.question.loan.principal))
    return pdf_response(answer, title=title, name=_file_name(answer))


def _file_name(answer: Answer) -> str:
    principal = answer.question.loan.principal
    return f"{_('Loan')} {principal.amount.to_integral_value()} {principal.currency.code}"


def _answer_or_400() -> Answer:
    answer = answered(form_from(request.args))
    if answer is None:
        abort(400)
    return answer


def _open_folds(form: LoanForm, added: str | None, removed: str | None) -> frozenset[str]:
    """The folded parts in which something is written or wrong, or was just added or removed."""
    found = set(open_folds(form))
    if added:
        found.add(added)
    if removed:
        found.add(removed.rpartition("-")[0])
    if form.rounding.data != "cent" or form.rounding.errors:
        found.add("reckoning")
    return frozenset(found)
