"""Who a row says it is about: a name, a birth date and a number, in every state they are found in.

What all files of agencies have in common. A claim's kind is its truth; `seen` is what the registry
lets an agency see of it (number's standing, verdict on name, verdict on birth date), so that rows
which cannot be told apart are known to be so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.matching.dates import PartialDate, compare_birth_date
from app.matching.names import compare_name
from app.scenarios import dirt, parameters
from app.scenarios.dirt import Dates
from app.scenarios.population import ROWS_EACH, Pack
from app.scenarios.scenario import Column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws

#: What a row can be, and what that means.
KINDS: Final[Mapping[str, str]] = {
    "match": "number, name and birth date are one person's",
    "near_match": "one person's, with name or birth date written badly",
    "old_number": "one person's, by the old number of nine digits",
    "superseded_number": "one person's, by a personal number that was cancelled",
    "wrong_number": "one person's, whose number is one slip of the key away",
    "another_person": "the number is another person's",
    "deceased": "the person has died",
    "invented": "nobody's: neither number nor person exists",
}
#: What every file has beside a name.
BIRTH_DATE: Final = Column(
    name="birth_date",
    kind="date",
    vi="Ngày sinh: dd/mm/yyyy, mm/yyyy hoặc yyyy",
    en="Birth date: dd/mm/yyyy, mm/yyyy or yyyy.",
)
ID_NUMBER: Final = Column(
    name="id_number",
    kind="text",
    vi="Số giấy tờ: 12 số, hoặc 9 số cũ",
    en="Number of the paper: 12 digits, or the old 9.",
)
#: What every file is asked for: what a row is, and whose number is right.
VERDICT: Final = Column(
    name="verdict",
    kind="class",
    vi="Danh tính là gì",
    en="What the identity is.",
    values=KINDS,
)
NUMBER: Final = Column(
    name="number",
    kind="number",
    vi="Số định danh đúng, nếu xác định được; không thì để trống",
    en="The right personal number where it can be told (match, near_match, wrong_number), "
    "else nothing.",
)
#: Kinds of claims that are the person's own, and have to be brought up to date.
TO_UPDATE: Final = ("near_match", "old_number", "superseded_number", "wrong_number")
#: Kinds whose right number can be told.
_KNOWN: Final = ("match", "near_match", "wrong_number")
#: Near matches that are wrong in name and date: the harder, the more.
_BOTH: Final = {"easy": 0.0, "normal": 0.15, "hard": 0.4}
#: How the registry answers about a number.
_CURRENT, _OLD, _SUPERSEDED, _REPAIRABLE, _UNKNOWN, _DEAD = range(6)
_VERDICTS = {"match": 0, "near_match": 1, "mismatch": 2, "not_on_record": 3}
_NAMES = ["full_name", "family_name", "middle_name", "given_name"]
#: `seen` of who is found by an old number.
SEEN_OLD: Final = _OLD * 100
#: Claims about people who are not dealt, but found by what became of them or their number.
_FOUND = ("old_number", "superseded_number", "deceased")
#: A serial has six digits; so many tries find one that is nobody's.
_SERIALS, _TRIES = 1_000_000, 20


def both(asked: Parameters) -> float:
    """Return the share of near matches that are wrong in name and date."""
    return _BOTH[asked.difficulty]


def known_number(*also: str) -> pl.Expr:
    """Return the truth about `NUMBER` of claims; of kinds `also` it can be told, too."""
    is_known = pl.col("kind").is_in([*_KNOWN, *also])
    return pl.when(is_known).then(pl.col("pin")).otherwise(pl.lit(""))


def iso_day(column: str) -> pl.Expr:
    """Write a column of days since 1970 as files do: `yyyy-mm-dd`."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date).dt.to_string("%Y-%m-%d")


def possible(people: Population, wanted: Mapping[str, int]) -> dict[str, int]:
    """Cut down what there are too few people for; the rows become matches."""
    limits = {
        "old_number": len(people.with_old_number()[0]),
        "superseded_number": len(people.with_superseded_number()[0]),
        "deceased": len(people.dead()),
    }
    cut = {
        kind: min(rows, ROWS_EACH * limits[kind]) if kind in limits else rows
        for kind, rows in wanted.items()
    }
    return {**cut, "match": wanted["match"] + sum(wanted.values()) - sum(cut.values())}


