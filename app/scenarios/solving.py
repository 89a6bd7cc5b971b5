"""What a reference solution may use: the agency's own calls to the public interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import polars as pl

from app.platform.progress import silent

if TYPE_CHECKING:
    from app.platform.progress import Progress

#: Questions in one call.
BATCH = 1000
#: What may be claimed, and how the verdict on it is called.
CLAIMS: Final = {"full_name": "name", "birth_date": "born", "residence_province": "province"}
#: Row, outcome, and a verdict for each of `CLAIMS`.
_Told = tuple[int | str | None, ...]


class Agency(Protocol):
    """A connected system that is signed in at a server: what a tester's own client is."""

    def get(self, path: str) -> Any:
        """Return the JSON at an address."""
        ...

    def post(self, path: str, body: object) -> Any:
        """Post JSON, again where the pace is exceeded, and return the JSON of the answer."""
        ...

    def download(self, path: str) -> bytes:
        """Return the file at an address."""
        ...

    def upload(self, path: str, body: bytes, media_type: str) -> Any:
        """Post a file and return the JSON of the answer."""
        ...


@dataclass(frozen=True, slots=True)
class Solver:
    """An agency at work on a file, for its purpose; `past` are rows whose outcome is known."""

    agency: Agency
    purpose: str
    progress: Progress = silent
    past: pl.DataFrame = field(default_factory=pl.DataFrame)

    def verify(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Ask whether claims fit: `number`, `full_name`, `birth_date` in, what was said out.

        Rows may have `residence_province`, too. Returns `outcome`, and the verdicts on `name`,
        `born` and `province` (null where none was told), row by row. Empty claims are not put; a
        row without a number of 9 or 12 digits is `malformed`.
        """
        rows = rows.select("number", *(name for name in CLAIMS if name in rows.columns))
        rows = rows.with_row_index("row")
        askable = rows.filter(
            pl.col("number").str.contains("^([0-9]{9}|[0-9]{12})$")
            & pl.any_horizontal(pl.col(set(CLAIMS).intersection(rows.columns)) != "")
        )
        told: list[_Told] = []
        for begun in range(0, askable.height, BATCH):
            self.progress("asking the registry", begun / askable.height)
            told += self._batch(askable.slice(begun, BATCH))
        verdicts = dict.fromkeys(CLAIMS.values(), pl.String)
        schema = {"row": pl.UInt32, "outcome": pl.String, **verdicts}
        said = pl.DataFrame(told, schema=schema, orient="row")
        return (
            rows.select("row")
            .join(said, on="row", how="left", maintain_order="left")
            .select(pl.col("outcome").fill_null("malformed"), *CLAIMS.values())
        )

    def _batch(self, rows: pl.DataFrame) -> list[_Told]:
        items = [
            {
                "number": row["number"],
                "claims": {name: row[name] for name in CLAIMS if row.get(name)},
            }
            for row in rows.iter_rows(named=True)
        ]
        asked = {"purpose": self.purpose, "items": items}
        results = self.agency.post("/v1/verifications/batch", asked)["results"]
        found = []
        for row, result in zip(rows["row"], results, strict=True):
            verdicts = result.get("attributes") or {}
            outcome = result.get("outcome") or result["refused"]
            found.append((row, outcome, *(verdicts.get(name) for name in CLAIMS)))
        return found


def iso_dates(texts: pl.Series) -> pl.Series:
    """Turn dates as files write them (`dd/mm/yyyy`, `mm/yyyy`, `yyyy`) into those of the API.

    What is no day of the calendar comes out empty.
    """
    frame = texts.alias("text").to_frame()
    whole = pl.col("text").str.to_date("%d/%m/%Y", strict=False).dt.to_string("%Y-%m-%d")
    month = pl.col("text").str.extract("^([0-9]{2})/[0-9]{4}$")
    year = pl.col("text").str.extract("([0-9]{4})$")
    return frame.select(
        pl.when(whole.is_not_null())
        .then(whole)
        .when(month.is_not_null())
        .then(year + "-" + month)
        .when(pl.col("text").str.contains("^[0-9]{4}$"))
        .then(year)
        .otherwise(pl.lit(""))
    ).to_series()


def birth_year(number: pl.Expr) -> pl.Expr:
    """Return the year that a personal number tells (digits 4 to 6), null for another number."""
    century = 1900 + number.str.slice(3, 1).cast(pl.Int64) // 2 * 100
    year = century + number.str.slice(4, 2).cast(pl.Int64)
    return pl.when(number.str.len_chars() == 12).then(year)


def one_digit_away(numbers: pl.Series, born: pl.Series) -> pl.DataFrame:
    """Return numbers that one slip of the key away from those given: `row` and `number`.

    One digit replaced, or two neighbours exchanged; only those whose two digits of the birth year
    are those of `born` (`yyyy…`), where that is known (personal number, digits 5 and 6).
    """
    width = 12
    frame = pl.DataFrame(
        {"row": range(len(numbers)), "number": numbers, "yy": born.str.slice(2, 2)}
    )
    frame = frame.with_columns(pl.col("row").cast(pl.UInt32)).filter(
        pl.col("number").str.len_chars() == width
    )
    head, tail = pl.col("number").str.head, pl.col("number").str.slice
    made = [
        frame.select("row", "yy", pl.concat_str(head(at), pl.lit(str(digit)), tail(at + 1)))
        for at in range(1, width)
        for digit in range(10)
    ] + [
        frame.select(
            "row", "yy", pl.concat_str(head(at), tail(at + 1, 1), tail(at, 1), tail(at + 2))
        )
        for at in range(1, width - 1)
    ]
    tried = pl.concat([each.rename({each.columns[2]: "number"}) for each in made]).unique()
    fits = (pl.col("yy") == "") | (pl.col("number").str.slice(4, 2) == pl.col("yy"))
    others = tried.filter(fits).join(frame, on=["row", "number"], how="anti")
    return others.select("row", "number").sort("row", "number")


def repaired(solver: Solver, rows: pl.DataFrame) -> pl.Series:
    """Find numbers from which those given are one slip away, and whom the claims fit wholly.

    `rows` as in `verify`. Empty where none or several fit: a guess is no repair.
    """
    tried = one_digit_away(rows["number"], rows["birth_date"])
    claims = rows.with_row_index("row").select("row", "full_name", "birth_date")
    asked = tried.join(claims, on="row", how="left", maintain_order="left")
    outcome = solver.verify(asked)["outcome"]
    fitting = asked.filter(outcome.is_in(["match", "near_match"])).group_by("row")
    found = fitting.agg(pl.col("number").first(), count=pl.len()).filter(pl.col("count") == 1)
    every = rows.with_row_index("row").select("row")
    return every.join(found, on="row", how="left", maintain_order="left")["number"].fill_null("")
