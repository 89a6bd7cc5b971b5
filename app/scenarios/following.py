"""Following the registry with a copy: what became of each row, by the feed and by asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import polars as pl

if TYPE_CHECKING:
    from app.scenarios.solving import Solver

#: What can have become of a row; of several, the one that stands first.
VERDICTS: Final = {
    "died": "the person has died",
    "renumbered": "the person has another personal number",
    "renamed": "the person has another name",
    "moved": "the person lives in another province, or in none",
    "recoded": "the province was merged, and has another code; nobody moved",
    "current": "it is as on record today",
}
#: The first day by the codes of today (Resolution 202/2025/QH15).
_MERGED = "2025-07-01"
_FIELDS = ("pin", "superseded_pins", "full_name", "permanent_residence", "state")
_OFFICER, _PAGE, _UNITS = "tu-dong", 200, 1000


def judge(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Return the copy with `verdict` and `number`, today's as far as it can be told."""
    rows = extract.with_columns(code=_renamed(solver, extract))
    heard, begun = _heard(solver)
    rows = rows.join(heard, on="id_number", how="left", maintain_order="left")
    is_told = pl.col("state").is_not_null()
    to_ask = rows.filter(~is_told & (pl.col("taken_on") < begun))
    asked = to_ask.select("record_id").hstack(_asked(solver, to_ask))
    rows = rows.join(asked, on="record_id", how="left", maintain_order="left")
    is_dead = (pl.col("state") == "dead") | (pl.col("outcome") == "deceased")
    chain = {
        "died": is_dead,
        "renumbered": (pl.col("pin") != pl.col("id_number"))
        | (pl.col("outcome") == "superseded_number"),
        "renamed": (pl.col("today") != pl.col("full_name"))
        | pl.col("name").is_in(["mismatch", "near_match"]),
        "moved": (pl.col("lives") != pl.col("code"))
        | pl.col("lives_as_said").is_in(["mismatch", "not_on_record"]),
        "recoded": pl.col("code") != pl.col("province"),
    }
    verdict = pl.coalesce(
        *(pl.when(is_so).then(pl.lit(name)) for name, is_so in chain.items()), pl.lit("current")
    )
    own = pl.when(verdict == "renumbered").then(pl.lit("")).otherwise("id_number")
    number = pl.when(verdict == "died").then(pl.lit("")).otherwise(pl.coalesce("pin", own))
    return rows.with_columns(verdict=verdict, number=number)


def _renamed(solver: Solver, extract: pl.DataFrame) -> pl.Series:
    """Return the codes of today of the rows' provinces."""
    became: dict[str, str] = {}
    after = ""
    while True:
        asked = {"limit": _UNITS, **({"after": after} if after else {})}
        page = solver.agency.get(f"/v1/unit-successions?{urlencode(asked)}")
        for one in page["items"]:
            became.setdefault(one["before"]["province"], one["after"]["province"])
        after = page["next_after"]
        if not after:
            break
    is_old = pl.col("taken_on") < _MERGED
    code = pl.col("province")
    return extract.select(pl.when(is_old).then(code.replace(became)).otherwise(code)).to_series()


def _heard(solver: Solver) -> tuple[pl.DataFrame, str]:
    """Read the feed; return whom it told of, by every number they had, and its first day."""
    items: list[dict[str, Any]] = []
    asked: dict[str, Any] = {
        "purpose": solver.purpose,
        "officer": _OFFICER,
        "fields": _FIELDS,
        "limit": _PAGE,
    }
    more = True
    while more:
        page = solver.agency.get(f"/v1/changes?{urlencode(asked, doseq=True)}")
        items += page["items"]
        asked["cursor"], more = page["next_cursor"], page["more"]
    told: dict[str, tuple[str, str, str, str]] = {}
    for item in items:
        values = item.get("values")
        if values is None:  # of all, or of nobody any more
            continue
        home = (values["permanent_residence"] or {}).get("place", {}).get("province") or {}
        one = (values["pin"], values["full_name"], home.get("code", ""), values["state"])
        told.update(dict.fromkeys((values["pin"], *_numbers(values["superseded_pins"])), one))
    heard = pl.DataFrame(
        [(number, *one) for number, one in told.items()],
        schema=dict.fromkeys(("id_number", "pin", "today", "lives", "state"), pl.String),
        orient="row",
    )
    begun = min((item["recorded_on"] for item in items), default="9999-12-31")
    return heard, begun


def _numbers(superseded: list[Any]) -> list[str]:
    return [each["pin"] if isinstance(each, dict) else each for each in superseded]


def _asked(solver: Solver, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `outcome`, and the verdicts on `name` and province (`lives_as_said`) of rows.

    Who does not live where the copy says is asked about again by name alone: the dead have no
    residence, and what does not fit hides that they are dead.
    """
    asked = rows.select("full_name", number="id_number", residence_province="code")
    said = solver.verify(asked)
    lives = said["province"]
    elsewhere = lives.is_in(["mismatch", "not_on_record"])
    again = asked.drop("residence_province").with_columns(
        number=pl.when(elsewhere).then("number").otherwise(pl.lit(""))
    )
    plain = solver.verify(again)["outcome"]
    return said.select(
        "name", outcome=pl.when(elsewhere).then(plain).otherwise("outcome"), lives_as_said=lives
    )
