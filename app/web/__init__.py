"""The front door for people: pages. Every asset comes from the server itself, no script is inline.

May import every room below the doors. `pages.py` shows: a new page is a template in `templates/`
and a module here that offers a `router`; a new page of the operator's console is one file in
`console/`. What pages say is written in English where it is said, and translated by `catalogue/`
(`languages.py`). Every page carries the mark of simulation.
"""
