"""A world of five people written by hand: for tests that need a world and not a population."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.platform import founding, opening, sequences
from app.platform.worlds import WorldSpec
from app.registry.models import Citizen, Ethnicity, Religion, Unit
from app.sandbox import touches

SPEC = WorldSpec(7, 5, "tiny", dt.date(2026, 1, 1), "reserved")
HA_NOI = 100_001
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Hoàng Cường", "Phạm Thu Dung", "Đỗ Minh Đức")


def make(draft) -> None:
    """Fill an empty draft."""
    opening.migrate(draft.url)
    engine = create_engine(draft.url)
    with Session(engine) as session:
        founding.found(session, "unnamed", SPEC, parts=())
        session.add_all(_reference())
        session.flush()
        session.add_all(_citizen(number, full) for number, full in enumerate(NAMES, 1))
        session.flush()
        sequences.count_on(session, ["citizen", "unit"])
        touches.watch(session)
        session.commit()
    engine.dispose()


def _reference():
    source = "tests"
    yield Ethnicity(code="01", name="Kinh", other_names="", source=source)
    yield Religion(code="00", name="Không", other_names="", source=source)
    yield Unit(
        id=HA_NOI,
        era="2004",
        tier=1,
        code="01",
        name="Thành phố Hà Nội",
        short_name="Hà Nội",
        type="thành phố",
        parent_id=None,
        province_id=HA_NOI,
        valid_from=dt.date(2004, 1, 1),
        valid_to=None,
        latitude=None,
        longitude=None,
    )


def _citizen(number: int, full_name: str) -> Citizen:
    family, *middle, given = full_name.split()
    return Citizen(
        id=number,
        pin=f"901090{number:06d}",
        family_name=family,
        middle_name=" ".join(middle),
        given_name=given,
        name_order="family_first",
        full_name=full_name,
        name_key=full_name.lower(),
        birth_year=1990,
        birth_month=number,
        birth_day=15,
        sex="M" if number % 2 else "F",
        birth_country="VN",
        birth_unit_id=HA_NOI,
        registration_country="VN",
        registration_unit_id=HA_NOI,
        origin_country="VN",
        origin_unit_id=HA_NOI,
        ethnicity="01",
        religion="00",
        nationality="VN",
        marital_status="never_married",
        state="alive",
    )
