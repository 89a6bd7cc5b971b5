"""Whether a plate is registered to the person."""

from __future__ import annotations

from app.exchange.register_claim import Named, RegisterClaim, by_entry
from app.sectors import vehicles

CLAIM = RegisterClaim(
    name="vehicle-owner",
    register="vehicles",
    label_vi="Biển số xe đăng ký tên người này",
    label_en="A plate is registered to the person",
    ask=by_entry(vehicles.find, "plate", "registered"),
    named=(
        Named(
            name="plate",
            label_vi="Biển số",
            label_en="Plate",
            pattern="^[0-9A-Z.Đ-]{6,12}$",
            example="10AA-00001",
        ),
    ),
)
