"""Readings of everybody at once, as columns: what a whole population's credit looks like.

The same as `reading` says of one person, for the three registers that a lender's own form asks
for; for what is made of many people, a scenario's file above all. Who is asked about alone is read
field by field.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import polars as pl
from sqlalchemy import select

from app.sectors.creditworthiness import scorecard
from app.sectors.creditworthiness.reading import NONE, WRITTEN_OFF
from app.sectors.models import CreditAccount, CreditInquiry, SocialInsurance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import InstrumentedAttribute, Session

#: The fields that are read, and the characteristics that rest on them alone.
FIELDS: Final = ("social_insurance_books", "credit_accounts", "credit_inquiries")
NAMES: Final = tuple(
    each.name for each in scorecard.CHARACTERISTICS if set(each.fields) <= set(FIELDS)
)
_SLICE = 50_000
_MONTHS, _LATELY = 24, 12
#: From which days past due on a debt is of group 2, 3, 4, 5 (see `app.sectors.credit.group`).
_GROUPS = (10, 91, 181, 361)
_HALF_A_YEAR = round(6 * 30.44)

_ACCOUNT: Final = {
    CreditAccount.holder_number: pl.String,
    CreditAccount.kind: pl.String,
    CreditAccount.opened_on: pl.Date,
    CreditAccount.amount: pl.Int64,
    CreditAccount.balance: pl.Int64,
    CreditAccount.months: pl.String,
    CreditAccount.state: pl.String,
}
_INQUIRY: Final = {CreditInquiry.holder_number: pl.String, CreditInquiry.asked_on: pl.Date}
_BOOK: Final = {
    SocialInsurance.holder_number: pl.String,
    SocialInsurance.months: pl.Int64,
    SocialInsurance.state: pl.String,
}


def read(session: Session, numbers: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """Return `citizen_id` and a column for each of `NAMES`, for everybody who is in `numbers`.

    `numbers` has `citizen_id` and `holder_number`, a row for each number anybody ever had.
    """
    accounts = _held(session, _ACCOUNT, numbers)
    inquiries = _held(session, _INQUIRY, numbers)
    books = _held(session, _BOOK, numbers)
    everybody = numbers.select(pl.col("citizen_id").unique(maintain_order=True))
    for part in (_accounts(accounts, today), _inquiries(inquiries, today), _books(books)):
        everybody = everybody.join(part, on="citizen_id", how="left", maintain_order="left")
    nothing = {name: 0 if name in {"inquiries", "insured-now"} else NONE for name in NAMES}
    return everybody.select(
        "citizen_id", *(pl.col(name).fill_null(value) for name, value in nothing.items())
    )


def score(readings: pl.DataFrame) -> pl.Series:
    """Return the score of each row of `read`, as the scorecard gives it from `FIELDS` alone."""
    told = {each.name: each for each in scorecard.CHARACTERISTICS}
    unknown = sum(each.unknown for name, each in told.items() if name not in NAMES)
    points = [_points(told[name]) for name in NAMES]
    total = pl.sum_horizontal(points) + scorecard.BASE + unknown
    return readings.select(total.clip(scorecard.LEAST, scorecard.MOST)).to_series().alias("score")


def _points(of: scorecard.Characteristic) -> pl.Expr:
    worth = pl.lit(of.bins[0].points)
    for each in of.bins[1:]:
        worth = pl.when(pl.col(of.name) >= each.least).then(each.points).otherwise(worth)
    return worth


def _held(
    session: Session, columns: Mapping[InstrumentedAttribute[Any], Any], numbers: pl.DataFrame
) -> pl.DataFrame:
    """Read a register's entries with whose they are; one of several people is each one's."""
    schema = {column.key: kind for column, kind in columns.items()}
    query = select(*columns).execution_options(yield_per=_SLICE)
    slices = [
        pl.DataFrame(list(map(tuple, rows)), schema=schema, orient="row")
        for rows in session.execute(query).partitions()
    ]
    found = pl.concat(slices) if slices else pl.DataFrame(schema=schema)
    return found.join(numbers, on="holder_number")


def _accounts(accounts: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    month = pl.col("months").str.slice
    days = [month(3 * at, 3).str.to_integer(strict=False) for at in range(_MONTHS)]
    lost = pl.when(state="written_off").then(WRITTEN_OFF)
    is_card = (pl.col("kind") == "card") & (pl.col("state") == "open")
    known = accounts.with_columns(
        lately=pl.max_horizontal(lost, *days[-_LATELY:]), longer=pl.max_horizontal(lost, *days)
    )
    limit, owed = (pl.col(name).filter(is_card).sum() for name in ("amount", "balance"))
    summed = known.group_by("citizen_id").agg(
        pl.col("lately").max().alias("recent-delay"),
        pl.col("longer").max(),
        pl.when(limit > 0).then((100 * owed / limit).round()).alias("card-use").cast(pl.Int64),
        _years(pl.col("opened_on").min(), today).alias("credit-years"),
    )
    group = 1 + pl.sum_horizontal([pl.col("longer") >= least for least in _GROUPS])
    return summed.select(
        "citizen_id",
        "recent-delay",
        pl.when(pl.col("longer").is_not_null()).then(group).cast(pl.Int64).alias("worst-group"),
        "card-use",
        "credit-years",
    )


def _inquiries(inquiries: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    asked = pl.col("asked_on")
    lately = (asked > today - dt.timedelta(days=_HALF_A_YEAR)) & (asked <= today)
    return inquiries.group_by("citizen_id").agg(lately.sum().cast(pl.Int64).alias("inquiries"))


def _books(books: pl.DataFrame) -> pl.DataFrame:
    state = pl.col("state")
    paid = pl.col("months").filter(state != "settled").max()
    is_paying = state.is_in(["paying", "pension"]).any()
    return books.group_by("citizen_id").agg(
        paid.alias("insured-months"), is_paying.cast(pl.Int64).alias("insured-now")
    )


def _years(since: pl.Expr, today: dt.date) -> pl.Expr:
    month, day = since.dt.month(), since.dt.day()
    before = (month > today.month) | ((month == today.month) & (day > today.day))
    years = today.year - since.dt.year() - before.cast(pl.Int32)
    return years.clip(lower_bound=0).cast(pl.Int64)
