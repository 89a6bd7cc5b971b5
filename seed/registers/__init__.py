"""The rows of each register of `app.sectors`: one file each, which declares `ROWS`.

A new register is a new file here. It draws from streams of its own (`registers`, its name), so it
changes nothing else; its cost is counted: all of them together take less than 0.5 s for 50,000.
"""
