"""The fields of group 14 and what goes with it, in the form of the registry's catalogue.

A caller that reads both catalogues gets one dictionary per person: the names do not overlap.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from app.identity import accounts, cards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.cards import Card

Sensitivity = Literal["basic", "sensitive"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `type` is what a reading gives, None where there is no card or account."""

    name: str
    group: int
    type: Any
    label_vi: str
    label_en: str
    read: Callable[[Card | None, Account | None], Any]
    sensitivity: Sensitivity = "basic"
    several: bool = False


def read(
    session: Session, citizen_ids: Sequence[int], names: Iterable[str], today: dt.date
) -> list[dict[str, Any]]:
    """Return the named fields of each citizen, in the order asked. Two statements.

    KeyError for a field that is not in `FIELDS`.
    """
    asked = [FIELDS[name] for name in names]
    card_of = cards.current(session, citizen_ids, today)
    account_of = accounts.current(session, citizen_ids, today)
    return [
        {
            field.name: field.read(card_of.get(citizen_id), account_of.get(citizen_id))
            for field in asked
        }
        for citizen_id in citizen_ids
    ]


def _of_card(name: str) -> Callable[[Card | None, Account | None], Any]:
    return lambda card, _account: getattr(card, name, None)


def _of_account(name: str) -> Callable[[Card | None, Account | None], Any]:
    return lambda _card, account: getattr(account, name, None)


_TABLE = (
    Field("card_issued_on", 14, dt.date, "Ngày cấp thẻ", "Card issued on", _of_card("issued_on")),
    Field("card_issued_by", 14, str, "Nơi cấp thẻ", "Card issued by", _of_card("issued_by")),
    Field(
        "card_expires_on", 14, dt.date, "Thời hạn thẻ", "Card expires on", _of_card("expires_on")
    ),
    Field("card_form", 14, str, "Mẫu thẻ", "Form of the card", _of_card("form")),
    Field("card_state", 14, str, "Trạng thái thẻ", "State of the card", _of_card("state")),
    Field(
        "account_level",
        26,
        int,
        "Mức độ tài khoản định danh điện tử",
        "Level of the eID account",
        _of_account("level"),
    ),
    Field(
        "account_state",
        26,
        str,
        "Trạng thái tài khoản định danh điện tử",
        "State of the eID account",
        _of_account("state"),
    ),
)

#: Every field by name, in the order of the law.
FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
