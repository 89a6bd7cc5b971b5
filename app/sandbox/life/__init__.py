"""The life of a population while the clock is advanced: who is born, dies, marries, parts, moves.

May import what `app.sandbox` may. A month is drawn as a whole, on the day before it begins, from
streams named after the month. `planning` puts it together; `app.sandbox.clock` lets it happen.

- `people` reads everybody as arrays; `rates` are the chances, with sources; `drawing` draws.
- `deaths`, `births`, `couples` (marriages, divorces), `moves`, `households`: one thing each.
- `papers` are the cards and accounts that people get.
"""
