"""The risk profile: five questions, a score, a level, and what the level means for a person.

The five answers weigh 1 to 5 points each (the reaction to a fall 1, 3 or 5), and their sum gives
the level: 5 to 8 prudent, 9 to 12 balanced, 13 to 25 dynamic. The sentences are keys of
`translations/fr.po`.
"""

from enum import StrEnum
from typing import Final

import attrs

from shared_kernel import FaultList, shown
from wealth_core.errors import PlanFaults
from wealth_core.planning import _faults

MOST_PRUDENT: Final = 8
MOST_BALANCED: Final = 12


class RiskLevel(StrEnum):
    """How much a portfolio may move, from the least."""

    PRUDENT = "prudent"
    """5 to 8 points."""
    BALANCED = "balanced"
    """9 to 12 points."""
    DYNAMIC = "dynamic"
    """13 to 25 points."""


@attrs.frozen
class Answer:
    """One answer of the questionnaire: its points, and its words (a key of the catalogue)."""

    points: int
    words: str


@attrs.frozen
class Question:
    """One question: the field of `RiskAnswers` it fills, its words, its answers from the least."""

    field: str
    words: str
    answers: tuple[Answer, ...]

    @property
    def points(self) -> tuple[int, ...]:
        """The points that its answers give."""
        return tuple(answer.points for answer in self.answers)


def _question(field: str, words: str, *answers: tuple[int, str]) -> Question:
    return Question(field, words, tuple(Answer(*answer) for answer in answers))


QUESTIONS: Final = (
    _question(
        "drop",
        "What fall of your savings over one year could you accept?",
        (1, "None: I do not want to lose anything"),
        (2, "Up to 5 %"),
        (3, "Up to 10 %"),
        (4, "Up to 20 %"),
        (5, "More than 20 %, if it may earn more in the long run"),
    ),
    _question(
        "horizon",
        "In how long will you need most of this money?",
        (1, "In less than 2 years"),
        (2, "In 2 to 4 years"),
        (3, "In 4 to 8 years"),
        (4, "In 8 to 15 years"),
        (5, "In more than 15 years"),
    ),
    _question(
        "liquidity",
        "Could you have to take money out at any moment?",
        (1, "Yes, nearly all of it"),
        (2, "Yes, a large part of it"),
        (3, "Yes, about half of it"),
        (4, "A small part of it at most"),
        (5, "No: I have other savings for the unexpected"),
    ),
    _question(
        "experience",
        "What do you know of investing?",
        (1, "Nothing: I have only had savings accounts"),
        (2, "A little: I have had life insurance in euro funds"),
        (3, "Something: I have held funds or shares"),
        (4, "Much: I choose my funds or shares myself"),
        (5, "It is, or was, my trade"),
    ),
    _question(
        "reaction",
        "Your investments fall by 20 % in three months. What do you do?",
        (1, "I sell, to lose no more"),
        (3, "I wait for them to recover"),
        (5, "I buy more at the lower price"),
    ),
)
"""The questionnaire, in the order it is asked; every text is a key of the catalogue."""


@attrs.frozen(kw_only=True)
class RiskAnswers:
    """The points of the five answers of one person.

    Args:
        drop: the fall that is acceptable, 1 to 5.
        horizon: how long the money can stay, 1 to 5.
        liquidity: how little of it may be needed at once, 1 to 5.
        experience: 1 to 5.
        reaction: to a fall; 1, 3 or 5.

    Raises:
        PlanFaults: an answer that is not one of its question, each with its path.

    >>> RiskAnswers(drop=1, horizon=6, liquidity=1, experience=1, reaction=2)
    Traceback (most recent call last):
        ...
    wealth_core.errors.PlanFaults: horizon: 6 is not one of the answers: 1, 2, 3, 4, 5
    reaction: 2 is not one of the answers: 1, 3, 5
    """

    drop: int
    horizon: int
    liquidity: int
    experience: int
    reaction: int

    def __attrs_post_init__(self) -> None:
        found = FaultList()
        for question in QUESTIONS:
            given: object = getattr(self, question.field)
            ok = type(given) is int and given in question.points
            accepted = ", ".join(str(points) for points in question.points)
            found.check(
                ok, _faults.BAD_ANSWER, question.field, given=shown(given), accepted=accepted
            )
        found.raise_if_any(PlanFaults)

    @property
    def score(self) -> int:
        """The sum of the points, 5 to 25."""
        return self.drop + self.horizon + self.liquidity + self.experience + self.reaction


@attrs.frozen
class RiskProfile:
    """What the answers say of a person.

    Args:
        score: the points in all, 5 to 25.
        level: the level they give.
        title: the name of the level, a key of the catalogue.
        words: what it means for the person, a key of the catalogue.
    """

    score: int
    level: RiskLevel
    title: str
    words: str


TITLES: Final = {
    RiskLevel.PRUDENT: "Prudent profile",
    RiskLevel.BALANCED: "Balanced profile",
    RiskLevel.DYNAMIC: "Dynamic profile",
}
"""The name of each level; keys of the catalogue."""

WORDS: Final = {
    RiskLevel.PRUDENT: (
        "Keeping what you have comes first. Guaranteed savings and euro funds fit you; what may "
        "fall in value should stay a small part, and the return will be modest."
    ),
    RiskLevel.BALANCED: (
        "You accept that part of your savings rises and falls, so that the whole earns more over "
        "the years. Share them between guaranteed savings and diversified funds, and expect a fall "
        "of around ten per cent in a bad year."
    ),
    RiskLevel.DYNAMIC: (
        "You look far ahead and accept large falls on the way to a higher return. Shares and funds "
        "of shares may be the main part, with some months of expenses kept apart in guaranteed "
        "savings; a fall of more than twenty per cent in a bad year must not make you sell."
    ),
}
"""What each level means for a person; keys of the catalogue."""


def risk_profile(answers: RiskAnswers) -> RiskProfile:
    """Gives the risk profile of five answers.

    >>> profile = risk_profile(
    ...     RiskAnswers(drop=2, horizon=3, liquidity=2, experience=2, reaction=3)
    ... )
    >>> profile.score, profile.level, profile.title
    (12, <RiskLevel.BALANCED: 'balanced'>, 'Balanced profile')
    """
    score = answers.score
    if score <= MOST_PRUDENT:
        level = RiskLevel.PRUDENT
    elif score <= MOST_BALANCED:
        level = RiskLevel.BALANCED
    else:
        level = RiskLevel.DYNAMIC
    return RiskProfile(score, level, TITLES[level], WORDS[level])
