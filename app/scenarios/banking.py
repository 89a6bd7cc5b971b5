"""What a bank's customers do in a log of two days: events, moments, amounts, devices, factors.

A row's kind says what has to happen so that it can be seen; everything else is drawn. Amounts,
shares and how careless a bank is are our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import transfer_limits
from app.scenarios.transfer_limits import (
    ELECTRONIC,
    OPEN_APP,
    OPEN_BRANCH,
    OWN_TRANSFER,
    PAYMENT,
    TRANSFER,
    WITHDRAWAL,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws

    Ints = NDArray[np.int64]

#: Events at which the card itself is there.
CARD_READ: Final = (OPEN_BRANCH, OPEN_APP, WITHDRAWAL)
_FACED = (OPEN_APP, WITHDRAWAL, TRANSFER)
#: Where each kind happens, if not anywhere.
_WHERE: Final[Mapping[str, tuple[str, ...]]] = {
    "another_person": _FACED,
    "not_live": _FACED,
    "unclear": _FACED,
    "copied": CARD_READ,
    "forged": CARD_READ,
    "revoked_signer": CARD_READ,
    "minor": (OPEN_BRANCH, OPEN_APP),
    "short": (TRANSFER, PAYMENT),
    "series": (TRANSFER,),
    "shared": (OPEN_APP,),
    "mule": (OPEN_APP,),
}
_SHARES: Final = {
    OPEN_BRANCH: 0.12,
    OPEN_APP: 0.22,
    TRANSFER: 0.28,
    PAYMENT: 0.13,
    OWN_TRANSFER: 0.08,
    WITHDRAWAL: 0.17,
}
#: By what a transaction asks for more than it is given.
_PLANS = ("large", "new_device", "huge", "payment")
#: The middle amount in đồng, and how far amounts spread around it.
_AMOUNTS: Final = {
    TRANSFER: (3e6, 1.5),
    PAYMENT: (6e5, 1.6),
    OWN_TRANSFER: (5e6, 1.4),
    WITHDRAWAL: (1.5e6, 0.7),
}
_STEP = 10_000
#: Amounts that ask for a face, and for more; those of a series, of which three pass a day's total.
_LARGE, _HUGE, _OF_A_SERIES = (12e6, 400e6), (510e6, 900e6), (7e6, 9.9e6)
_LARGE_PAYMENT, _SMALL = (110e6, 900e6), (3e5, 5e6)
_NEW_DEVICE, _LAX, _STRONGER, _BUYS_A_HOUSE = 0.08, 0.5, 0.15, 0.08
#: The log is of the two days before today, from six in the morning until ten at night.
DAYS, _FROM, _UNTIL = 2, 6 * 3600, 22 * 3600
_DAY_SECONDS = 24 * 3600
_CODES = 1 << 40


def happens(rows: pl.DataFrame, people: Population, draws: Draws, phones: int) -> pl.DataFrame:
    """Say what each row is about, by `kind` and `party` (what goes together; -1: nothing).

    Adds `event`, `happened_at`, `amount`, `device` and `device_is`. So many `phones` has a ring.
    """
    rng, size, kind = draws.stream("events"), rows.height, rows["kind"].to_numpy()
    event = _events(rng, kind)
    plan = np.where(kind == "short", rng.choice(_PLANS, size), "")
    event = np.where(plan == "payment", PAYMENT, np.where(plan == "", event, TRANSFER))
    is_electronic = np.isin(event, ELECTRONIC)
    changes = is_electronic & (rng.random(size) < _NEW_DEVICE) & (kind != "series")
    is_new = changes | (plan == "new_device") | (event == OPEN_APP)
    party = rows["party"].to_numpy()
    together = rows.select(code=pl.struct("kind", "party").rank("dense"))["code"].to_numpy() - 1
    days, devices = rng.integers(0, DAYS, size), rng.integers(0, _CODES, (phones, size))
    day = people.day - 1 - np.where(party >= 0, days[together], rng.integers(0, DAYS, size))
    usual = rng.integers(0, _CODES, people.people.height)[rows["place"].to_numpy()]
    is_shared = np.isin(kind, ["shared", "mule"])
    which = np.where(kind == "mule", rng.integers(0, phones, size), 0)
    other = np.where(is_shared, devices[which, together], rng.integers(0, _CODES, size))
    moment = day * _DAY_SECONDS + rng.integers(_FROM, _UNTIL, size)
    code = pl.format("TB{}", pl.col("code").cast(pl.String).str.zfill(13))
    return rows.with_columns(
        event=pl.Series(event.tolist()),
        happened_at=pl.Series(moment * 1_000_000)
        .cast(pl.Datetime("us"))
        .dt.to_string("%Y-%m-%dT%H:%M:%S"),
        amount=pl.Series(_amounts(rng, kind, event, plan)),
        code=pl.Series(np.where(is_new, other, usual)),
        device_is=pl.Series(
            np.where(is_new, "new", np.where(is_electronic, "known", "")).tolist()
        ),
    ).with_columns(device=pl.when(pl.col("device_is") == "").then(pl.lit("")).otherwise(code))


def authenticated(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """Add the `factor` that was asked of each customer: what is `required`, more, or less."""
    rng, size = draws.stream("factors"), rows.height
    kind, party = rows["kind"].to_numpy(), rows["party"].to_numpy()
    careless = rng.random(size) < _LAX
    is_lax = (kind == "short") | ((kind == "series") & careless[np.maximum(party, 0)])
    strong = rng.random(size) < _STRONGER
    names = list(transfer_limits.TYPES)
    asked = rows.select(transfer_limits.strength(pl.col("required"))).to_series().to_numpy()
    needs_face = asked >= names.index(transfer_limits.BIOMETRIC)
    is_electronic = rows["event"].is_in(ELECTRONIC).to_numpy()
    had = asked + np.where(is_electronic & ~needs_face & strong, 1, 0)
    had = np.where(is_lax & needs_face, asked - 1, had)
    factors = [transfer_limits.FACTORS[name] for name in names]
    return rows.with_columns(factor=pl.Series(np.array(factors)[had].tolist()))


def _events(rng: np.random.Generator, kind: NDArray[np.str_]) -> NDArray[np.str_]:
    """Draw an event for each row from those at which its kind happens."""
    event = np.full(len(kind), "", dtype="U16")
    for name in np.unique(kind):
        where = _WHERE.get(str(name), tuple(_SHARES))
        shares = np.array([_SHARES[each] for each in where])
        is_it = kind == name
        event[is_it] = rng.choice(where, int(is_it.sum()), p=shares / shares.sum())
    return event


def _amounts(
    rng: np.random.Generator,
    kind: NDArray[np.str_],
    event: NDArray[np.str_],
    plan: NDArray[np.str_],
) -> Ints:
    """Draw amounts: ordinary ones, save where a kind rests on what it asks for."""
    size = len(kind)
    middle, spread = (
        np.array([_AMOUNTS.get(each, (0.0, 0.0))[part] for each in event]) for part in (0, 1)
    )
    amount = middle * np.exp(spread * rng.standard_normal(size))
    is_faced = np.isin(kind, ["another_person", "not_live", "unclear"]) & (event == TRANSFER)
    buys_a_house = (kind == "match") & (event == TRANSFER) & (rng.random(size) < _BUYS_A_HOUSE)
    for is_it, (low, high) in (
        (is_faced | (plan == "large"), _LARGE),
        (plan == "new_device", _SMALL),
        (buys_a_house | (plan == "huge"), _HUGE),
        (plan == "payment", _LARGE_PAYMENT),
        (kind == "series", _OF_A_SERIES),
    ):
        amount = np.where(is_it, rng.uniform(low, high, size), amount)
    rounded = np.maximum(np.round(amount / _STEP), 2).astype(np.int64) * _STEP
    return np.where(middle > 0, rounded, 0)
