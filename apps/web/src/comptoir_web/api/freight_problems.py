"""What the API answers when the library of freight refuses: never a cost, never a margin.

What is another's is answered as what does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from comptoir_web.api.problems import (
    CHANGED_MEANWHILE,
    NOT_FOUND,
    NOT_NOW,
    REFUSED,
    UNAVAILABLE,
    ApiProblem,
    answer_with_problems,
    api_locale,
)
from comptoir_web.identity.errors import UnknownUser
from logistics_core.errors import LogisticsError, ProviderFailed, StaleVersion
from shared_kernel import Faults
from shared_kernel.translations import translate_error

if TYPE_CHECKING:
    from flask import Blueprint, Response

__all__ = ["answer_freight_problems"]


def answer_freight_problems(blueprint: Blueprint) -> None:
    """Answer the refusals of the library of freight with problem documents."""
    answer_with_problems(blueprint)
    blueprint.register_error_handler(LogisticsError, _answer)
    blueprint.register_error_handler(UnknownUser, _missing)


def _missing(_error: UnknownUser) -> Response:
    return ApiProblem(NOT_FOUND).response()


def _answer(error: LogisticsError) -> Response:
    return _problem(error).response()


def _problem(error: LogisticsError) -> ApiProblem:
    if isinstance(error, Faults):
        return ApiProblem(REFUSED, faults=error.faults)
    if isinstance(error, LookupError):
        return ApiProblem(NOT_FOUND)
    if isinstance(error, StaleVersion):
        return ApiProblem(CHANGED_MEANWHILE)
    if isinstance(error, ProviderFailed):
        return ApiProblem(UNAVAILABLE, headers={"Retry-After": "30"})
    return ApiProblem(NOT_NOW, why=translate_error(error, api_locale()))
