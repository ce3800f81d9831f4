"""The ``comptoir`` command: thin commands over the libraries and the web shell's services.

Map:
    main          the command itself: its groups, loaded when they are called
    lazy          a Click group that imports a command only when it is needed
    language      French first, English with COMPTOIR_LOCALE=en
    output        data on stdout as a table or as JSON, messages on stderr
    refusals      what an error looks like, and the exit code it gives
    wiring        the one place that reaches the web shell
    parameters    a day, a rate, a number, as they are typed
    loan_options  the options that describe a loan
    wealth_output a net worth at the terminal: totals, lines, what is missing or old
    demo_check    follows a client through a demonstration
    commands/     one module a group

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 partly done.
"""

from comptoir_cli import language as language  # first: it gives Click its sentences

__all__ = ["language"]
