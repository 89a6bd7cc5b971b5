"""The population generator: reference tables in, arrays in between, the rooms' bulk doors out.

May import the rooms' `bulk` modules, `app.matching`, `app.platform.streams` and nothing else of `app`.
No Python loop over people.
"""
