"""Which type of authentication an event at a bank asks for: Decision 2345/QĐ-NHNN, 2023.

In force since 1 July 2024. A transfer up to 10 million đồng within a day's total of 20 million is
type B (a one-time code), above either C (biometric equal to the chip), larger D; payments go by
the day's total up to 5 million (A), 100 million (B), 1.5 billion (C); the app's first use and a
new device ask for the biometric. That a transfer above 500 million, or above a day's total of
1.5 billion, is D, that one's own accounts are A, and that the total counts what is asked, too, is
from memory. What stands in the day's log counts, whatever became of it: that is our choice.
"""

from __future__ import annotations

from typing import Final

import polars as pl

#: What a row may ask for, the weakest first; by its place each is as strong as it is.
TYPES: Final = {
    "none": "nothing: at a counter and at a cash machine",
    "A": "password: between one's own accounts; a day's payments up to 5 million đồng",
    "B": "one-time code: transfers up to 10 million, a day's up to 20 million; a day's payments "
    "up to 100 million",
    "C": "biometric equal to the chip's: beyond that; the app's first use, and a new device",
    "D": "biometric and the device's signature: transfers above 500 million; a day's transfers, "
    "or its payments, above 1,500 million",
}
#: How somebody was authenticated, as files of a bank say it, by the type that it is.
FACTORS: Final = {"none": "", "A": "password", "B": "otp", "C": "face", "D": "face_signature"}
#: From this one on there is a face.
BIOMETRIC: Final = "C"
#: Events, as files of a bank name them.
OPEN_BRANCH, OPEN_APP = "open_branch", "open_app"
TRANSFER, PAYMENT, OWN_TRANSFER = "transfer", "payment", "own_transfer"
WITHDRAWAL: Final = "withdrawal"
ELECTRONIC: Final = (TRANSFER, PAYMENT, OWN_TRANSFER)
_ORDER: Final = {name: place for place, name in enumerate(TYPES)}
#: A single transfer, and a day's total of transfers, up to which it is B; and C.
_ONCE, _IN_A_DAY = (10_000_000, 500_000_000), (20_000_000, 1_500_000_000)
#: A day's total of payments up to which it is A, B, C.
_PAID: Final = (5_000_000, 100_000_000, 1_500_000_000)


def required(rows: pl.DataFrame) -> pl.Series:
    """Return the type that each row asks for, a value of `TYPES`.

    Columns: `event`, `happened_at` (ISO 8601, so that texts are in the order of time), `id_number`
    (whose day's totals are added up), `amount` in đồng, `device_is` (`new` on a new device).
    """
    of_a_day = ("id_number", pl.col("happened_at").str.head(10), "event")
    summed = (
        rows.with_row_index("row")
        .sort("happened_at", "amount")
        .with_columns(total=pl.col("amount").cum_sum().over(of_a_day))
        .sort("row")
    )
    event, amount, total = pl.col("event"), pl.col("amount"), pl.col("total")
    beyond = [(amount > once) | (total > day) for once, day in zip(_ONCE, _IN_A_DAY, strict=True)]
    transfer = _ladder(("B", "C", "D"), beyond)
    payment = _ladder(("A", "B", "C", "D"), [total > limit for limit in _PAID])
    asked = (
        pl.when(event == TRANSFER)
        .then(transfer)
        .when(event == PAYMENT)
        .then(payment)
        .when(event == OWN_TRANSFER)
        .then(pl.lit("A"))
        .when(event == OPEN_APP)
        .then(pl.lit(BIOMETRIC))
        .otherwise(pl.lit("none"))
    )
    is_new = event.is_in(ELECTRONIC) & (pl.col("device_is") == "new")
    least = pl.when(is_new & (asked != "D")).then(pl.lit(BIOMETRIC)).otherwise(asked)
    return summed.select(least.alias("required")).to_series()


def strength(column: pl.Expr) -> pl.Expr:
    """Return how strong a type is, as an integer, the weakest 0."""
    return column.replace_strict(_ORDER, return_dtype=pl.Int64)


def is_short(required: pl.Expr, factor: pl.Expr) -> pl.Expr:
    """Return whether somebody was authenticated by less than is asked for."""
    had = factor.replace_strict({said: name for name, said in FACTORS.items()})
    return strength(had) < strength(required)


def _ladder(steps: tuple[str, ...], beyond: list[pl.Expr]) -> pl.Expr:
    """Return the first step, and each further one where what is beyond it is true."""
    found = pl.lit(steps[0])
    for step, is_beyond in zip(steps[1:], beyond, strict=True):
        found = pl.when(is_beyond).then(pl.lit(step)).otherwise(found)
    return found
