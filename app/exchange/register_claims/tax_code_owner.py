"""Whether a tax code is the person's, and in use."""

from __future__ import annotations

from app.exchange.register_claim import Named, RegisterClaim, by_entry
from app.sectors import tax

CLAIM = RegisterClaim(
    name="tax-code-owner",
    register="tax",
    label_vi="Mã số thuế là của người này",
    label_en="A tax code is the person's, and in use",
    ask=by_entry(tax.find, "tax_code", "active", "to_be_corrected"),
    named=(
        Named(
            name="tax_code",
            label_vi="Mã số thuế",
            label_en="Tax code",
            pattern="^([0-9]{10}|[0-9]{12})$",
            example="9700000001",
        ),
    ),
)
