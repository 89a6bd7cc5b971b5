"""Reference reads: units, code lists, fields, purposes, outcomes. Open to all: no one's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, forms, qcvn_109, schemas
from app.api.dependencies import CallDep
from app.api.disclosures import FieldView, field_view
from app.exchange import disclosing, outcomes
from app.exchange.presets import preset
from app.identity import sources
from app.platform import errors
from app.registry import codes, units

router = APIRouter(tags=["reference"])

UNIT_UNKNOWN = errors.declare(
    code="unit-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có đơn vị hành chính với mã này trong thời kỳ này",
    title_en="There is no administrative unit of this code in this era",
    next_vi="Xem danh sách ở GET /v1/units; era=2004 là 63 tỉnh, era=2025 là 34 tỉnh.",
    next_en="See GET /v1/units; era=2004 has 63 provinces, era=2025 has 34.",
)
MOST_UNITS = 1_000


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of one era. Tier 1: province, 2: district (2004 only), 3: ward or commune."""

    era: str
    code: str
    tier: int
    name: str
    short_name: str
    type: str
    parent: str | None
    province: str


class UnitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Units in order of code, and the code that the next page begins after."""

    items: list[UnitView]
    next_after: str | None


class Counterparts(msgspec.Struct, frozen=True, kw_only=True):
    """A unit, and which units of the other era share its area: the main one first.

    `divided` says that there are several.
    """

    unit: UnitView
    divided: bool
    counterparts: list[UnitView]


class CodeName(msgspec.Struct, frozen=True, kw_only=True):
    """What a value of a coded fact is called, and its code in QCVN 109:2017/BTTTT."""

    code: str
    vi: str
    en: str | None = None
    qcvn_109: str | None = None


class CodeLists(msgspec.Struct, frozen=True, kw_only=True):
    """The code lists of the registry, in this order, and of the documents in a wallet.

    Codes of relationships and documents are ours: no published list was found.
    """

    ethnicity: list[CodeName]
    religion: list[CodeName]
    relationship: list[CodeName]
    sex: list[CodeName]
    blood_type: list[CodeName]
    state: list[CodeName]
    marital_status: list[CodeName]
    document: list[CodeName]


class PurposeView(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose for which data may be asked for, and the laws it rests on."""

    name: str
    title_vi: str
    title_en: str
    laws: list[str]
    hidden_days: int


class OutcomeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of outcomes; null means: whatever it is.

    `plain` is what a caller without `outcome_detail` is told.
    """

    number: str | None
    claim: str | None
    state: str | None
    outcome: str
    plain: str
    attributes: bool
    meaning_vi: str
    meaning_en: str


class UnitsQuery(schemas.Query):
    """Which units."""

    era: Literal["2004", "2025"] | None = Field(None, description="That of the world's date.")
    tier: int | None = Field(None, ge=1, le=3)
    parent: str | None = Field(None, pattern="^[0-9]{2,5}$", description="Code of the unit above.")
    after: str | None = Field(None, pattern="^[0-9]{2,5}$", description="Begin after this code.")
    limit: int = Field(100, ge=1, le=MOST_UNITS)


class EraQuery(schemas.Query):
    """Of which era the code is."""

    era: Literal["2004", "2025"] | None = Field(None, description="That of the world's date.")


@router.get("/v1/units", responses=answers.of(UnitPage))
def list_units(call: CallDep, asked: Annotated[UnitsQuery, Query()]) -> Response:
    """List administrative units of one era, in order of code."""
    found = _units(call)
    era = asked.era or units.era_on(call.world.today)
    shown = [
        unit
        for code, unit in sorted(found.by_code.items())
        if code[0] == era and _fits(found, unit, asked)
    ]
    page = shown[: asked.limit]
    more = page[-1].code if len(shown) > len(page) else None
    return answers.json(UnitPage(items=[unit_view(found, unit) for unit in page], next_after=more))


@router.get("/v1/units/{code}", responses=answers.of(Counterparts))
def show_unit(
    call: CallDep,
    code: Annotated[str, Path(pattern="^[0-9]{2,5}$")],
    asked: Annotated[EraQuery, Query()],
) -> Response:
    """Show a unit and its counterparts in the other era."""
    found = _units(call)
    unit = units.find(found, code, asked.era or units.era_on(call.world.today))
    if unit is None:
        raise UNIT_UNKNOWN.error()
    others = found.counterparts.get(unit.id, ())
    return answers.json(
        Counterparts(
            unit=unit_view(found, unit),
            divided=len(others) > 1,
            counterparts=[unit_view(found, other) for other in others],
        )
    )


@router.get("/v1/codes", responses=answers.of(CodeLists))
def code_lists(call: CallDep) -> Response:
    """List what codes mean: of what a record holds, and of documents."""
    with call.world.session() as session:
        lists = codes.of(session)
    return answers.json(
        CodeLists(
            ethnicity=_names(lists.ethnicities),
            religion=_names(lists.religions),
            relationship=_names(lists.relationships),
            sex=_words(codes.SEX_WORDS, codes.QCVN_SEX),
            blood_type=_words(codes.BLOOD_WORDS, codes.QCVN_BLOOD),
            state=_words(codes.STATE_WORDS, {}),
            marital_status=_words(codes.MARITAL_WORDS, codes.QCVN_MARITAL),
            document=[
                CodeName(code=each.name, vi=each.title_vi, en=each.title_en)
                for each in sources.all_of_them().values()
            ],
        )
    )


@router.get(
    "/v1/schemas/qcvn-109.xsd", responses={200: {"description": "OK", "content": {forms.XML: {}}}}
)
def citizen_schema() -> Response:
    """Give the XML schema of a citizen and a collection by QCVN 109:2017/BTTTT.

    Ours, written from the regulation's tables: answers to `Accept: application/xml` keep to it.
    """
    return Response(qcvn_109.schema("qcvn-109.xsd"), media_type=forms.XML)


@router.get("/v1/fields", responses=answers.of(list[FieldView]))
def list_fields() -> Response:
    """List every field that a disclosure may offer, in the order of the law."""
    return answers.json([field_view(name) for name in disclosing.CATALOGUE])


@router.get("/v1/purposes", responses=answers.of(list[PurposeView]))
def list_purposes() -> Response:
    """List the purposes for which data may be asked for, and their laws."""
    laws = preset.laws()
    return answers.json(
        [
            PurposeView(
                name=purpose.name,
                title_vi=purpose.title_vi,
                title_en=purpose.title_en,
                laws=[laws[name].text for name in purpose.laws],
                hidden_days=purpose.hidden_days,
            )
            for purpose in preset.purposes().values()
        ]
    )


@router.get("/v1/outcomes", responses=answers.of(list[OutcomeRow]))
def list_outcomes() -> Response:
    """Give the table of outcomes of a verification: the first row that fits decides."""
    return answers.json(
        [
            OutcomeRow(
                number=row.standing,
                claim=row.agreement,
                state=row.state,
                outcome=row.outcome,
                plain=row.plain,
                attributes=row.attributes,
                meaning_vi=row.meaning_vi,
                meaning_en=row.meaning_en,
            )
            for row in outcomes.ROWS
        ]
    )


def _units(call: CallDep) -> units.Units:
    with call.world.session() as session:
        return units.of(session)


def _fits(found: units.Units, unit: units.Unit, asked: UnitsQuery) -> bool:
    parent = None if unit.parent_id is None else found.by_id[unit.parent_id].code
    return (
        (asked.tier is None or unit.tier == asked.tier)
        and (asked.parent is None or parent == asked.parent)
        and (asked.after is None or unit.code > asked.after)
    )


def unit_view(found: units.Units, unit: units.Unit) -> UnitView:
    """Return what is told of a unit."""
    return UnitView(
        era=unit.era,
        code=unit.code,
        tier=unit.tier,
        name=unit.name,
        short_name=unit.short_name,
        type=unit.type,
        parent=None if unit.parent_id is None else found.by_id[unit.parent_id].code,
        province=found.by_id[unit.province_id].code,
    )


def _names(listed: Mapping[str, str]) -> list[CodeName]:
    return [CodeName(code=code, vi=name) for code, name in sorted(listed.items())]


def _words(words: Mapping[str, codes.Words], qcvn: Mapping[Any, str]) -> list[CodeName]:
    return [
        CodeName(code=code, vi=word.vi, en=word.en, qcvn_109=qcvn.get(code))
        for code, word in words.items()
    ]
