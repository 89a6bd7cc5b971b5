"""The schema's history: one revision per change, each with an honest downgrade.

`app.platform.schema` runs them from code; `python -m migrations "what changes"` drafts the next.
"""
