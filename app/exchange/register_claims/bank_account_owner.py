"""Whether an account for payments is open and in the person's own name."""

from __future__ import annotations

from app.exchange.register_claim import Named, RegisterClaim, by_entry
from app.sectors import bank_accounts

CLAIM = RegisterClaim(
    name="bank-account-owner",
    register="bank-accounts",
    label_vi="Tài khoản thanh toán là chính chủ",
    label_en="An account is the person's own, and open",
    ask=by_entry(bank_accounts.find, "account_number", "active"),
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
