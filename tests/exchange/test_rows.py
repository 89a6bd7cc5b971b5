"""Rows that are written together: how PostgreSQL gets them (SQLite's way every test goes)."""

from app.exchange import rows
from app.exchange.rows import Rows


def test_postgresql_gets_all_rows_as_one_array():
    kept = Rows("entry", (("body", "text"), ("seq", "bigint")), "ON CONFLICT DO NOTHING")
    assert rows._for_postgresql.__wrapped__(kept) == (
        "INSERT INTO entry (body, seq) SELECT * FROM json_to_recordset(%t::json)"
        " AS given (body text, seq bigint) ON CONFLICT DO NOTHING"
    )
