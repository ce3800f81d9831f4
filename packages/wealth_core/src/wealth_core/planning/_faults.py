"""The kinds of fault of profiles, plans, decisions and alert rules.

The sentences are the keys of `translations/fr.po`, where each one has its French.
"""

from shared_kernel.faults import FaultKind

NOT_AN_AMOUNT = FaultKind(
    "planning.not_an_amount", '{given} is not an amount: write money("500", "EUR")'
)
NOT_POSITIVE = FaultKind("planning.not_positive", "{given} is not above zero: write more")
NEGATIVE = FaultKind("planning.negative", "{given} is negative: write zero or more")
TOO_LARGE = FaultKind("planning.too_large", "{given} is too large: write at most {largest}")
OTHER_CURRENCY = FaultKind(
    "planning.other_currency", "{given} is not in {currency}: write every amount here in {currency}"
)
NOT_A_NUMBER = FaultKind(
    "planning.not_a_number", "{given} is not a whole number from {least} to {most}"
)
EMPTY_TEXT = FaultKind("planning.empty_text", "a name is needed: write at least one character")
NOT_AN_ID = FaultKind(
    "planning.not_an_id",
    "{given} is not an identifier: write 1 to 64 letters, figures, hyphens or underscores",
)
ID_TWICE = FaultKind("planning.id_twice", "{given} names two lines: give each its own identifier")

BAD_ANSWER = FaultKind("risk.bad_answer", "{given} is not one of the answers: {accepted}")

CAPACITY_ABOVE_INCOME = FaultKind(
    "profile.capacity_above_income",
    "{given} a month is more than the income, {income}: write what can really be saved",
)

ONE_DESTINATION = FaultKind(
    "plan.one_destination",
    "a line feeds either an envelope or a savings account: give exactly one of the two",
)
NOT_A_PERCENT = FaultKind(
    "plan.not_a_percent", "{given} is not a percentage above 0 and up to 100, with two decimals"
)
ABOVE_HUNDRED = FaultKind(
    "plan.above_hundred",
    "the lines add up to {given} %: they may share at most 100 % of the monthly capacity",
)

NOT_A_MONTH = FaultKind("plan.not_a_month", "{given} is not a month: write it as 2025-12")

NOT_A_DECISION = FaultKind(
    "action.not_a_decision", "{given} does not decide an action: write done, adjusted or skipped"
)
AMOUNT_MISSING = FaultKind(
    "action.amount_missing", "the amount is missing: say how much was really put aside"
)
NOT_THE_EXPECTED = FaultKind(
    "action.not_the_expected",
    "{given} is not the expected amount, {expected}: say adjusted to give another one",
)
NOTHING_SKIPPED = FaultKind(
    "action.nothing_skipped", "{given} cannot be skipped: a skipped action moves nothing"
)
DECIDED = FaultKind(
    "action.decided", "this action is decided already ({given}): undo that decision first"
)
NOT_MOVED = FaultKind("action.not_moved", "this action moved no money: there is nothing to move")
CANNOT_RECEIVE = FaultKind(
    "action.cannot_receive",
    "{label} cannot receive the money: choose a savings account or an investment in the plan",
)
LINE_IN_OTHER_CURRENCY = FaultKind(
    "action.line_in_other_currency",
    "{given} cannot be added to {label}, which is kept in {currency}: "
    "choose a line in the currency of the plan",
)
KEPT_IN_OTHER_CURRENCY = FaultKind(
    "action.kept_in_other_currency",
    "{given} cannot be taken back from {label}, which is kept in {currency} now",
)
LINE_GONE = FaultKind(
    "action.line_gone",
    "the money went to {id}, which is no longer among the holdings: it cannot be taken back",
)
LINE_HOLDS_LESS = FaultKind(
    "action.line_holds_less", "{label} holds {held}, less than {given}: it cannot be taken back"
)

NOT_A_SUBJECT = FaultKind(
    "alert.not_a_subject",
    "{given} cannot be watched: write net_worth, a category such as cash, or an asset such as "
    "crypto:BTC",
)
TOO_MANY_RULES = FaultKind(
    "alert.too_many_rules", "{most} levels are watched already: remove one of them first"
)
