"""Personas: citizens with a fixed name, a fixed end of their number and a stated purpose.

`cast/` says who they are, `rows.py` makes their rows, relatives included. A new persona is one
more entry in the cast; its serial is never given to another. May import what `seed` may.
"""
