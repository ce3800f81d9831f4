"""Every figure the README quotes, measured beside a peer, in one run.

``python -m benchmarks`` prints the medians as a table, writes them as JSON, and ends with code 1
when a target is missed. One module a subject:

- `harness`: how a function, a process and a check are measured; the table and the JSON
- `balances`: a million remaining balances, checked against the scalar schedule one by one
- `schedules`: one schedule of 300 months, in minor units and as rows of money
- `rates`: one annual percentage rate
- `networth`: one net worth of thirty lines, and the paths of a projection
- `starting`: how long the imports and the command's help take
- `loan_page`: the page of a loan on the real server, for twenty people at once (`readers`)
- `dashboard_page`: the first page of a client with ten years of figures, in the same way
"""
