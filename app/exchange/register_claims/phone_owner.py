"""Whether a mobile number is in use and in the person's own name."""

from __future__ import annotations

from app.exchange.register_claim import Named, RegisterClaim, by_entry
from app.sectors import subscribers

CLAIM = RegisterClaim(
    name="phone-owner",
    register="subscribers",
    label_vi="Số thuê bao di động là chính chủ",
    label_en="A mobile number is the person's own",
    ask=by_entry(subscribers.find, "phone", "active"),
    named=(
        Named(
            name="phone",
            label_vi="Số thuê bao",
            label_en="Mobile number",
            pattern="^0[0-9]{9}$",
            example="0590000001",
        ),
    ),
)
