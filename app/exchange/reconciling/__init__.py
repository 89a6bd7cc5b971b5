"""Reconciliation: an agency's file against the registry, row by row, as a job in the background.

- `asking`: what is asked for and shown. `files`: what an agency sends.
- `comparing`: the steps of a run; `spreading`: those on a Spark cluster.
- `telling`: what this caller may be told of the verdicts.

The rules are `app.matching.linkage`; what it has in common with other jobs is `app.exchange.jobs`.
"""
