"""Group freight as the pages, the API and the command line use it: one service, whoever asks.

What a merchant may be shown, and nothing that tells a cost or a margin:

- `desk`           `FreightDesk`: prices, quotes, orders, containers, wallet, suppliers
- `payments`       `FreightPayments`: mobile money, proofs of payment
- `values`         what they answer

What administrators alone are shown, with costs and margins:

- `office`         `FreightOffice`: orders, figures, what waits, and its three parts below
- `office_tariffs`, `office_containers`, `office_people`: tariffs and rates, containers and the
  pool, merchants and suppliers; `office_base` has what they share
- `office_values`  what it answers
- `filling`        containers with what they earn, and what the pool would fill them with
- `statistics`     figures by category and by month

Behind them:

- `reading`        how an order is read for its merchant
- `rooms`          the room of containers, and what is offered
- `listing`        orders and proofs as administrators list them
- `decisions`      what waits for an administrator
- `merchants`      the merchants as administrators follow them
- `people`         who the owners are
- `providers`      the provider of mobile money that the settings name
- `requests`       requests that are recognised when they are sent again
- `letters`        the text messages to merchants, in their language
- `jobs`           the work in the background: payments asked about, text messages sent
"""
