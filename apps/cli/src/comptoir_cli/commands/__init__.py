"""One module a command or group, each a handful of lines over a library or a service.

Map:
    loan                    over `wealth_core` alone
    networth, plan, quotes  a client's wealth; `networth show` and `project` over files too
    freight                 its four modules: a quote over `logistics_core` alone (freight_quote), a
                            simulation (freight_simulate), a platform's tariff (freight_tariff) and
                            containers (freight_pool)
    db, users, settings     the installation: its database, its accounts, what is set
    serve, worker           its processes
    demo                    all of it, with demonstration data
    secret_key, completion  for the person at the terminal
"""
