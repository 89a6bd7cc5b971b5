"""The fields of group 14 and what goes with it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

from app.identity import accounts, cards
from app.registry import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.cards import Card, Status

_Reader: TypeAlias = "Callable[[Card | None, Status | None, Account | None], Any]"
#: One field; its reading is None where there is no card or account.
Field = catalogue.Field[_Reader]


def read(
    session: Session, citizen_ids: Sequence[int], names: Iterable[str], today: dt.date
) -> list[dict[str, Any]]:
    """Return the named fields of each citizen, in the order asked: a few statements for all.

    KeyError for a field that is not in `FIELDS`.
    """
    asked = [FIELDS[name] for name in names]
    card_of = cards.current(session, citizen_ids, today)
    account_of = accounts.current(session, citizen_ids, today)
    status_of: dict[int, Status] = {}
    if any(field.name in _OF_STATUS for field in asked):
        worth = cards.statuses(session, list(card_of.values()), today)
        status_of = {citizen_id: worth[card.id] for citizen_id, card in card_of.items()}
    return [
        {
            field.name: field.read(
                card_of.get(citizen_id), status_of.get(citizen_id), account_of.get(citizen_id)
            )
            for field in asked
        }
        for citizen_id in citizen_ids
    ]


def _of_card(name: str) -> _Reader:
    return lambda card, _status, _account: getattr(card, name, None)


def _of_status(name: str) -> _Reader:
    return lambda _card, status, _account: getattr(status, name, None)


def _of_account(name: str) -> _Reader:
    return lambda _card, _status, account: getattr(account, name, None)


_TABLE = (
    Field("card_issued_on", 14, dt.date, "Ngày cấp thẻ", "Card issued on", _of_card("issued_on")),
    Field("card_issued_by", 14, str, "Nơi cấp thẻ", "Card issued by", _of_card("issued_by")),
    Field(
        "card_expires_on", 14, dt.date, "Thời hạn thẻ", "Card expires on", _of_card("expires_on")
    ),
    Field("card_form", 14, str, "Mẫu thẻ", "Form of the card", _of_card("form")),
    Field("card_state", 14, str, "Trạng thái thẻ", "State of the card", _of_card("state")),
    Field("card_number", 14, str, "Số trên thẻ", "Number on the card", _of_card("number")),
    Field(
        "card_status",
        14,
        str,
        "Giá trị sử dụng của thẻ",
        "What the card is worth",
        _of_status("code"),
    ),
    Field(
        "card_status_since",
        14,
        dt.date,
        "Giá trị sử dụng của thẻ từ ngày",
        "What the card is worth, since",
        _of_status("since"),
    ),
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
    Field(
        "account_state_since",
        26,
        dt.date,
        "Trạng thái tài khoản từ ngày",
        "State of the eID account since",
        _of_account("state_since"),
    ),
    Field(
        "account_activated_on",
        26,
        dt.date,
        "Ngày kích hoạt tài khoản định danh điện tử",
        "eID account activated on",
        _of_account("activated_on"),
    ),
    Field(
        "account_problem",
        26,
        str,
        "Lý do tài khoản không dùng được (mã lỗi)",
        "Why the eID account cannot be used (a problem's code)",
        _of_account("problem"),
    ),
)

_OF_STATUS = frozenset({"card_status", "card_status_since"})

#: Every field by name, in the order of the law.
FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
