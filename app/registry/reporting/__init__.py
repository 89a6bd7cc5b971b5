"""How reports of life events are read, checked, given numbers and recorded.

`app.registry.events` runs the steps; the kinds of event are in `app.registry.life_events`.

- `reports` says what a kind of event, a report, a case and an effect are.
- `payloads` are the parts that reports are made of, `entries` how they are written into rows.
- `facts` is what the registry holds of the people concerned; `checks` object by it.
- `drawing` finds free numbers; `recording` writes the effects and what stood there before.
"""
