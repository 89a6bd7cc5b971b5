"""What can happen to a citizen: each module declares one kind of event, as `LIFE_EVENT`.

A new life event is a new file here (see `app.registry.reports.LifeEvent`): the form of its report,
checks that explain a refusal, and what it changes. `app.registry.events` finds it, enters it and
records it; the docs list it.
"""
