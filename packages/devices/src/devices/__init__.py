"""The shop's devices and the documents they print.

The map::

    devices
    |-- documents    amounts of money in words, in French and in English
    |-- testing      Hypothesis strategies for other projects' tests (extra: testing)
    `-- errors       every error, in one tree

>>> from shared_kernel import money
>>> amount_in_words(money("1250000", "GNF"))
'un million deux cent cinquante mille francs guinéens'
"""

from devices.documents.words import amount_in_words, number_in_words, spoken_currencies
from devices.errors import DevicesError, WordsError

__all__ = [
    "DevicesError",
    "WordsError",
    "amount_in_words",
    "number_in_words",
    "spoken_currencies",
]
