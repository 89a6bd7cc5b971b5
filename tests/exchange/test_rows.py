"""Rows that are written together: how PostgreSQL gets them (SQLite's way every test goes)."""

from app.exchange import rows
from app.exchange.rows import Rows


def test_postgresql_gets_an_array_for_each_column():
    kept = Rows("entry", (("body", "text"), ("seq", "bigint")), "ON CONFLICT DO NOTHING")
    assert rows._for_postgresql.__wrapped__(kept) == (
        "INSERT INTO entry (body, seq) SELECT * FROM unnest(%b::text[], %b::bigint[])"
        " ON CONFLICT DO NOTHING"
    )
