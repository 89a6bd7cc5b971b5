"""`POST /v1/searches`: people found by other things than their number, for those with a grant.

A POST, because what is known of a person has no place in an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api import answers, exchanges, problems, schemas, xml_answers
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import searching
from app.exchange.callers import SEARCH
from app.matching import dates
from app.registry.pages import MOST
from app.registry.search import Criteria

if TYPE_CHECKING:
    from app.exchange.answered import Answered

router = APIRouter(tags=["exchange"])


class Known(schemas.Strict):
    """What is known; all of it must fit.

    Enough is: an old number; a phone number; a residence file number; a full name with the date
    or year of birth; a unit with an address down to the house.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    full_name: schemas.Maybe[schemas.Name] = Field(
        None, description="Whatever the accents and the order of the words."
    )
    birth_date: schemas.Maybe[schemas.PartialDate] = None
    sex: schemas.Maybe[Literal["M", "F"]] = None
    old_number: schemas.Maybe[str] = Field(None, pattern="^[0-9]{9}$")
    phone: schemas.Maybe[str] = Field(None, pattern="^[0-9]{10}$")
    file_number: schemas.Maybe[str] = Field(None, pattern="^[0-9]{10,12}$")
    unit: schemas.Maybe[str] = Field(None, pattern="^([0-9]{2}|[0-9]{3}|[0-9]{5})$")
    era: schemas.Maybe[Literal["2004", "2025"]] = None
    address: schemas.Maybe[str] = Field(
        None, min_length=1, max_length=schemas.LONGEST_SENTENCE, pattern=schemas.LINE
    )

    @model_validator(mode="after")
    def _not_empty(self) -> Known:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_known", "say at least one thing")
        return self

    def criteria(self) -> Criteria:
        """Return what the registry searches by."""
        said = self.model_dump()
        if self.birth_date is not None:
            said["birth_date"] = dates.parse(self.birth_date)
        return Criteria(**said)


class SearchRequest(schemas.Strict):
    """A search and the fields to be shown of those whom it fits."""

    criteria: Known
    fields: schemas.FieldNames
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    limit: int = Field(50, ge=1, le=MOST)
    cursor: schemas.Maybe[str] = Field(None, min_length=1, max_length=200)
    signed: bool = False
    sealed: bool = schemas.SEALED


@router.post(
    "/v1/searches",
    responses={
        **problems.documented(401, 403, 406, 409, 429),
        **answers.of(searching.SearchAnswer, more=exchanges.SIGNED | xml_answers.OF_QCVN_109),
    },
)
def search(call: CallDep, caller: CallerDep, asked: SearchRequest) -> Response:
    """Find people by name and birth, old number, phone, address or household, page by page.

    Each page is one leaf, with a salted entry for everybody shown; each of them counts as a
    question.
    """
    wanted = searching.Search(
        errand=exchanges.errand(
            call, asked.purpose, asked.officer, asked.dossier, sealed=asked.sealed
        ),
        criteria=asked.criteria.criteria(),
        fields=tuple(asked.fields),
        limit=asked.limit,
        cursor=asked.cursor,
    )
    in_xml = xml_answers.are_wanted(call, wanted.fields, signed=asked.signed)

    def tell(answered: Answered, prepared: searching.Prepared) -> Response:
        if in_xml:
            more = {"Dancu-Next-Cursor": prepared.next_cursor}
            return xml_answers.told(call, SEARCH, answered, prepared.items, more)
        return exchanges.told(call, SEARCH, answered, signed=asked.signed)

    return exchanges.put(call, caller, searching, wanted, tell)
