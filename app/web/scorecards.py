"""`/console/scenarios`: what testers started, and their scorecards; never the truth behind them.

For whoever holds the operator's token, as the rest of the console is: a tester has the same as
JSON and as a picture at `/v1/scenarios`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from app.platform import errors
from app.web import console, pages, sign_in
from app.web.browsers import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.scenarios.telling import AnswerScore, Scorecard

router = APIRouter(include_in_schema=False)

_LIST: Final = "/console/scenarios"
_RUN: Final = f"{_LIST}/{{run_id}}"
_CARD: Final = f"{_RUN}/{{number}}"
#: How many shades of a cell the style sheet has.
_SHADES: Final = 10


def list_runs(request: Request) -> Response:
    """Show every agency's runs in this world, the latest first."""

    def tell(visitor: Visitor, session: Session) -> dict[str, Any]:
        from app.scenarios import runs  # noqa: PLC0415 - polars, which serving needs not

        return {"runs": runs.of_agency(session, visitor.world, None)}

    return _page(request, _LIST, "scenario_runs.html", tell)


def show_run(request: Request) -> Response:
    """Show a run: its submissions, compared with the best of them."""

    def tell(visitor: Visitor, session: Session) -> dict[str, Any]:
        from app.scenarios import comparing, runs, scenario  # noqa: PLC0415 - polars, as above

        run = runs.find(session, visitor.world, request.path_params["run_id"], None, None)
        story = scenario.find(run.scenario)
        place = runs.Place(visitor.world, request.app.state.server.settings.home)
        cards = runs.scorecards(session, run.id)
        told = comparing.compare(story, run.id, runs.whole(place, run), cards)
        return {"run": runs.view(session, run), "story": story, "comparison": told}

    return _page(request, _RUN, "scenario_run.html", tell)


def show_card(request: Request) -> Response:
    """Show a scorecard: classes, confusion, numbers, probabilities, and what it cost."""

    def tell(visitor: Visitor, session: Session) -> dict[str, Any]:
        from app.scenarios import curves, runs, scenario  # noqa: PLC0415 - polars, as above

        run = runs.find(session, visitor.world, request.path_params["run_id"], None, None)
        number = request.path_params["number"]
        card = runs.scorecard(session, run.id, int(number) if number.isdecimal() else 0)
        return {
            "card": card,
            "story": scenario.find(run.scenario),
            "answers": [(answer, _confusion(answer)) for answer in card.answers],
            "bars": _bars(card),
            "curves": curves.picture(card.probability) if card.probability else "",
        }

    return _page(request, _CARD, "scorecard.html", tell)


def _page(
    request: Request,
    route: str,
    template: str,
    tell: Callable[[Visitor, Session], dict[str, Any]],
) -> Response:
    """Render what `tell` gives; ask for the operator's token first."""
    visitor = Visitor(request, route)
    if not console.is_open(visitor):
        return console.ask(visitor)
    try:
        with visitor.world.session() as session:
            told = tell(visitor, session)
    except errors.DancuError as error:
        return sign_in.problem_page(visitor, error)
    frame = sign_in.frame(visitor, None)
    return pages.render_form(template, at=f"{visitor.root}{_LIST}", **told, **frame)


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
    """Return what was paid and what others would have: key of a word, an action, thousand đồng."""
    cost = card.cost
    return [
        ("cost-own", "", cost.total),
        ("cost-bound", "", cost.bound),
        ("cost-naive", "", cost.naive),
        *(("cost-all", action, total) for action, total in cost.constant.items()),
    ]


for _path, _show in ((_LIST, list_runs), (_RUN, show_run), (_CARD, show_card)):
    router.add_route(_path, _show, methods=["GET"])
    router.add_route(_path, console.enter, methods=["POST"])
