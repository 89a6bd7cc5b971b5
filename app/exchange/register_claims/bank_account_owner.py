"""Whether an account for payments is open and in the person's own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entry
from app.sectors import bank_accounts

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    entry = bank_accounts.find(session, said["account_number"])
    return of_entry(session, bearer, entry, "active")


CLAIM = RegisterClaim(
    name="bank-account-owner",
    register="bank-accounts",
    label_vi="Tài khoản thanh toán là chính chủ",
    label_en="An account is the person's own, and open",
    ask=_ask,
    named=(
        Named(
            name="account_number",
            label_vi="Số tài khoản",
            label_en="Account number",
            pattern="^[0-9]{6,19}$",
            example="9901000000001",
        ),
    ),
)
