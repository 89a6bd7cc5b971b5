"""`/v1/disclosures/…`: an address for each declared disclosure, typed by the fields it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Body, Response
from pydantic import AfterValidator, Field, create_model

from app.api import answers, exchanges, problems, schemas, xml_answers
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import disclosing, sharing

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.exchange.answered import Answered
    from app.exchange.disclosing import Disclosure

router = APIRouter(tags=["exchange"])


class DisclosureRequest(schemas.Strict):
    """A question for data about a number's bearer: which fields, what for, on whose behalf."""

    number: schemas.Number
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    fields: list[str]
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None
    as_of: schemas.Maybe[schemas.Day] = Field(
        None,
        description="What was on record at the end of that day, from 2016-01-01 to the world's "
        "today; for systems with `outcome_detail`.",
    )
    signed: bool = False
    sealed: bool = schemas.SEALED


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One field that may be asked for; `group` is that of the Law on Identity 2023, Art 9."""

    name: str
    label_vi: str
    label_en: str
    group: int
    sensitivity: str
    several: bool


class DisclosureView(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosure and the fields it offers."""

    name: str
    title_vi: str
    title_en: str
    law: str
    fields: list[FieldView]


@router.get(
    "/v1/disclosures",
    responses=answers.of(list[DisclosureView]),
    tags=["reference"],
)
def list_disclosures() -> Response:
    """List every disclosure with the fields that it offers."""
    return answers.json([_view(each) for each in disclosing.all_of_them().values()])


def field_view(name: str) -> FieldView:
    """Return what the catalogue says of one field."""
    field = disclosing.CATALOGUE[name]
    return FieldView(
        name=name,
        label_vi=field.label_vi,
        label_en=field.label_en,
        group=field.group,
        sensitivity=field.sensitivity,
        several=field.several,
    )


def _view(disclosure: Disclosure) -> DisclosureView:
    return DisclosureView(
        name=disclosure.name,
        title_vi=disclosure.title_vi,
        title_en=disclosure.title_en,
        law=disclosure.law,
        fields=[field_view(name) for name in disclosure.fields],
    )


def _disclose(call: CallDep, caller: CallerDep, name: str, asked: DisclosureRequest) -> Response:
    """Put the question to the exchange, and have the leaf committed before the answer starts."""
    ask = sharing.Ask(
        errand=exchanges.errand_of(call, asked),
        disclosure=name,
        number=asked.number,
        fields=tuple(asked.fields),
        as_of=asked.as_of,
    )
    in_xml = xml_answers.are_wanted(call, asked.fields, signed=asked.signed)

    def tell(answered: Answered, prepared: sharing.Prepared) -> Response:
        if in_xml:
            people = [] if prepared.data is None else [prepared.data]
            more = {"Dancu-Number": prepared.number}
            return xml_answers.told(call, name, answered, people, more)
        return exchanges.told(call, name, answered, signed=asked.signed)

    return exchanges.put(call, caller, sharing, ask, tell)


def _route(disclosure: Disclosure) -> Callable[..., Response]:
    """Return the function of one disclosure's address, its request typed by the fields offered."""
    offered: Any = Literal[tuple(disclosure.fields)]  # known at start only
    distinct: Any = Annotated[list[offered], AfterValidator(schemas.distinct)]
    request = create_model(
        f"{_camel(disclosure.name)}Request",
        __base__=DisclosureRequest,
        __doc__=f"A question for the fields of `{disclosure.name}`.",
        fields=(
            distinct,
            Field(
                min_length=1,
                max_length=len(disclosure.fields),
                json_schema_extra={"uniqueItems": True},
                description="Which fields are needed; no others are read (data minimisation).",
            ),
        ),
    )

    def disclose(call: CallDep, caller: CallerDep, asked: Any = Body()) -> Response:  # noqa: B008 - FastAPI's way
        return _disclose(call, caller, disclosure.name, asked)

    disclose.__annotations__["asked"] = request
    disclose.__name__ = f"disclose_{disclosure.name.replace('-', '_')}"
    disclose.__doc__ = (
        f"{disclosure.title_en} · {disclosure.title_vi}. Law: {disclosure.law}.\n\n"
        "Only granted fields are given; the others are named with why they were withheld."
    )
    return disclose


def _answer(disclosure: Disclosure) -> Any:
    """Return the type of one disclosure's answer: data by the types of its fields."""
    data = msgspec.defstruct(
        f"{_camel(disclosure.name)}Data",
        [(name, disclosing.CATALOGUE[name].type | None, None) for name in disclosure.fields],
        kw_only=True,
    )
    return msgspec.defstruct(
        f"{_camel(disclosure.name)}Answer",
        [("data", data | None)],
        bases=(sharing.Answer,),
        kw_only=True,
    )


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


for _each in disclosing.all_of_them().values():
    router.add_api_route(
        f"/v1/disclosures/{_each.name}",
        _route(_each),
        methods=["POST"],
        summary=_each.title_en,
        responses={
            **problems.documented(401, 403, 406, 409, 429),
            **answers.of(_answer(_each), more=exchanges.SIGNED | xml_answers.OF_QCVN_109),
        },
    )
