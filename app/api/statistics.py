"""`/v1/statistics/provinces`: how many people live where, for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, schemas
from app.api.dependencies import CallDep
from app.registry import provinces
from app.registry.provinces import Measure, Statistics

router = APIRouter(tags=["reference"])


class StatisticsQuery(schemas.Query):
    """By what provinces are ranked: how many there are of a measure, or its share of all."""

    measure: Measure = "people"
    by_share: bool = False


@router.get("/v1/statistics/provinces", responses=answers.of(Statistics))
def province_statistics(call: CallDep, asked: Annotated[StatisticsQuery, Query()]) -> Response:
    """Tell how many people live in each province, by age, ranked; small counts are not told.

    In the provinces of the world's day.
    """
    with call.world.session() as session:
        found = provinces.table(
            session, call.world.today, measure=asked.measure, by_share=asked.by_share
        )
    return answers.json(found)
