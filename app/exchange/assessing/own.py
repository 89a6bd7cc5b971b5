"""Own: what a citizen who is signed in at the portal is shown of assessments: every point.

The portal's system is told it, too: so each reading has its leaf, of kind `sign_in`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select

from app.exchange import answered, own_data
from app.exchange.assessing import appeals, views
from app.exchange.assessing.appeals import Point
from app.exchange.assessing.models import CreditAssessment
from app.exchange.assessing.views import Assessment
from app.exchange.models import Agency
from app.exchange.proof import LeafPlace, Proof

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.own_data import Asked
    from app.platform.errors import Language

#: The outcome of such a leaf.
OWN: Final = "own_credit_assessments"


class OwnAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment, who asked for it and by which consent, and every point of both looks."""

    agency: str
    agency_name: str
    agency_name_en: str
    purpose: str
    consent: str
    fields: tuple[str, ...]
    assessment: Assessment
    points: tuple[Point, ...]
    second_points: tuple[Point, ...]
    left_out: tuple[str, ...]
    leaf: int


class OwnAssessments(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, the latest first."""

    items: list[OwnAssessment]
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


_encoder = msgspec.json.Encoder()


def tell(
    session: Session, access: Access, asked: Asked, language: Language, now: dt.datetime
) -> Answered:
    """Read them and log that they were read, in the world's writer; send nothing before that."""
    leaf, verdict = own_data.leaf(access, asked, OWN, ())
    body = partial(_body, session, asked, access.world.today, language)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def _body(
    session: Session, asked: Asked, today: dt.date, language: Language, proved: Proof
) -> bytes:
    mine = (
        select(CreditAssessment, Agency)
        .join(Agency, Agency.id == CreditAssessment.agency_id)
        .where(CreditAssessment.citizen_id == asked.citizen_id)
        .order_by(CreditAssessment.leaf.desc())
    )
    return _encoder.encode(
        OwnAssessments(
            items=[
                _own(row, agency, views.view(row, today, language))
                for row, agency in session.execute(mine)
            ],
            simulated=True,
            request_id=asked.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )


def _own(row: CreditAssessment, agency: Agency, told: Assessment) -> OwnAssessment:
    return OwnAssessment(
        agency=agency.slug,
        agency_name=agency.name,
        agency_name_en=agency.name_en,
        purpose=row.purpose,
        consent=row.consent,
        fields=tuple(row.fields),
        assessment=told,
        points=appeals.points(row.marks),
        second_points=appeals.points(row.second_marks or []),
        left_out=tuple(row.left_out or ()),
        leaf=row.leaf,
    )
