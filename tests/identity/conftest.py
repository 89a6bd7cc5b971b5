"""The registry's country with some cards and accounts; each test's changes are rolled back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from app.identity import models as m
from app.platform import engines
from app.platform.database import Base
from tests.registry import country
from tests.registry.country import AN, BINH, CHI, DUNG, EM, LUA


def card(citizen_id, state, issued, expires, **columns):
    """A card of the form of its day."""
    row = {
        "citizen_id": citizen_id,
        "number": f"90000000000{citizen_id}",
        "form": "2024" if issued and issued >= dt.date(2024, 7, 1) else "2021",
        "state": state,
        "state_since": issued or dt.date(2025, 12, 1),
        "issued_on": issued,
        "issued_by": "Cục Cảnh sát QLHC về TTXH (mô phỏng)" if issued else None,
        "expires_on": expires,
        "issue_reason": "first",
    }
    return m.Card(**(row | columns))


def _add(session: Session) -> None:
    session.add_all(
        [
            card(AN, "superseded", dt.date(2016, 5, 1), dt.date(2020, 5, 12), form="2021"),
            card(AN, "active", dt.date(2022, 3, 1), dt.date(2040, 5, 12)),
            card(AN, "requested", None, None),
            card(BINH, "lost", dt.date(2021, 4, 1), dt.date(2025, 11, 2)),
            card(BINH, "revoked", dt.date(2023, 4, 1), dt.date(2025, 11, 2)),
            card(LUA, "active", dt.date(2021, 6, 1), None),
            card(DUNG, "active", dt.date(2021, 7, 1), dt.date(2025, 12, 31)),
            card(CHI, "requested", None, None),
            card(EM, "active", dt.date(2018, 1, 1), dt.date(2041, 1, 1)),
        ]
    )
    taken = {"collected_on": dt.date(2023, 1, 1), "state_since": dt.date(2023, 2, 1)}
    on = dt.date(2023, 2, 1)
    session.add_all(
        [
            m.Account(citizen_id=AN, level=2, state="active", activated_on=on, **taken),
            m.Account(citizen_id=BINH, level=1, state="active", activated_on=on, **taken),
            m.Account(citizen_id=LUA, level=2, state="collected", **taken),
            m.Account(citizen_id=DUNG, level=2, state="locked", activated_on=on, **taken),
            m.Account(citizen_id=EM, level=2, state="active", activated_on=on, **taken),
        ]
    )


@pytest.fixture(scope="session")
def holders(database, database_url, tmp_path_factory):
    """A database of people with cards and accounts."""
    if database == "sqlite":
        url = engines.sqlite_url(tmp_path_factory.mktemp("holders") / "holders.db")
    else:
        server = engines.postgres_url(database_url, "postgres")
        admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE holders"))
        admin.dispose()
        url = engines.postgres_url(database_url, "holders")
    engine = engines.writer(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        country.add_reference(session)
        country.add_people(session)
        session.flush()
        _add(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(holders):
    """A session whose changes are rolled back."""
    with Session(holders) as session:
        yield session
        session.rollback()
