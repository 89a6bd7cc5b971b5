"""Reading: one whole number for each characteristic, from fields as disclosures give them.

Where there is nothing of its kind (no account, no contract) a reading is `NONE`; where a field
was not told, what rests on it cannot be read at all.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from app.sectors import credit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Data = Mapping[str, Any]

#: There is nothing to be read from.
NONE: Final = -1
#: Days past due that stand for a debt that was written off: group 5.
WRITTEN_OFF: Final = 361
_YEAR: Final = 365.25
_MONTH: Final = 30.44
_LATELY, _LONGER = 12, 24
#: What the levels of identity certainty mean is in the scorecard.
_CARD, _LEVEL_1, _LEVEL_2 = 1, 2, 3


def identity(data: Data, _today: dt.date) -> int:
    """Return 0 without a card that is good, 1 with one, 2 and 3 with an account of that level."""
    if data["card_status"] != "valid":
        return 0
    if data["account_level"] is None or data["account_problem"] is not None:
        return _CARD
    return _LEVEL_2 if data["account_level"] >= _LEVEL_1 else _LEVEL_1


def residence_years(data: Data, today: dt.date) -> int:
    """Return whole years at the present permanent residence."""
    stay = data["permanent_residence"]
    return NONE if stay is None else _years(stay.from_date, today)


def moves(data: Data, today: dt.date) -> int:
    """Return how often the permanent or temporary residence changed in the last five years."""
    since = today - dt.timedelta(days=round(5 * _YEAR))
    stays = [each for each in data["residence_history"] if each.kind in {"permanent", "temporary"}]
    first = min((each.from_date for each in stays), default=None)
    return sum(since < each.from_date <= today and each.from_date != first for each in stays)


def own_house(data: Data, _today: dt.date) -> int:
    """Return 1 where the house lived in is their own or their spouse's."""
    return int(data["lives_in_own_house"])


def own_phone(data: Data, _today: dt.date) -> int:
    """Return 1 where the number on record is in the person's own name."""
    return int(data["phone_in_own_name"])


def phone_years(data: Data, today: dt.date) -> int:
    """Return for how many whole years the oldest number that is in use has been."""
    return _oldest(data["subscriptions"], "active", "activated_on", today)


def insured_months(data: Data, _today: dt.date) -> int:
    """Return the months of social insurance that were paid for; those settled do not count."""
    books = [each for each in data["social_insurance_books"] if each.state != "settled"]
    return max((each.months for each in books), default=NONE)


def insured_now(data: Data, _today: dt.date) -> int:
    """Return 1 where contributions or a pension are paid today."""
    return int(any(e.state in {"paying", "pension"} for e in data["social_insurance_books"]))


def tax_code(data: Data, _today: dt.date) -> int:
    """Return 0 where a code is to be corrected, 1 for an old code, 2 for the personal number."""
    states = {each.state for each in data["tax_codes"]}
    if "to_be_corrected" in states:
        return 0
    if "migrated" in states:
        return 2
    return 1 if "active" in states else NONE


def power_years(data: Data, today: dt.date) -> int:
    """Return for how many whole years there has been a contract for electricity."""
    return _oldest(data["electricity_contracts"], "active", "since", today)


def recent_delay(data: Data, _today: dt.date) -> int:
    """Return the most days past due at the end of any of the last twelve months."""
    return _worst(data["credit_accounts"], _LATELY)


def worst_group(data: Data, _today: dt.date) -> int:
    """Return the worst group of debt, 1 to 5, of the last 24 months."""
    days = _worst(data["credit_accounts"], _LONGER)
    return NONE if days == NONE else credit.group(days)


def card_use(data: Data, _today: dt.date) -> int:
    """Return the share of the limits of open cards that is owed, in per cent."""
    cards = [e for e in data["credit_accounts"] if e.kind == "card" and e.state == "open"]
    limit = sum(each.amount for each in cards)
    return round(100 * sum(each.balance for each in cards) / limit) if limit else NONE


def credit_years(data: Data, today: dt.date) -> int:
    """Return whole years since the first account was opened."""
    opened = [each.opened_on for each in data["credit_accounts"]]
    return _years(min(opened), today) if opened else NONE


def inquiries(data: Data, today: dt.date) -> int:
    """Return how often lenders asked about the person in the last six months."""
    since = today - dt.timedelta(days=round(6 * _MONTH))
    return sum(since < each.asked_on <= today for each in data["credit_inquiries"])


def _years(since: dt.date, today: dt.date) -> int:
    before = (today.month, today.day) < (since.month, since.day)
    return max(today.year - since.year - before, 0)


def _oldest(entries: Iterable[Any], state: str, since: str, today: dt.date) -> int:
    found = [_years(getattr(each, since), today) for each in entries if each.state == state]
    return max(found, default=NONE)


def _worst(accounts: Iterable[Any], months: int) -> int:
    """Return the most days past due in the last months; `NONE` without an account then."""
    return max(_delays(accounts, months), default=NONE)


def _delays(accounts: Iterable[Any], months: int) -> Iterator[int]:
    for each in accounts:
        if each.state == "written_off":
            yield WRITTEN_OFF
        yield from (days for days in each.days_past_due[-months:] if days is not None)
