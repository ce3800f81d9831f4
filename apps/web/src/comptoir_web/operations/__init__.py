"""What watches the platform: is it alive, is it ready, how much does it do.

``callers``        who may see details: this machine, or the holder of a token
``health``         ``/livez``, ``/readyz`` and its alias ``/health/``
``metrics``        ``/metrics`` for Prometheus
``demonstration``  the accounts and loans that ``comptoir demo`` prepares; ``demonstration_wealth``:
                   a client's holdings, figures and plan; ``demonstration_freight``: months of
                   group freight
"""
