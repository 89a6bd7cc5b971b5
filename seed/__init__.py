"""The population generator: reference tables in, arrays in between, the rooms' bulk doors out.

May import the rooms' `bulk` modules, `app.matching`, `app.platform.streams` and
`app.platform.bulk`, and nothing else of `app`. No Python loop over people.

`generate` is the way in; `pieces` makes one chunk, `chunk` its people step by step (ages,
marriage, births, families, households, peoples, migration), `rows` what goes into the tables.
`reference/` holds the tables, and `sources` what a report compares with. A draw comes from a
stream with a name of its own: a new column takes a new one.
"""
