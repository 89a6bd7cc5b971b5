"""A simulated phone in the browser: one file for each of its pages, which declares `PAGE`.

May import what `app.web` may. `handset.py` has what they share: whose phone it is, and how its
holder does something.
"""
