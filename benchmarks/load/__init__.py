"""The load generator: a process of its own, so that it never takes the server's interpreter.

`orders` says what is asked and what came of it, `sending` is how the others have a load run, and
`python -m benchmarks.load` is the process.
"""
