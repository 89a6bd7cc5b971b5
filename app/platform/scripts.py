"""Scripts: what a write does to the database, told apart from who waits for the database.

A script is a generator: it yields one statement after the other and is given the rows of those
that ask for any. A connection plays it one statement at a time, a pipeline sends on what asks for
nothing without waiting for an answer: the same script, and so the same rows.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from app.platform import engines

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")

#: Rows of an answer, none where nothing was asked for.
Answer: TypeAlias = Sequence[Sequence[Any]]


class Statement(NamedTuple):
    """One statement in the driver's own SQL; `asks` says that its rows are wanted."""

    sql: str
    values: Sequence[object] = ()
    asks: bool = False


Script: TypeAlias = Generator[Statement, Answer, T]


def play(connection: Connection, script: Script[T]) -> T:
    """Run the script's statements in turn; return what it comes to.

    What goes wrong is the driver's own error; the script hears nothing of it.
    """
    try:
        statement = next(script)
        while True:
            answer = engines.run(connection, statement.sql, statement.values)
            statement = script.send(answer)
    except StopIteration as end:
        returned: T = end.value
        return returned
