"""What protects every request, before any page runs.

Map: ``proxies`` (who is believed about the visitor's address), ``hosts`` (which names are served,
and only over TLS), ``sizes`` (how large a request may be), ``identifiers`` (what an address may
name), ``rates`` (how many), ``forgery`` (forms of other sites), ``headers`` (what the browser is
told), ``redirects`` (where a page may send to).
"""
