"""Extracts: everybody on record, or all of some provinces, as a file, as a job in the background.

- `asking`: what is asked for, decided and shown.
- `writing`: the steps of a run: who is in the slice, their fields, the file.

What an extract has in common with other jobs is `app.exchange.jobs`; fields are read as single
disclosures read them (`app.exchange.disclosing`).
"""
