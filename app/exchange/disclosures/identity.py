"""Who a person is: number, names, birth, origin, nationality, cards."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="identity",
    title_vi="Thông tin nhân thân",
    title_en="Identity",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (1–14)",
    fields=(
        "pin",
        "superseded_pins",
        "full_name",
        "family_name",
        "middle_name",
        "given_name",
        "name_order",
        "other_name",
        "birth_date",
        "sex",
        "birth_place",
        "birth_registration_place",
        "origin_place",
        "ethnicity",
        "religion",
        "nationality",
        "second_nationality",
        "blood_type",
        "old_numbers",
        "card_form",
        "card_state",
        "card_issued_on",
        "card_issued_by",
        "card_expires_on",
        "account_level",
        "account_state",
        "remarks",
    ),
)
