"""What only a simulator has: worlds, personas, clock, weather, phones. For tests and set-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from dancu_client.answers import (
    Clock,
    Lived,
    Persona,
    SystemCredential,
    World,
    WorldToken,
)
from dancu_client.connection import Calls, encoded
from dancu_client.effects import Send, Steps
from dancu_client.errors import DancuClientError
from dancu_client.operations import operation
from dancu_client.patience import problem

_WORLDS, _FAULTS = "/control/v1/worlds", "/control/v1/faults"


class Control(Calls):
    """The operator's powers, of the server (worlds) or of the world at this address."""

    @operation
    def worlds(self) -> Steps[tuple[World, ...]]:
        """Return the server's worlds."""
        return self._get(_WORLDS, tuple[World, ...])

    @operation
    def fork_world(self, name: str, new: str) -> Steps[World]:
        """Copy a world as it is now: with its people, and keys, secrets and log of its own."""
        return self._post(f"{_WORLDS}/{name}/fork", {"name": new}, World)

    @operation
    def delete_world(self, name: str) -> Steps[None]:
        """Remove a world."""
        yield from self._call("DELETE", f"{_WORLDS}/{name}")

    @operation
    def world_token(self, name: str) -> Steps[WorldToken]:
        """Return the operator's token for one world alone."""
        return self._post(f"{_WORLDS}/{name}/token", {}, WorldToken)

    @operation
    def system_credential(self, client_id: str) -> Steps[SystemCredential]:
        """Return how a system of this world proves itself, with its secret or key."""
        return self._get(f"/control/v1/agencies/systems/{client_id}/credential", SystemCredential)

    @operation
    def personas(self) -> Steps[tuple[Persona, ...]]:
        """Return the citizens with a name and a purpose."""
        return self._get("/control/v1/personas", tuple[Persona, ...])

    @operation
    def clock(self) -> Steps[Clock]:
        """Return the world's days."""
        return self._get("/control/v1/clock", Clock)

    @operation
    def advance(
        self,
        *,
        to: dt.date | None = None,
        years: int | None = None,
        months: int | None = None,
        days: int | None = None,
        lives: bool = True,
    ) -> Steps[Lived]:
        """Advance the world's clock; its people live meanwhile, unless `lives` is false."""
        body = {"to": to, "years": years, "months": months, "days": days, "lives": lives}
        return self._post("/control/v1/clock", body, Lived)

    @operation
    def set_fault(
        self,
        name: str,
        *steps: Mapping[str, Any],
        client_id: str | None = None,
        path: str | None = None,
        tokens: Iterable[str] = (),
        webhooks: Iterable[str] = (),
    ) -> Steps[None]:
        """Let the weather be bad: `{"kind": "error", "status": 502, "times": 2}`, and so on.

        `client_id` and `path` narrow whom and what it meets; `tokens` and `webhooks` are faults
        of a system's sign-ins and of what is sent to it.
        """
        body = {
            "steps": list(steps),
            "client_id": client_id,
            "path": path,
            "tokens": list(tokens),
            "webhooks": list(webhooks),
        }
        yield from self._call("PUT", f"{_FAULTS}/{name}", content=encoded(body))

    @operation
    def clear_faults(self) -> Steps[None]:
        """Let the weather be fine again."""
        yield from self._call("DELETE", _FAULTS)

    @operation
    def decide_consent(
        self, who: str, consent_id: str, decision: str, fields: Iterable[str] | None = None
    ) -> Steps[None]:
        """Decide on a citizen's phone: `accept`, the whole or these fields, or `refuse`.

        `who` is a persona's name or a personal number.
        """
        body = {"decision": decision, "fields": None if fields is None else list(fields)}
        path = f"/control/v1/phones/{who}/consents/{consent_id}/decision"
        yield from self._call("POST", path, content=encoded(body))

    @operation
    def report(self, kind: str, reason: str, rows: Iterable[Mapping[str, Any]]) -> Steps[None]:
        """Enter life events of a kind, such as `name-change`, one for each row."""
        content = encoded({"reason": reason, "rows": list(rows)})
        yield from self._call("POST", f"/control/v1/life-events/{kind}", content=content)

    @operation
    def sign_in(
        self, address: str, who: str, *, factors: str = "pin", fields: str | None = None
    ) -> Steps[str]:
        """Be the browser of somebody who signs in; return the address it is sent back to.

        `address` is where a relying party sends a browser. Needs the operator's token for this
        world, that of the server is refused. `factors` count as proved, `fields` are agreed to.
        """
        agreed = "" if fields is None else f"; fields={fields}"
        shown = yield from self._shown("GET", "", None)
        headers = {**shown, "Dancu-Sign-In": f"{who}; factors={factors}{agreed}"}
        reply = yield from self._persist(lambda: _once(Send("GET", address, headers)))
        if "location" not in reply.headers:
            told = problem(reply)
            raise DancuClientError(told.detail or told.title if told else str(reply.status))
        return reply.headers["location"]


def _once(send: Send) -> Steps[Send]:
    yield from ()
    return send
