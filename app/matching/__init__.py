"""Matching: pure folding, comparison and record linkage; values and tables in, verdicts out.

Imports nothing of ours and no database: a claim and a record are plain values, whoever fetched
them.

- `verdicts` compares a claim with a record: one row of `ATTRIBUTES` for each attribute that a
  caller may claim.
- `findings` holds the words of an answer: verdict and reason.
- `names`, `dates`, `numbers` and `addresses` know one kind of value each, `folding` the letters. A
  new kind of value is a new module here and a new row in `verdicts.ATTRIBUTES`.
- `columns` does the foldings for whole columns.
- `linkage/` links whole files: fold, block, compare, decide and explain, by an error model.

`columns` and `linkage` alone import polars, which the server does not need at start.
"""
