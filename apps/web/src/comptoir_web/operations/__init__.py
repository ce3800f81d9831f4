"""What watches the platform: is it alive, is it ready, how much does it do.

``callers``        who may see details: this machine, or the holder of a token
``health``         ``/livez``, ``/readyz`` and its alias ``/health/``
``metrics``        ``/metrics`` for Prometheus
``demonstration``  the accounts, loans and wealth that ``comptoir demo`` prepares
"""
