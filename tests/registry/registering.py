"""Reports of registrations that tests make, and what is said of refused ones."""

from __future__ import annotations

import datetime as dt

import pytest

from app.platform.errors import DancuError
from app.registry import events, fields
from tests.registry.country import TODAY

NOW = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)
LUA_PIN = "901150000004"
AN_PIN, BINH_PIN, CHI_PIN, EM_PIN = "936080000001", "901185000002", "901312000003", "901181000006"
HERE = {"unit": "00004", "detail": "12 ngõ 5 Hàng Bún"}


def report(**changed):
    return events.Report(
        **{
            "today": TODAY,
            "now": NOW,
            "seed": 1,
            "pin_style": "reserved",
            "reported_by": "người vận hành",
            "reason": "sinh con",
            **changed,
        }
    )


def newborn(**said):
    return {
        "name": "Nguyễn Văn Khôi",
        "sex": "M",
        "birth_date": "2025-12-30",
        "registration_place": {"unit": "00004"},
        **said,
    }


def register(session, **said):
    return events.apply(session, "registration", newborn(**said), report())


def refused(call, *args, code="life-event-refused"):
    """The members at fault."""
    with pytest.raises(DancuError) as caught:
        call(*args)
    assert caught.value.code == code
    return [param.name for param in caught.value.params]


def objections(session, **said):
    return refused(lambda: register(session, **said))


def read(session, citizen_id, *names):
    values = fields.read(session, [citizen_id], names, TODAY)[0]
    return values[names[0]] if len(names) == 1 else values
