"""The `dancu` command: the house for people at a terminal. `main` is its entry point.

May import every room. One module per group of commands, each offering a Typer `app` or a function;
`program` joins them: its table says where each is, and only the one that is asked for is imported.
A new command is one function and one row there, with `--json`. What is heavy (numpy, polars,
FastAPI, a database) is imported inside the command that needs it: `dancu --help` is fast.

- `telling` prints: tables for people, JSON for programs; `failing` tells errors with a next step.
- `home` opens worlds on this machine; `server` talks to a server that is running.
"""

from app.cli.program import main

__all__ = ["main"]
