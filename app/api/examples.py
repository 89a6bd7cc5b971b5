"""One request body for each of the calls that people begin with, good in the default world.

They stand in the OpenAPI document, and the kits of `clients/` (Postman, `.http`) are made of them.
`{{name}}` stands for something that an earlier call answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The persona `adult-level-2`, the same in every world that starts in 2026.
_AN: Final = "901090990001"
_OFFICER: Final = "can-bo-1"

#: Bodies by the name of the operation that takes them.
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "verify": {
        "number": _AN,
        "claims": {"full_name": "Nguyễn Văn An", "birth_date": "1990-09-03"},
        "purpose": "ekyc",
    },
    "verify_batch": {
        "purpose": "ekyc",
        "items": [
            {"number": _AN, "claims": {"full_name": "Nguyễn Văn An"}},
            {"number": "901056990006", "claims": {"full_name": "Nguyễn Văn An"}},
        ],
    },
    "check_access": {"purpose": "ekyc", "fields": ["full_name", "religion"]},
    "disclose_residence": {
        "number": _AN,
        "fields": ["permanent_residence"],
        "purpose": "administrative-procedure",
        "officer": _OFFICER,
        "dossier": "H26.1-260101-0001",
    },
    "ask_for_consent": {
        "number": _AN,
        "fields": ["permanent_residence"],
        "purpose": "account-data",
        "why": "Mở tài khoản thanh toán",
    },
    "decide_consent": {"decision": "accept"},
    "verify_phone_owner": {
        "number": _AN,
        "claims": {"phone": "0999990001"},
        "purpose": "subscriber-registration",
    },
    "verify_health_insurance_in_force": {"number": _AN, "purpose": "health-care"},
    "enter_name_change": {
        "reason": "on request",
        "rows": [{"pin": "946187990021", "name": "Tôn Nữ Đan Thanh"}],
    },
    "add_webhook": {
        "url": "http://127.0.0.1:9999/hook",
        "purpose": "social-insurance",
        "officer": _OFFICER,
        "kinds": ["birth", "death"],
    },
    "set_clock": {"days": 1},
    "put_fault": {"steps": [{"kind": "error", "status": 503, "times": 1}]},
}
