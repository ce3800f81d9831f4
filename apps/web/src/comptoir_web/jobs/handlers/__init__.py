"""The work itself: one module a kind, imported by `comptoir_web.jobs.registry.load_handlers`.

``loans_export``   every saved loan of a client as one ZIP of tables
"""
