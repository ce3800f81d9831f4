"""Wealth as the pages, the API and the command line use it: one service, whoever asks.

- `service`    `WealthService`: what a client owns and owes, its snapshots, plan, actions and alerts
- `dashboard`  everything the first page of a client shows, read in one reading transaction
- `quotes`     `QuoteService`: prices and rates, refreshed, entered by hand, and who uses them
- `clients`    the clients as an administrator follows them: the list, who needs a decision
- `statistics` the whole under advice: by category and currency, by size, by month
- `alerts`     who is told what, once each, and the letters in the reader's language
- `jobs`       the work in the background: recompute everyone, refresh prices, tell of alerts

Reading never computes: a page reads the snapshot that the last explicit `recompute` saved.
"""
