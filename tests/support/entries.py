"""One table whose rows are numbered without gaps, as the log's are, and writers of it.

Run as a program it is a process that writes until it is killed, and says what was acknowledged.
"""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app.platform import engines
from app.platform.scripts import Statement
from app.platform.writer import Writer


def create(url) -> None:
    engine = engines.writer(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE entry (seq INTEGER PRIMARY KEY, body TEXT UNIQUE)"))
    engine.dispose()


def clear(url) -> None:
    """Leave no row, and no free page that would hide a full disk."""
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DELETE FROM entry"))
        connection.execute(text("VACUUM"))


def preparing(url):
    """Return what begins each transaction on that database: on PostgreSQL a lock."""

    def prepare():
        if make_url(url).get_backend_name() == "postgresql":
            yield Statement("SELECT pg_advisory_xact_lock(1)")

    return prepare


def append(connection, bodies):
    """Number the bodies on from the last one."""
    last = connection.execute(text("SELECT COALESCE(MAX(seq), 0) FROM entry")).scalar_one()
    rows = [{"seq": last + n, "body": body} for n, body in enumerate(bodies, 1)]
    connection.execute(text("INSERT INTO entry (seq, body) VALUES (:seq, :body)"), rows)
    return [row["seq"] for row in rows]


def appending(dialect, bodies):
    """The same as a script."""
    [[last]] = yield Statement("SELECT COALESCE(MAX(seq), 0) FROM entry", asks=True)
    place = "%s" if dialect == "postgresql" else "?"
    for seq, body in enumerate(bodies, last + 1):
        yield Statement(f"INSERT INTO entry (seq, body) VALUES ({place}, {place})", (seq, body))
    return list(range(last + 1, last + 1 + len(bodies)))


def adding(body):
    """Return a job that appends one body."""
    return lambda session: append(session, [body])[0]


def _say(seq, body) -> None:
    sys.stdout.write(f"{seq} {body}\n")
    sys.stdout.flush()


async def _put_for_ever(writer, how, prefix, count):
    is_script = how == "script"
    lane = writer.scripted("entry", appending) if is_script else writer.lane("entry", append)

    async def caller(number):
        done = 0
        while count is None or done < count:
            body = f"{prefix}-{number}-{done}"
            seq = await writer.put(lane, body)
            _say(seq, body)
            done += 1

    await asyncio.gather(*(caller(number) for number in range(8)))


def main() -> None:
    url, prefix, how, count = sys.argv[1:]
    most = int(count) or None
    engine = engines.writer(make_url(url), patient=False)
    writer = Writer(engine, preparing(url), name="process", crowd=0)
    if how != "job":
        asyncio.run(_put_for_ever(writer, how, prefix, most))
    else:
        done = 0
        while most is None or done < most:
            body = f"{prefix}-{done}"
            _say(writer.submit(adding(body)), body)
            done += 1
    writer.close()


if __name__ == "__main__":
    main()
