"""What may be wrong with a tariff, a purchase or a quote. No sentence tells a cost or a margin."""

from shared_kernel import FaultKind

NOT_A_CODE = FaultKind(
    "tariff.not_a_code",
    "{given} is not the code of a category: write 1 to {most} capitals, figures and _",
)
REPEATED_CODE = FaultKind("tariff.repeated_code", "{given} is given twice: keep one of them")
NOT_A_VALIDITY = FaultKind(
    "tariff.not_a_validity",
    "{given} is not how long a quote holds: from an hour to {most} days, in whole seconds",
)
ENDS_BEFORE = FaultKind(
    "tariff.ends_before", "{given} is not after {start}, when it begins: write a later moment"
)
UNKNOWN_CATEGORY = FaultKind(
    "purchase.unknown_category", "{given} is not a category of this tariff: write one of {accepted}"
)
WEIGHT_NEEDED = FaultKind(
    "purchase.weight_needed", "this tariff bills by volume or by weight: give the weight as well"
)
NOT_THOSE_OF_CARTONS = FaultKind(
    "purchase.not_those_of_cartons", "{given} is not what the cartons make, {expected}: write that"
)
TOO_LARGE = FaultKind(
    "purchase.too_large", "this purchase is too large to be quoted: divide it into smaller ones"
)
NOT_THE_SUM = FaultKind(
    "quote.not_the_sum", "{given} is not the sum of what it is made of, {expected}"
)
