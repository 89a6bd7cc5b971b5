"""A learner in code: what solutions are written with, and who plays a class to try it out.

Knows what the learner's page shows, and nothing more: the issuer of the own world and the token
for it. Solutions run in tests and are shown as they stand, so that what is shown works.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Reply(Protocol):
    """An answer, as httpx has it."""

    status_code: int
    headers: Any

    def json(self) -> Any:
        """Return the JSON of its body."""
        ...


class Http(Protocol):
    """What sends calls: `httpx.Client`, or what tests have in its place."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send one, and return its `Reply`."""
        ...


@dataclass(slots=True)
class Pupil:
    """A learner at work.

    `write` writes an answer into the lesson's page: a question's name, and the text. `wait` waits
    so many seconds.
    """

    http: Http
    issuer: str
    operator: str
    write: Callable[[str, str], None]
    wait: Callable[[float], None] = time.sleep
    _tokens: dict[str, str] = field(default_factory=dict)

    def power(self, method: str, path: str, **options: Any) -> Any:
        """Use a simulator's power in the own world, and return the JSON of its answer."""
        headers = {"Authorization": f"Bearer {self.operator}"}
        return self.http.request(method, f"{self.issuer}{path}", headers=headers, **options).json()

    def secret(self, client: str) -> str:
        """Return what a system proves itself with."""
        found = self.power("GET", f"/control/v1/agencies/systems/{client}/credential")
        return str(found["secret"])

    def persona(self, name: str) -> dict[str, Any]:
        """Return a persona: number (`pin`), `full_name`, `birth_date` and more."""
        found: list[dict[str, Any]] = self.power("GET", "/control/v1/personas")
        return next(each for each in found if each["name"] == name)

    def token(self, client: str) -> str:
        """Return a token of a system: the one it was given last, or a first."""
        if client not in self._tokens:
            answer = self.http.request(
                "POST",
                f"{self.issuer}/oidc/token",
                auth=(client, self.secret(client)),
                data={"grant_type": "client_credentials"},
            )
            self._tokens[client] = answer.json()["access_token"]
        return self._tokens[client]

    def call(self, client: str, method: str, path: str, **options: Any) -> Any:
        """Call as that system, and return the `Reply`."""
        headers = {"Authorization": f"Bearer {self.token(client)}", **options.pop("headers", {})}
        return self.http.request(method, f"{self.issuer}{path}", headers=headers, **options)

    def post(self, client: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post JSON as that system, and return the JSON of the answer."""
        answer: dict[str, Any] = self.call(client, "POST", path, json=body).json()
        return answer
