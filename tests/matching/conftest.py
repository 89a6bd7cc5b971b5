"""Properties have no deadline here: the machine that runs them may be busy."""

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)
settings.load_profile("no_deadline")
