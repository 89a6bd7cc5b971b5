"""Proving you are that person: chip cards and eID accounts.

May import `app.sectors`, `app.registry`, `app.matching` and `app.platform`. `models.py` holds all
tables; `bulk.py` is the door through which the population generator writes.
"""
