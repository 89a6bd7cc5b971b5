"""The front door for people: pages. Every asset comes from the server itself, no script is inline.

May import every room below the doors. `pages.py` renders: a new page is a template in `templates/`
and a module here that offers a `router`. Every page carries the mark of simulation.
"""
