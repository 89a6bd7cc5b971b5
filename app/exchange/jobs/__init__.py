"""Jobs: what an agency asks of everybody at once, answered in the background.

- `models`: the table. `keeping`: how a job is begun, shown, cancelled, taken, forgotten.
- `work`: one run of a job, its files and its steps. `trades`: what each kind has of its own.
- `running`: gate, steps, log, in this order; what was cut goes on where it was.
- `sealing`: entries, the one leaf, the signed summary.

The kinds are `reconciling` (a file against the registry) and `extracting` (the registry as a
file); who takes the turns is `app.api.runner`.
"""
