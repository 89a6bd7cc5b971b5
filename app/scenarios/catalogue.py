"""The catalogue of scenarios, as testers are told it."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from app.scenarios import parameters, scenario, telling

if TYPE_CHECKING:
    from app.scenarios.scenario import Column


def lines() -> list[telling.ScenarioLine]:
    """Return every scenario in a line."""
    return [
        telling.ScenarioLine(
            name=each.name,
            title_vi=each.title_vi,
            title_en=each.title_en,
            client=each.client,
        )
        for each in scenario.all_of_them().values()
    ]


def view(name: str) -> telling.ScenarioView:
    """Return all that a tester is told of a scenario. Raises `scenario-unknown`."""
    each = scenario.find(name)
    return telling.ScenarioView(
        name=each.name,
        title_vi=each.title_vi,
        title_en=each.title_en,
        client=each.client,
        story_vi=each.story_vi,
        story_en=each.story_en,
        law=each.law,
        purpose=each.purpose,
        columns=[_column(RECORD_ID), *map(_column, each.columns)],
        answers=[_column(RECORD_ID), *map(_column, each.answers)],
        mix=each.mix,
        action=each.action,
        costs=each.costs,
        stake=each.stake,
        past=[_column(RECORD_ID), *map(_column, each.past)] if each.past else [],
        consents=list(each.consents),
        difficulties=list(get_args(parameters.Difficulty)),
        smallest=parameters.SMALLEST,
        largest=parameters.LARGEST,
    )


RECORD_ID = scenario.Column(
    name="record_id",
    kind="text",
    vi="Mã bản ghi, không nói gì về bản ghi",
    en="The record's id, which says nothing about it.",
)


def _column(column: Column) -> telling.ColumnView:
    return telling.ColumnView(
        name=column.name, kind=column.kind, vi=column.vi, en=column.en, values=column.values
    )