def make(
    people: Population, draws: Draws, pack: Pack, wanted: Mapping[str, int], both: float = 0.15
) -> pl.DataFrame:
    """Make so many claims of each kind (of `KINDS`).

    Columns: `kind`, `place` of the person (-1: nobody), `full_name`, `birth_date`, `number`, `pin`
    (the person's personal number, empty for nobody), `exact`, `seen`. `both` is the share of near
    matches that are wrong in name and date.
    """
    parts = [_part(people, draws, pack, kind, rows, both) for kind, rows in wanted.items() if rows]
    none = exact(people, np.zeros(0, dtype=np.int64))  # a file of groups alone has no other rows
    return pl.concat([none, *parts])


def once(
    people: Population,
    draws: Draws,
    listed: NDArray[np.int64],
    wanted: Mapping[str, int],
    both: float,
) -> pl.DataFrame:
    """Make claims as `make` does, none about a person of another: first about who is `listed`.

    Raises `scenario-parameters-invalid` for more rows than people.
    """
    may = possible(people, wanted)
    found = {kind: may[kind] for kind in _FOUND}
    parts = []
    if sum(found.values()):
        made = make(people, draws, Pack(draws.stream("nobody"), people.living(), 0), found, both)
        parts.append(made.unique("place", keep="first", maintain_order=True))
    taken = parts[0]["place"].to_numpy() if parts else np.zeros(0, dtype=np.int64)
    left = {kind: rows for kind, rows in may.items() if kind not in _FOUND}
    left["match"] += sum(found.values()) - len(taken)
    rng = draws.stream("payees")
    known = rng.permutation(np.intersect1d(listed, people.living(0)))
    others = rng.permutation(np.setdiff1d(people.living(), known))
    able = np.concatenate([known, others])
    able = able[~np.isin(able, taken)]
    rows = sum(left.values())
    if rows > len(able):
        raise parameters.too_large(len(able))
    pack = Pack(draws.stream("pack"), able[:rows], rows)
    return pl.concat([make(people, draws, pack, left, both), *parts])


