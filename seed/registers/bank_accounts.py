"""Bank accounts: of those who are paid by the state or sell online, and of some others.

Nearly every adult has one (87 % by the end of 2024, State Bank): a world keeps those that
something refers to, and a sample of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed import banking, dates, holding
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.registers import social_insurance, tax, welfare
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seed.people import Days
    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: Of adults who are not paid by the state; in how many years the accounts of today were opened.
_SAMPLE, _MEAN_YEARS = 0.03, 5.0
_FROZEN, _CLOSED = 0.01, 0.02
_STATES = ("frozen", "closed", "active")
_STRIDE = 100_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "bank-accounts")
    people, start = whole.chunk.people, whole.chunk.start
    drawn = people.living & (people.age(start) >= 18) & (rng.random(len(people)) < _SAMPLE)
    drawn[welfare.payees(whole)] = True
    drawn[social_insurance.payees(whole)] = True
    seller, which = tax.sellers(whole)
    more = seller[which > 0]
    drawn[seller] = True
    first = np.flatnonzero(drawn)
    person = np.concatenate((first, more))
    which = np.concatenate((np.zeros(len(first), np.int64), which[which > 0]))
    order = np.argsort(whole.rank[person], kind="stable")
    person, which, count = person[order], which[order], len(person)
    bank = tax.seller_banks(whole, person, which)
    last = np.minimum(people.died[person], start).astype(np.int64) - 30
    opened = last - np.floor(rng.standard_exponential(count) * _MEAN_YEARS * dates.YEAR)
    born = people.born[person] + 15
    opened_on: Days = np.maximum(opened, np.minimum(born, last)).astype(np.int32)
    draw = rng.random(count)
    columns = {
        "id": arrow.whole(whole.ids.rows("bank_account", count, _STRIDE)),
        "number": banking.account(whole, person, bank, which),
        **holding.holders(whole, "bank-accounts", person, opened_on),
        "bank": arrow.words(bank, banking.BANKS),
        "opened_on": arrow.days(opened_on),
        "state": arrow.words(np.searchsorted([_FROZEN, _FROZEN + _CLOSED], draw), _STATES),
    }
    return {"bank_account": arrow.batch(columns)}


#: Of the cast: whose account, at which bank.
_ACCOUNTS = (("adult-level-2", 1, "vietcombank"), ("card-unlimited", 4, "bidv"))


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "bank_account": [
            {
                "number": banking.cast_number(serial),
                "holder_number": cast.members[key].pin,
                "bank": bank,
                "opened_on": cast.day(Ago(2)),
                "state": "active",
            }
            for key, serial, bank in _ACCOUNTS
        ]
    }


ROWS = Rows("bank-accounts", _chunk, _cast)
