"""Linkage: an agency's file against the registry, whole columns at a time; verdicts come out.

- `words` holds the verdicts of a row, `slips` the error model: every kind of error has a name, a
  weight and what agreement in spite of it is worth.
- `claims` reads an agency's columns, and says which rows cannot be read.
- `likeness` compares names, birth dates and numbers: which slip lies between two values.
- `census` knows how many people bear a name or were born on a day; `weighing` adds up the bits.
- `blocks` brings together who may be meant; `linking` is the plan, stage by stage, and
  `parting` takes it in parts; `explaining` tells one row's score as a waterfall.

A new kind of error is a row in `slips.SLIPS`, found by a line in `likeness`.
"""
