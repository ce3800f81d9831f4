"""Work that outlives a request: asked for once, claimed by one worker, resumable after a crash.

``model``      `Job`, `JobState`, `JobPolicy`, `Sentence`
``errors``     what can go wrong, and what the runner does about it
``tables``     ``web_jobs``; ``store``: its rows, on the caller's connection
``queue``      `JobQueue`: the service the rest of the shell uses
``schedule``   work asked for by the clock, once a slot
``registry``   the kinds of job: a name, and where the work itself stands
``context``    what a handler is given; ``heartbeat``: keeps its lease
``runner``     claims and runs one job after another
``threads``    the default: a thread of each serving process; ``serving`` sets it up
``celery``     with a broker: messages over Redis; ``worker``: the process of ``comptoir worker``

Importing this package imports none of them.
"""