def exact(people: Population, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return claims that are as the registry has these people, in the columns of `make`."""
    chosen = people.people[places]
    born = dates(chosen)
    return _claims(
        "match", places, chosen["full_name"], dirt.written(born), chosen["pin"]
    ).with_columns(
        pin=pl.col("number"),
        exact=pl.lit(value=True),
        seen=pl.Series(_partial_code(born), dtype=pl.Int64),
    )


def invented(people: Population, draws: Draws, rows: int, *, name: str) -> pl.DataFrame:
    """Return claims about nobody, in the columns of `make`; `name` is their stream's."""
    rng = draws.stream("invented", name)
    living = people.living()
    given, family = (people.people[rng.choice(living, rows)] for _ in range(2))
    born, likes = dates(given), people.people[rng.choice(living, rows)]
    born = Dates(born.year, np.maximum(dates(likes).month, 1), np.clip(dates(likes).day, 1, 28))
    names = pl.select(
        pl.concat_str(
            family["family_name"], given["middle_name"], likes["given_name"], separator=" "
        )
        .str.replace_all(" {2,}", " ")
        .str.strip_chars()
    ).to_series()
    numbers = _unused(people, given["pin"], rng)
    none = np.full(rows, -1, dtype=np.int64)
    return _claims("invented", none, names, dirt.written(born), numbers).with_columns(
        pin=pl.lit(""), exact=pl.lit(value=False), seen=pl.lit(_code(_UNKNOWN, 3, 3), pl.Int64)
    )


def dates(people: pl.DataFrame) -> Dates:
    """Return the birth dates of people as arrays."""
    year, month, day = (
        people[name].fill_null(0).cast(pl.Int64).to_numpy()
        for name in ("birth_year", "birth_month", "birth_day")
    )
    return Dates(year, month, day)


def _part(
    people: Population, draws: Draws, pack: Pack, kind: str, rows: int, both: float
) -> pl.DataFrame:
    rng = draws.stream("claims", kind)
    match kind:
        case "match":
            return exact(people, pack.deal(rows))
        case "near_match":
            made = _near(people, pack.deal(rows), rng, both)
        case "invented":
            made = invented(people, draws, rows, name="claims")
        case "old_number" | "superseded_number":
            made = _by_former_number(people, kind, rows, rng)
        case "deceased":
            dead = exact(people, _again(rng.permutation(people.dead()), rows))
            made = dead.with_columns(seen=pl.lit(_code(_DEAD, 0, 0), pl.Int64))
        case "wrong_number":
            made = _mistyped(exact(people, pack.deal(rows)), rng)
        case _:
            made = _with_anothers(people, exact(people, pack.deal(rows)), rng)
    return made.with_columns(kind=pl.lit(kind), exact=pl.lit(value=False))


def _near(
    people: Population, places: NDArray[np.int64], rng: np.random.Generator, both: float
) -> pl.DataFrame:
    chosen = people.people[places]
    soiled = dirt.soil(chosen.select(_NAMES), dates(chosen), rng, both)
    claims = _claims("near_match", places, soiled.names, dirt.written(soiled.dates), chosen["pin"])
    seen = judged(soiled.names, soiled.dates, chosen)
    return claims.with_columns(pin=pl.col("number"), exact=pl.lit(value=False), seen=seen)


def _by_former_number(
    people: Population, kind: str, rows: int, rng: np.random.Generator
) -> pl.DataFrame:
    is_old = kind == "old_number"
    places, numbers = people.with_old_number() if is_old else people.with_superseded_number()
    order = _again(rng.permutation(len(places)), rows)
    own = exact(people, places[order])
    standing = _OLD if is_old else _SUPERSEDED
    return own.with_columns(
        kind=pl.lit(kind),
        number=numbers[order],
        exact=pl.lit(value=False),
        seen=pl.lit(_code(standing, 0, 0), pl.Int64),
    )


def _mistyped(own: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Put a number into each row that is one slip away; a repair finds the way back."""
    wrong = dirt.soil_numbers(own["number"], rng)
    return own.with_columns(number=wrong, seen=pl.lit(_code(_REPAIRABLE, 3, 3), pl.Int64))


def _with_anothers(
    people: Population, own: pl.DataFrame, rng: np.random.Generator
) -> pl.DataFrame:
    """Put the number of somebody else into each row."""
    living = people.living()
    others = rng.choice(living, own.height)
    same = others == own["place"].to_numpy()
    others[same] = living[(np.searchsorted(living, others[same]) + 1) % len(living)]
    bearers = people.people[others]
    born = dates(people.people[own["place"].to_numpy()])
    return own.with_columns(number=bearers["pin"], seen=judged(own["full_name"], born, bearers))


def judged(names: pl.Series, born: Dates, bearers: pl.DataFrame) -> pl.Series:
    """Return how the registry judges these claims about the bearers of their numbers."""
    recorded = dates(bearers)
    name_verdicts = [
        _VERDICTS[compare_name(claimed, on_record).verdict]
        for claimed, on_record in zip(names, bearers["full_name"], strict=True)
    ]
    born_verdicts = [
        _VERDICTS[compare_birth_date(_partial(claimed), _partial(on_record)).verdict]
        for claimed, on_record in zip(_rows(born), _rows(recorded), strict=True)
    ]
    codes = _CURRENT * 100 + np.array(name_verdicts) * 10 + np.array(born_verdicts)
    return pl.Series(codes + _partial_code(born), dtype=pl.Int64)


def _partial_code(born: Dates) -> NDArray[np.int64]:
    """Tell dates that are not whole apart by five years: on record so are those of the old."""
    return np.where(born.day == 0, 1000 * (1 + (born.year - 1880) // 5), 0)


def _rows(born: Dates) -> list[tuple[int, int, int]]:
    return list(zip(born.year.tolist(), born.month.tolist(), born.day.tolist(), strict=True))


def _partial(parts: tuple[int, int, int]) -> PartialDate:
    year, month, day = parts
    return PartialDate(year, month or None, day or None)


def _code(standing: int, name: int, born: int) -> int:
    return standing * 100 + name * 10 + born


def _claims(
    kind: str,
    places: NDArray[np.int64],
    names: pl.Series,
    born: pl.Series,
    numbers: pl.Series,
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kind": pl.Series([kind], dtype=pl.String).new_from_index(0, len(places)),
            "place": pl.Series(places, dtype=pl.Int64),
            "full_name": names,
            "birth_date": born,
            "number": numbers,
        }
    )


def _unused(people: Population, likes: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Return numbers like these (province, century, year) whose serial is nobody's."""
    taken = people.people["pin"]
    numbers = likes
    for _ in range(_TRIES):
        serials = pl.Series(rng.integers(0, _SERIALS, len(likes))).cast(pl.String).str.zfill(6)
        fresh = likes.str.head(6) + serials
        numbers = pl.select(
            pl.when(numbers.is_in(taken.implode())).then(fresh).otherwise(numbers)
        ).to_series()
    return numbers


def _again(places: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    return np.take(places, np.arange(rows), mode="wrap")
