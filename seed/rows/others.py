"""Rows of `superseded_number`, `old_number`, `card` and `account`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed import accounts as eid
from seed import cards, identities, numbers
from seed.people import NEVER, in_order
from seed.rows import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.accounts import Accounts
    from seed.cards import Cards
    from seed.people import Days, Index
    from seed.rows.whole import Whole


def superseded(whole: Whole) -> pa.RecordBatch:
    """Return cancelled personal numbers."""
    found = whole.identities.superseded
    order = np.argsort(found.number)  # no two are equal
    return arrow.batch(
        {
            "pin": numbers.text(found.number[order], 12),
            "citizen_id": arrow.whole(whole.citizen_id[found.person[order]]),
            "superseded_on": arrow.days(found.on[order]),
            "reason": arrow.words(found.reason[order], identities.REASONS),
        }
    )


def old(whole: Whole) -> pa.RecordBatch:
    """Return nine-digit numbers, in their own order: it is the primary key's."""
    found = whole.identities.old
    order = in_order(found.number)
    return arrow.batch(
        {
            "number": numbers.text(found.number[order], 9),
            "citizen_id": arrow.whole(whole.citizen_id[found.person[order]]),
            "issued_on": arrow.days(found.issued[order]),
            "issued_unit_id": arrow.whole(found.unit[order]),
        }
    )


def cards_issued(whole: Whole, found: Cards) -> pa.RecordBatch:
    """Return cards; each carries the personal number of its day of issue."""
    order = in_order(whole.rank[found.person])
    person, issued = found.person[order], found.issued[order]
    new = (issued >= cards.NEW_FORM) & ((issued != NEVER) | (whole.chunk.start >= cards.NEW_FORM))
    form = new.astype(np.int8)
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("card", len(order))),
            "citizen_id": arrow.whole(whole.citizen_id[person]),
            "number": numbers.text(_number_on(whole, person, issued), 12),
            "form": arrow.words(form, cards.FORMS),
            "state": arrow.words(found.state[order], cards.STATES),
            "state_since": arrow.days(found.since[order]),
            "issued_on": arrow.days(issued),
            "issued_by": arrow.words(np.where(issued == NEVER, 2, form), (*cards.ISSUERS, None)),
            "expires_on": arrow.days(found.expires[order]),
            "issue_reason": arrow.words(found.reason[order], cards.REASONS),
        }
    )


def accounts(whole: Whole, found: Accounts) -> pa.RecordBatch:
    """Return eID accounts."""
    order = in_order(whole.rank[found.person])
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("account", len(order))),
            "citizen_id": arrow.whole(whole.citizen_id[found.person[order]]),
            "level": arrow.whole(found.level[order]),
            "state": arrow.words(found.state[order], eid.STATES),
            "state_since": arrow.days(found.since[order]),
            "collected_on": arrow.days(found.collected[order]),
            "activated_on": arrow.days(found.activated[order]),
        }
    )


def _number_on(whole: Whole, person: Index, issued: Days) -> NDArray[np.int64]:
    """Return the number each person had on a day: a cancelled one until it was cancelled."""
    cancelled = whole.identities.superseded
    until = np.full(len(whole.chunk), -NEVER)
    until[cancelled.person] = cancelled.on
    former = whole.identities.number.copy()
    former[cancelled.person] = cancelled.number
    carried: NDArray[np.int64] = np.where(
        issued < until[person], former[person], whole.identities.number[person]
    )
    return carried
