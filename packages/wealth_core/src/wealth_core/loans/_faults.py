"""The kinds of fault a loan may have: a code, and the English sentence that gives the fix.

The sentences are the keys of `translations/fr.po`, where each one has its French.
"""

from shared_kernel.faults import FaultKind

NOT_AN_AMOUNT = FaultKind(
    "loan.not_an_amount", '{given} is not an amount: write money("215000", "EUR")'
)
AMOUNT_NOT_POSITIVE = FaultKind(
    "loan.amount_not_positive", "{given} is not above zero: write an amount above zero"
)
AMOUNT_TOO_LARGE = FaultKind(
    "loan.amount_too_large", "{given} is too large: a loan is at most {largest}"
)
OTHER_CURRENCY = FaultKind(
    "loan.other_currency", "{given} is not in the currency of the loan: write it in {currency}"
)
NOT_A_RATE = FaultKind(
    "loan.not_a_rate",
    '{given} is not an exact rate: write Decimal("0.0335") for 3.35 %',
)
RATE_NEGATIVE = FaultKind("loan.rate_negative", "{given} is negative: a rate is 0 or more")
RATE_IS_A_PERCENTAGE = FaultKind(
    "loan.rate_is_a_percentage",
    "{given} looks like a percentage: write {suggestion} for {given} %",
)
NOT_A_WHOLE_NUMBER = FaultKind(
    "loan.not_a_whole_number", "{given} is not a whole number: write for example {example}"
)
OUT_OF_RANGE = FaultKind("loan.out_of_range", "{given} is not between {least} and {most}")
DATE_OUT_OF_RANGE = FaultKind(
    "loan.date_out_of_range",
    "{given} is out of the calendar: the loan must lie between the years {least} and {most}",
)
DEFERRAL_TOO_LONG = FaultKind(
    "loan.deferral_too_long",
    "a deferral of {given} months leaves none of the {months} months to repay: write less",
)
DEFERRAL_POINTLESS = FaultKind(
    "loan.deferral_pointless",
    "an interest-only loan already pays interest only: leave the partial deferral out",
)
CAPITALISED_TOO_MUCH = FaultKind(
    "loan.capitalised_too_much",
    "by instalment {number} the interest added to the capital is beyond any amount: "
    "write a shorter deferral or a lower rate",
)
SHARES_UNDER_ONE = FaultKind(
    "loan.shares_under_one",
    "the shares insured add up to {given}: they must cover the loan, that is 1 or more in all",
)
BALLOON_NEEDS_ONE = FaultKind(
    "loan.balloon_needs_one",
    "a balloon is either an amount or a term it is amortised over: give exactly one of the two",
)
BALLOON_TOO_LARGE = FaultKind(
    "loan.balloon_too_large",
    "a balloon of {given} leaves nothing to repay before it: write less than {principal}",
)
BALLOON_TOO_SHORT = FaultKind(
    "loan.balloon_too_short",
    "a balloon amortised over {given} months leaves nothing at the end of {months} months: "
    "write more than {months}",
)
RATE_CHANGES_OUT_OF_ORDER = FaultKind(
    "loan.rate_changes_out_of_order",
    "instalment {given} does not come after instalment {previous}: "
    "write the changes in order, one an instalment",
)
RATE_CHANGE_OUT_OF_RANGE = FaultKind(
    "loan.rate_change_out_of_range",
    "instalment {given} cannot start a change: write an instalment from 2 to {months}",
)
NOT_A_DUE_DATE = FaultKind(
    "repayment.not_a_due_date",
    "{given} is not a due date of the loan: the nearest are {before} and {after}",
)
NO_SUCH_INSTALMENT = FaultKind(
    "repayment.no_such_instalment",
    "the loan has no instalment {given}: write an instalment from 1 to {months}",
)
REPAID_TWICE = FaultKind(
    "repayment.repaid_twice",
    "instalment {given} already has a repayment: add the two amounts up",
)
REPAID_TOO_MUCH = FaultKind(
    "repayment.above_balance",
    "{given} is above what is owed: repay at most {balance} with instalment {number}",
)
NOTHING_TO_REPAY = FaultKind(
    "repayment.nothing_to_repay", "nothing is owed any more after instalment {number}"
)
NO_INSTALMENT_TO_KEEP = FaultKind(
    "repayment.no_instalment_to_keep",
    "no level instalment is paid at instalment {number}, so that none can be kept: keep the term",
)
NOT_A_TIME = FaultKind(
    "flow.not_a_time",
    "{given} is not a time: give a date, or the years since the first flow as a Fraction, "
    "0 or more",
)
MIXED_TIMES = FaultKind(
    "flow.mixed_times", "the flows are timed in two ways: give dates alone, or Fractions alone"
)
DATES_WANTED = FaultKind("flow.dates_wanted", "{given} is not a date: XIRR is counted on dates")
SIGNED_TOO_LATE = FaultKind(
    "loan.signed_too_late",
    "{given} is not before the first instalment: write a day before {first_due}",
)
