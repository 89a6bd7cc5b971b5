"""`GET /v1/changes`: what life events changed, for agencies with a grant, page after page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, exchanges, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access, change_feed
from app.exchange.callers import CHANGES
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["exchange"])


class ChangesQuery(schemas.Query):
    """Which changes, and from where on. Lists are repeated: `kinds=a&kinds=b`."""

    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Reference | None = Field(
        None, description="Account of the official who answers for the job that reads."
    )
    dossier: schemas.Reference | None = None
    fields: list[schemas.FieldName] = Field(
        default=[],
        max_length=schemas.MOST_FIELDS,
        description="Fields whose values of today are told, too.",
    )
    kinds: list[schemas.Slug] | None = Field(
        None, min_length=1, max_length=50, description="Kinds of life event; all that are granted."
    )
    provinces: list[schemas.TwoDigits] | None = Field(
        None, min_length=1, max_length=99, description="Province codes; all that are granted."
    )
    start: Literal["first", "latest"] = Field(
        "first", description="Without a cursor: where the feed begins."
    )
    cursor: str | None = Field(
        None, min_length=1, max_length=200, description="`next_cursor` of the page before."
    )
    limit: int = Field(50, ge=1, le=change_feed.MOST_CHANGES)
    signed: bool = False
    sealed: bool = schemas.SEALED


@router.get(
    "/v1/changes",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(change_feed.ChangePage, more=exchanges.SIGNED),
    },
)
def read_changes(
    call: CallDep, caller: CallerDep, asked: Annotated[ChangesQuery, Query()]
) -> Response:
    """Read the change feed: what was recorded behind the cursor, in order, without gaps.

    Only what the grant covers: its kinds of life event, its provinces, its fields. A page may be
    read again; keep `next_cursor` once its items are taken in, and go on from there, be it months
    later. Each page is one leaf, with a salted entry for each change; each of them counts as a
    question.
    """
    poll = change_feed.Poll(
        errand=exchanges.errand(
            call, asked.purpose, asked.officer, asked.dossier, sealed=asked.sealed
        ),
        fields=tuple(dict.fromkeys(asked.fields)),
        kinds=None if asked.kinds is None else frozenset(asked.kinds),
        provinces=None if asked.provinces is None else frozenset(asked.provinces),
        start=asked.start,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    at = access.of(call.world)

    with call.world.session() as session:
        prepared = change_feed.prepare(session, at, caller, poll)

    def record(session: Session) -> Response:
        answered = change_feed.record(session, at, prepared, now=clock.now())
        return exchanges.told(call, CHANGES, answered, signed=asked.signed)

    return call.world.writer.submit(record)
