"""Answers as they go over the wire: whole, cut, late or without an end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import msgspec

#: How a body is sent: with nothing after the connection is taken, cut in the head or the body,
#: byte after byte, again and again without an end, or after a hint (103, RFC 8297).
Delivery = Literal["whole", "no-head", "half-head", "half-body", "drip", "endless", "hinted"]
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
_PAGE: Final = (
    "<!doctype html><title>502</title><h1>Bad Gateway</h1>"
    "<p>MÔ PHỎNG / SIMULATED: what a proxy says in place of an answer, to /v1/verifications."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; it is sent `wait` seconds after it is ready."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    delivery: Delivery = "whole"
    wait: float = 0.0

    def header(self, name: str) -> str:
        """Return a header's text; empty if there is none."""
        return next((text for each, text in self.headers if each.lower() == name), "")

    def having(self, **headers: str) -> Answer:
        """Return it with these headers in place of those of their names (`_` stands for `-`)."""
        new = {name.replace("_", "-").title(): text for name, text in headers.items()}
        gone = {name.lower() for name in new}
        kept = tuple(each for each in self.headers if each[0].lower() not in gone)
        return replace(self, headers=(*kept, *new.items()))

    def saying(self, body: bytes, media_type: str | None = None) -> Answer:
        """Return it with another body."""
        told = self if media_type is None else self.having(content_type=media_type)
        return replace(told, body=body)

    def members(self) -> dict[str, Any]:
        """Return the members of its JSON object; none where it is no such thing."""
        try:
            found: dict[str, Any] = msgspec.json.decode(self.body, type=dict[str, Any])
        except ValueError:
            return {}
        return found

    def but(self, **members: Any) -> Answer:
        """Return it with other members in its JSON object."""
        return self.saying(msgspec.json.encode({**self.members(), **members}))


def of_json(status: int, value: Any, **headers: str) -> Answer:
    """Return an answer of JSON."""
    return Answer(status, (("Content-Type", JSON),), msgspec.json.encode(value)).having(**headers)


def problem(status: int, code: str | None, fault_of: str = "simulation", **headers: str) -> Answer:
    """Return a problem document (RFC 9457) as the world writes them; `code` None leaves it out."""
    said = {
        "type": "about:blank" if code is None else f"https://dancu.invalid/problems/{code}",
        "title": "The report card answers in place of the world",
        "status": status,
        "code": code,
        "next": "See what docs/report-card.md says of this case.",
        "fault_of": fault_of,
        "request_id": "report-card",
    }
    told = {name: value for name, value in said.items() if value is not None}
    return of_json(status, told, content_type=PROBLEM, **headers)


def page(status: int, **headers: str) -> Answer:
    """Return a page for people, as a proxy sends one."""
    html = Answer(status, (("Content-Type", "text/html; charset=utf-8"),), _PAGE.encode())
    return html.having(**headers)
