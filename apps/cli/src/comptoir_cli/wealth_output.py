"""A net worth at the terminal: its totals, its lines, and what is missing or old."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from comptoir_cli.language import gettext as _
from comptoir_cli.language import locale
from comptoir_cli.output import left, right, say, show_facts, show_json, show_table

if TYPE_CHECKING:
    from wealth_core.networth.results import Result

__all__ = ["category_words", "show_result", "state_words"]


def category_words(value: str | None) -> str:
    """Name a category of assets; None is the credits."""
    return {
        None: _("Credits"),
        "cash": _("Cash"),
        "investments": _("Investments"),
        "real_estate": _("Real estate, net of its loans"),
        "crypto": _("Crypto"),
        "other_goods": _("Other goods"),
    }[value]


def state_words(value: str) -> str:
    """Name what a value is worth."""
    return {"valued": _("valued"), "stale": _("old"), "unpriced": _("no price")}[value]


def show_result(result: Result, *, on: date, as_json: bool, more: dict[str, object]) -> None:
    """Write a net worth on stdout; what is missing or old is told on stderr as well.

    Args:
        result: One that was computed, or a snapshot.
        on: The day it is the net worth of.
        as_json: Write JSON, with amounts as strings.
        more: What the JSON tells beside it.
    """
    from shared_kernel import format_date, format_money, format_percent
    from shared_kernel.translations import translate_fault
    from wealth_core.networth.results import result_to_document

    language = locale()
    if as_json:
        document = result_to_document(
            result, on=on, say=lambda fault: translate_fault(fault, language)
        )
        show_json(more | document)
    else:
        show_table(
            [*left(_("Category"), _("Line")), *right(_("Value"), _("As of")), *left(_("State"))],
            [
                [
                    category_words(None if line.category is None else line.category.value),
                    line.label,
                    "-" if line.value is None else format_money(line.value, locale=language),
                    format_date(line.as_of, locale=language, style="short"),
                    state_words(line.state.value),
                ]
                for line in result.lines
            ],
        )
        facts = {
            category_words(each.category.value): (
                f"{format_money(each.total, locale=language)}"
                f"  ({format_percent(each.percent.scaleb(-2), locale=language)})"
            )
            for each in result.categories
        }
        facts[_("Total assets")] = format_money(result.total_assets, locale=language)
        facts[_("Credits")] = format_money(result.credits, locale=language)
        facts[_("Net worth")] = format_money(result.net_worth, locale=language)
        facts[_("Valued on")] = format_date(on, locale=language)
        show_facts(facts)
    for line in (*result.unpriced, *result.stale):
        if line.reason is not None:
            say(f"{line.label}: {translate_fault(line.reason, language)}")
    if not result.complete:
        say(_("Incomplete: the totals leave out the lines that have no value."))
