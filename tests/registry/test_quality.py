"""The registry's own quality, person by person."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.registry import models as m
from app.registry import quality
from tests.registry.country import AN, TODAY


def changed(session, **columns):
    before = quality.counts(session, TODAY)
    session.execute(update(m.Citizen).where(m.Citizen.id == AN).values(**columns))
    return tuple(
        now - then for now, then in zip(quality.counts(session, TODAY), before, strict=True)
    )


def test_the_living_are_counted_with_their_fields(session):
    counted = quality.counts(session, TODAY)
    assert counted.people == 6  # of seven Em has died
    assert counted.clean == 4  # Bình and Dung share an old number
    assert 0 < counted.filled < counted.people * len(quality.REQUIRED)
    assert counted.right <= counted.people
    assert counted.live <= counted.people


@pytest.mark.parametrize(
    ("columns", "difference"),
    [
        ({"pin": "936080999999"}, (0, 0, 0, 0, 0)),  # Hà Nam, a man of 1980
        ({"pin": "936180999999"}, (0, -1, 0, 0, 0)),  # a woman's
        ({"pin": "936081999999"}, (0, -1, 0, 0, 0)),  # of 1981
        ({"sex": "U"}, (0, 0, 0, 0, 0)),  # of either sex the century is right
        ({"birth_month": None, "birth_day": None}, (0, 0, -1, 0, 0)),
        ({"blood_type": None}, (0, 0, -1, 0, 0)),
        ({"registration_unit_id": None}, (0, 0, -1, 0, 0)),
        ({"registration_unit_id": None, "registration_country": "LA"}, (0, 0, 0, 0, 0)),
        ({"state": "under_review"}, (0, 0, 0, 0, -1)),
        ({"state": "emigrated"}, (-1, -1, -8, -1, -1)),
    ],
)
def test_what_is_wrong_with_one_record_counts_once(session, columns, difference):
    session.execute(
        update(m.Citizen)
        .where(m.Citizen.id == AN)
        .values(blood_type="O", marital_status="married", state="alive")
    )
    assert changed(session, **columns) == difference
