"""Powers only a simulator has: worlds made, forked, reset, filled, deleted; personas; edits.

May import every room below it and, alone with `app.cli`, the population generator `seed`.

One exception to "a room queries its own tables only", which the linter cannot see: what is done to
a world as a whole goes through the tables by name. `tables` reads all of them, for digests and
exports, and `filling` adds rows to any, in the writer's slices beside a server, where a bulk load
has to be alone. Neither knows what a row means. A test holds the exception to these two modules.
"""
