"""Whether a contract for electricity is in the person's name."""

from __future__ import annotations

from app.exchange.register_claim import Named, RegisterClaim, by_entry
from app.sectors import electricity

CLAIM = RegisterClaim(
    name="electricity-customer",
    register="electricity",
    label_vi="Hợp đồng mua bán điện đứng tên người này",
    label_en="A contract for electricity is in the person's name",
    ask=by_entry(electricity.find, "customer_code", "active"),
    named=(
        Named(
            name="customer_code",
            label_vi="Mã khách hàng",
            label_en="Customer code",
            pattern="^[A-Z]{2}[0-9]{11}$",
            example="PD99000000001",
        ),
    ),
)
