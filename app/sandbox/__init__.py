"""Powers only a simulator has: worlds made, forked, reset, filled, deleted; personas; edits.

May import every room below it and, alone with `app.cli`, the population generator `seed`.
"""
