"""Reports of life events about people who were registered for it, one of each kind."""

from __future__ import annotations

PREFIX = "/control/v1/life-events/"
CHILD = {
    "name": "Trần Văn Bé",
    "sex": "M",
    "birth_date": "2025-12-01",
    "registration_place": {"unit": "01"},
}


def body(path, adult, report):
    """What to send to a kind's address; `adult` registers somebody, `report` sends a report."""
    kind = path.removeprefix(PREFIX)
    return {"reason": "test", "rows": [_ROWS[kind](adult, report)]}


def _wed(adult, _report=None):
    return {"pin": adult(), "spouse": {"full_name": "Anna Schmidt", "nationality": "DE"}}


def _divorced(adult, report):
    wed = _wed(adult)
    report(f"{PREFIX}marriage", {"reason": "test", "rows": [wed]})
    return {"pin": wed["pin"], "judgment": "TAND 1/2026"}


_ROWS = {
    "birth": lambda adult, _: CHILD | {"mother": {"pin": adult()}},
    "birth-date-correction": lambda adult, _: {"pin": adult(), "birth_date": "2002-02-03"},
    "death": lambda adult, _: {"pin": adult()},
    "divorce": _divorced,
    "marriage": _wed,
    "name-change": lambda adult, _: {"pin": adult(), "name": "Trần Thị Mới"},
    "sex-change": lambda adult, _: {"pin": adult(), "sex": "M"},
}
