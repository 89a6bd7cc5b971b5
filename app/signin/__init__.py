"""Sign-in: OpenID Connect, and what a wallet is asked to present.

May import `app.exchange` and every room below it. `models.py` holds all tables. It knows nothing
of HTTP: the doors parse, call one function here and shape the answer.
"""
