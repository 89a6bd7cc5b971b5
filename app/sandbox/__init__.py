"""Powers only a simulator has: worlds made, forked, reset, filled and deleted, personas, edits of citizens.

May import every room below it and, alone with `app.cli`, the population generator `seed`.
"""
