"""The population: its pyramid, and how far each distribution is from what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from app.identity import statistics as documents
from app.registry import citizens, statistics
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.registry.statistics import AgeSex

#: The picture's measures, in its own units: a half, what stands between, a bar with its gap.
HALF: Final = 300
_BAND: Final = 5


class Bar(NamedTuple):
    """A band of ages in the pyramid: men and women, and how wide their bars are."""

    label: str
    men: int
    women: int
    men_wide: float
    women_wide: float


def _show(asked: Asked, session: Session) -> Shown:
    """Show the pyramid; on request each distribution beside its source, which takes its time."""
    today = asked.world.today
    ages = statistics.ages(session, today)
    told = {}
    if "compare" in asked.query:
        from app.sandbox import report  # noqa: PLC0415 - the seeder's tables, for this alone

        told = {"report": report.make(session, today), "promised": report.PROMISED_FROM}
    return Shown(
        "console_population.html",
        {
            "bars": _bars(ages),
            "living": sum(row.people for row in ages),
            "on_record": citizens.count(session),
            "documents": documents.coverage(session),
            "half": HALF,
            "report": None,
            **told,
        },
    )


def _bars(ages: list[AgeSex]) -> list[Bar]:
    """Return the bars, the oldest first; who is of neither sex on record is in none."""
    count = {(row.age, row.sex): row.people for row in ages}
    most = max(count.values(), default=1)
    bands = range(max((row.age for row in ages), default=0), -1, -_BAND)
    return [
        Bar(
            label=f"{band}–{band + _BAND - 1}",
            men=(men := count.get((band, "M"), 0)),
            women=(women := count.get((band, "F"), 0)),
            men_wide=round(men / most * HALF, 1),
            women_wide=round(women / most * HALF, 1),
        )
        for band in bands
    ]


PAGE = Page(name="population", title=N_("Population"), group="people", order=2, views={"": _show})
