"""Who exists, where they live, what happened to them.

May import `app.matching` and `app.platform`. `models.py` holds all tables on one page; `bulk.py`
is the door through which the population generator writes.

- `lookup` answers "whose number is this?", for the hot route and for everyone else.
- `fields` is the catalogue of what may be read of a person: one row each, read for many at once.
- `citizens`, `numbers`, `residences`, `households`, `kinship`, `units`, `codes`, `history` are the
  nouns; `search` finds people by what is known of them, `properties` by what they are like, and
  `statistics` counts them.
- `changes` tells what events changed about whom, in the order in which they were recorded.
- `events` is the only way the registry changes; `life_events/` takes a new one as one new file,
  made of the parts in `reporting/`.
"""
