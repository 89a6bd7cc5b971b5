"""The front door for machines: parse, call one function of a room, shape the answer.

No rule of the domain lives here.

May import every room below the doors. One module per resource; each offers a `router`.
"""
