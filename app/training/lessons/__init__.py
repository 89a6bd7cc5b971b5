"""Lessons, one file each: what it declares as `LESSON` is found by `app.training.lesson`.

How to write one is said on the room's door-plate, `app/training/__init__.py`.
"""
