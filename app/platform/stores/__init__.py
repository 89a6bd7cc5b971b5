"""Where worlds are kept: SQLite files under one folder, or databases of one PostgreSQL server.

May import the modules of `app.platform` beside it. A further kind of store is one more module with
the methods of `store.Store`, and a line in `store.at`.
"""
