"""Arrays become rows: one module for each group of tables, Arrow record batches by table name.

`arrow.py` turns numpy columns into Arrow columns; `ids.py` says which ids a chunk's rows have.
May import what `seed` may, but never a room's models: the bulk doors' schemas are the check.
"""
