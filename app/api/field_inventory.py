"""`/v1/field-inventory`: which fields the caller's agency holds, and which it wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Response
from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from pydantic_core import PydanticCustomError

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import field_inventory
from app.exchange.field_inventory import MOST_FIELDS, Inventory, Named, Submission
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["access"])


def _known(name: str) -> str:
    if name not in field_inventory.fields():
        raise PydanticCustomError("unknown_field", "no such field")
    return name


_Known = Annotated[
    str,
    Field(json_schema_extra={"enum": list(field_inventory.fields())}),
    AfterValidator(_known),
]


class NamedField(schemas.Strict):
    """A field that the agency holds, wants, or both: then it keeps a copy of another's."""

    field: _Known
    holds: bool = False
    wants: bool = False


#: An item that says something.
_SAYS: Final[list[JsonValue]] = [
    {"properties": {name: {"const": True}}, "required": [name]} for name in ("holds", "wants")
]


class InventoryRequest(schemas.Strict):
    """All that the agency has to say; `complete`: there is nothing more, so it names something."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"properties": {"complete": {"const": False}}},
                {"properties": {"items": {"contains": {"anyOf": _SAYS}}}},
            ]
        }
    )

    items: Annotated[list[NamedField], Field(max_length=MOST_FIELDS)]
    complete: bool = False
    officer: schemas.Maybe[schemas.Reference] = None


@router.get("/v1/field-inventory", responses={**problems.documented(401), **answers.of(Inventory)})
def own_inventory(call: CallDep, caller: CallerDep) -> Response:
    """Show what the agency submitted; `none` where it has submitted nothing."""
    with call.world.session() as session:
        return answers.json(field_inventory.of_agency(session, caller.agency_id))


@router.put("/v1/field-inventory", responses={**problems.documented(401), **answers.of(Inventory)})
def submit_inventory(call: CallDep, caller: CallerDep, asked: InventoryRequest) -> Response:
    """Submit what the agency holds and wants, in place of what it submitted before."""
    fields = [one.field for one in asked.items]
    wrong = [
        InvalidParam(f"body.items.{place}.field", "it stands twice", "xuất hiện hai lần")
        for place, field in enumerate(fields)
        if field in fields[:place]
    ]
    if asked.complete and not any(one.holds or one.wants for one in asked.items):
        wrong.append(
            InvalidParam(
                "body.items",
                "complete, it has to name a field that is held or wanted",
                "đã đủ thì phải nêu trường đang giữ hoặc cần",
            )
        )
    if wrong:
        raise problems.INVALID_REQUEST.error(params=tuple(wrong))
    said = Submission(
        items=tuple(Named(**one.model_dump()) for one in asked.items),
        complete=asked.complete,
        officer=asked.officer,
        on=call.world.today,
    )

    def job(session: Session) -> Inventory:
        field_inventory.submit(session, caller.agency_id, said)
        return field_inventory.of_agency(session, caller.agency_id)

    return answers.json(call.world.writer.submit(job))
