"""What testers started, and their scorecards; never the truth behind them.

A tester has the same as JSON and as a picture at `/v1/scenarios`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.scenarios.telling import AnswerScore, Scorecard

#: How many shades of a cell the style sheet has.
_SHADES: Final = 10


def _list(asked: Asked, session: Session) -> Shown:
    """Show every agency's runs in this world, the latest first."""
    from app.scenarios import runs  # noqa: PLC0415 - polars, which serving needs not

    return Shown("scenario_runs.html", {"runs": runs.of_agency(session, asked.world, None)})


def _run(asked: Asked, session: Session) -> Shown:
    """Show a run: its submissions, compared with the best of them."""
    from app.scenarios import comparing, runs, scenario  # noqa: PLC0415 - polars, as above

    run = runs.find(session, asked.world, asked.path["run_id"], None, None)
    story = scenario.find(run.scenario)
    place = runs.Place(asked.world, asked.server.settings.home)
    cards = runs.scorecards(session, run.id)
    told = comparing.compare(story, run.id, runs.whole(place, run), cards)
    view = runs.view(session, run)
    return Shown("scenario_run.html", {"run": view, "story": story, "comparison": told})


def _card(asked: Asked, session: Session) -> Shown:
    """Show a scorecard: classes, confusion, numbers, probabilities, and what it cost."""
    from app.scenarios import curves, runs, scenario  # noqa: PLC0415 - polars, as above

    run = runs.find(session, asked.world, asked.path["run_id"], None, None)
    card = runs.scorecard(session, run.id, number(asked.path["number"]) or 0)
    return Shown(
        "scorecard.html",
        {
            "card": card,
            "story": scenario.find(run.scenario),
            "answers": [(answer, _confusion(answer)) for answer in card.answers],
            "bars": _bars(card),
            "curves": curves.picture(card.probability) if card.probability else "",
        },
    )


def _confusion(answer: AnswerScore) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return each class with its cells: how many rows, and the style by their share."""
    return [
        (
            each.name,
            [
                (count, _shade(count, each.rows, right=row == column))
                for column, count in enumerate(answer.confusion[row])
            ],
        )
        for row, each in enumerate(answer.classes)
    ]


def _shade(count: int, rows: int, *, right: bool) -> str:
    share = -(-count * _SHADES // rows) if rows else 0
    return f"{'right' if right else 'wrong'} s{share}"


def _bars(card: Scorecard) -> list[tuple[str, str, int]]:
    """Return what was paid and what others would have: what it is, an action, thousand đồng."""
    cost = card.cost
    return [
        (N_("This submission"), "", cost.total),
        (N_("The least possible"), "", cost.bound),
        (N_("The registry at its letter"), "", cost.naive),
        *((N_("Every row:"), action, total) for action, total in cost.constant.items()),
    ]


PAGE = Page(
    name="scenarios",
    title=N_("Scenarios"),
    group="tests",
    order=1,
    views={"": _list, "/{run_id}": _run, "/{run_id}/{number}": _card},
)
