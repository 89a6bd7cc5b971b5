"""People who can do what is done on a phone, and the questions that have it done."""

from __future__ import annotations

import datetime as dt
import uuid

from app.identity import models as identity
from app.sectors import models as sectors
from tests.registry import country

#: Each for one thing, as some of them can be done once.
APPLIES, ACTIVATES, NOTICED, USES, LOCKED, RAISED = range(21, 27)
PIN = {number: f"901090{number:06d}" for number in range(21, 27)}
#: Organisations that the one who uses represents: without an account, with one.
NEW, OLD = "9900000013", "9900000023"
_ERRAND = {"purpose": "electronic-identity", "officer": "can-bo-1", "dossier": "H26-1"}
_SINCE = dt.date(2025, 12, 29)


def add(session) -> None:
    """Add them, with cards, numbers and accounts."""
    for number, pin in PIN.items():
        session.add(country.citizen(number, "Phan Văn Thử", "1990-01-01", "M", pin=pin))
        session.flush()
        session.add(_card(number, pin))
        session.add(_subscriber(number, pin))
    levels = {ACTIVATES: 1, NOTICED: 1, USES: 2, LOCKED: 2, RAISED: 1}
    session.add_all(_account(number, level) for number, level in levels.items())
    session.add_all(_organisation(code) for code in (NEW, OLD))
    session.add(
        identity.OrganisationAccount(
            tax_code=OLD,
            state="active",
            state_since=_SINCE,
            collected_on=_SINCE,
            activated_on=_SINCE,
        )
    )


def _card(number, pin):
    return identity.Card(
        citizen_id=number,
        number=pin,
        form="2024",
        state="active",
        state_since=dt.date(2025, 1, 2),
        issued_on=dt.date(2025, 1, 2),
        issued_by="Bộ Công an",
        expires_on=dt.date(2030, 1, 1),
        issue_reason="first",
    )


def _subscriber(number, pin):
    return sectors.Subscriber(
        number=phone(number),
        holder_number=pin,
        telco="gmobile",
        activated_on=dt.date(2020, 1, 1),
        state="active",
    )


def _account(number, level):
    states = {ACTIVATES: "collected", NOTICED: "collected", LOCKED: "locked"}
    state = states.get(number, "active")
    return identity.Account(
        citizen_id=number,
        level=level,
        state=state,
        state_since=_SINCE,
        collected_on=_SINCE,
        activated_on=None if state == "collected" else _SINCE,
    )


def _organisation(code):
    return sectors.Organisation(
        tax_code=code,
        name="Công ty TNHH Thử (mô phỏng)",
        kind="enterprise",
        representative_number=PIN[USES],
        registered_on=dt.date(2020, 1, 1),
        nationally_known=True,
        state="active",
        state_since=dt.date(2020, 1, 1),
    )


def phone(number):
    """Return the telephone number of one of them."""
    return f"09999901{number:02d}"


class Holders:
    """Asks a server's phones what they can do, and prepares them for it."""

    def __init__(self, get, post):
        """`get(address)` and `post(address, body)` ask as the operator."""
        self._get, self._post = get, post

    def who(self, path):
        """Whose phone an operation is asked of."""
        if "/registrations" in path or "/applications/" in path:
            return PIN[APPLIES]
        return PIN[ACTIVATES] if path.endswith("/activation") else self._other(path)

    def _other(self, path):
        return PIN[NOTICED] if path.endswith("/activation-notices") else PIN[USES]

    def prepare(self, path):
        """Have the one who uses an account be able to: it is locked for `unlock` only."""
        phone_of = f"/control/v1/phones/{PIN[USES]}"
        state = self._get(phone_of)["account"]["state"]
        wanted = "locked" if path.endswith("{who}/unlock") else "active"
        if state != wanted:
            self._post(f"{phone_of}/{'lock' if wanted == 'locked' else 'unlock'}", {})

    def application(self):
        """Return the id of an application that nobody has decided."""
        phone_of = f"/control/v1/phones/{PIN[APPLIES]}"
        pending = [
            each for each in self._get(phone_of)["applications"] if each["state"] == "pending"
        ]
        if pending:
            return pending[0]["id"]
        return self._post(f"{phone_of}/registrations", self._registration())["id"]

    def approval(self, ask):
        """Return the id of an approval that waits; `ask` has one asked for."""
        ask(PIN[USES])
        found = self._get(f"/control/v1/phones/{PIN[USES]}/approvals")
        return next(each["id"] for each in found if each["state"] == "pending")

    def _registration(self):
        phone_of = f"/control/v1/phones/{PIN[APPLIES]}"
        for each in self._get(phone_of)["applications"]:
            if each["state"] == "pending":
                path = f"{phone_of}/applications/{each['id']}/decision"
                self._post(path, {"decision": "refuse"})
        number = phone(APPLIES)
        asked = {"purpose": "registration", "phone": number}
        return {"phone": number, "code": self._post(f"{phone_of}/codes", asked)["code"]}

    def _passcode(self):
        """Return the passcode of the one who uses; where another was chosen, the first again."""
        return self._get(f"/control/v1/phones/{PIN[USES]}")["passcode"] or "240680"

    def _in_person(self, number):
        shown = self._get(f"/control/v1/phones/{PIN[number]}")
        samples = {"face": shown["face"], "fingerprint": shown["fingerprint"]}
        return {**_ERRAND, "number": PIN[number], "phone": phone(number), **samples}

    def body(self, path):
        """Return what to send to an operation, None where it is not one of phones."""
        of = path.partition("/{who}")[2]
        made = {
            "/codes": lambda: {"purpose": "sign-in"},
            "/registrations": self._registration,
            "/applications/{application_id}/decision": lambda: {"decision": "refuse"},
            "/passcode": lambda: {"old": self._passcode(), "new": "240680"},
            "/devices": lambda: {"name": uuid.uuid4().hex[:8], "passcode": self._passcode()},
            "/organisations": lambda: {"tax_code": NEW},
            "/approvals/{approval_id}/accept": dict,
            "/v1/eid-accounts": lambda: self._in_person(RAISED),
            "/v1/eid-accounts/locks": lambda: self._request(USES),
            "/v1/eid-accounts/unlocks": lambda: self._request(LOCKED),
            "/v1/eid-accounts/activation-notices": lambda: {**_ERRAND, "number": PIN[NOTICED]},
        }.get(of or path)
        return None if made is None else made()

    def _request(self, number):
        return {**_ERRAND, "number": PIN[number], "reason": "test"}
