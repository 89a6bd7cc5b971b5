"""One scenario, one file: each module declares itself as `SCENARIO`.

May import `app.scenarios` (not its `runs`, `files` and `models`) and what that may. `make` sees
the people of the world; `solve` sees the agency's file and the public interface, nothing else.
"""
