"""The parts of `docs/scenarios.md` that the scenarios' own files say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.scenarios import dirt, scenario

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.scenarios.scenario import Column, Scenario


def listed() -> str:
    """Every scenario in a line."""
    lines = ["| scenario | | tiếng Việt | whose story |", "|---|---|---|---|"]
    lines += [
        f"| `{story.name}` | {story.title_en} | {story.title_vi} | `{story.client}` |"
        for story in scenario.all_of_them().values()
    ]
    return "\n".join(lines) + "\n"


def errors() -> str:
    """The model of errors: what is done to names, birth dates and numbers."""
    lines = ["| in | error | what it is | tiếng Việt |", "|---|---|---|---|"]
    for where, kinds in (
        ("names", dirt.NAMES),
        ("birth dates", dirt.DATES),
        ("numbers", dirt.NUMBERS),
    ):
        lines += [
            f"| {where} | `{name}` | {kind.en} | {kind.vi} |" for name, kind in kinds.items()
        ]
    return "\n".join(lines) + "\n"


def each() -> str:
    """Every scenario whole: story, file, answer, mix, costs."""
    return "\n".join(line for story in scenario.all_of_them().values() for line in _section(story))


def _section(story: Scenario) -> Iterator[str]:
    yield from (f"### {story.title_en}", "")
    yield from (f"`{story.name}` · _{story.title_vi}_ · {story.law}", "", story.story_en, "")
    yield from (story.story_vi, "")
    yield from ("The file has `record_id` and:", "", *_columns(story.columns), "")
    if story.past:
        yield from ("The file of the past has `record_id` and:", "", *_columns(story.past), "")
    yield from ("The answer has `record_id` and:", "", *_columns(story.answers), "")
    for column in (*story.past, *story.answers):
        if column.values:
            yield from (f"`{column.name}` is one of:", "")
            yield from (f"- `{name}`: {meaning}" for name, meaning in column.values.items())
            yield ""
    shares = ", ".join(f"`{kind}` {share:g}" for kind, share in story.mix.items())
    yield from (f"Shares of rows, where no others are asked for: {shares}; the rest is right.", "")
    unit = f"per cent of `{story.stake}`" if story.stake else "thousand đồng"
    yield from (f"What a row costs by what is done with it, in {unit}:", "")
    yield "| situation | " + " | ".join(f"`{action}`" for action in story.actions) + " |"
    yield "|---" * (1 + len(story.actions)) + "|"
    for situation, costs in story.costs.items():
        yield f"| {situation} | " + " | ".join(f"{cost:,}" for cost in costs.values()) + " |"
    yield from ("", f"The reference solution scores at least {story.promised}.", "")


def _columns(columns: tuple[Column, ...]) -> list[str]:
    rows = [f"| `{each.name}` | {each.kind} | {each.en} | {each.vi} |" for each in columns]
    return ["| column | kind | what it is | tiếng Việt |", "|---|---|---|---|", *rows]
