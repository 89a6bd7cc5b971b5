"""Who exists, where they live, what happened to them: citizens, numbers, households, kinship, residence.

May import `app.matching` and `app.platform`. `models.py` holds all tables; noun modules hold plain
functions (`citizens.find`, `residences.as_of`); `life_events/` takes a new life event as one new file;
`bulk.py` is the door through which the population generator writes.
"""
