"""What can go wrong: one tree of exceptions, told apart by what a program does about them."""

from __future__ import annotations

import msgspec


class DancuClientError(Exception):
    """Everything that this package raises."""


class InvalidParam(msgspec.Struct, frozen=True):
    """A member of a request that was wrong, and why."""

    name: str
    reason: str


class Place(msgspec.Struct, frozen=True):
    """Where in which log an exchange stands."""

    seq: int
    log: str


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457) as dancu writes it."""

    status: int
    code: str
    title: str
    next: str
    fault_of: str
    request_id: str
    type: str = ""
    detail: str | None = None
    invalid_params: tuple[InvalidParam, ...] = ()
    receipt: str | None = None
    leaf: Place | None = None


class ProblemError(DancuClientError):
    """The server refused, or failed: `code` is what a program compares, `next` what to do.

    `fault_of` says who has to change something: `caller`, `registry`, `citizen`, `simulation`.
    """

    def __init__(self, document: ProblemDocument, retry_after: float | None = None) -> None:
        """`retry_after`: seconds, where the server said when to ask again."""
        self.document, self.retry_after = document, retry_after
        self.status, self.code, self.title = document.status, document.code, document.title
        self.detail, self.next, self.fault_of = document.detail, document.next, document.fault_of
        self.request_id, self.invalid_params = document.request_id, document.invalid_params
        self.receipt, self.leaf = document.receipt, document.leaf
        wrong = "".join(f"\n  {each.name}: {each.reason}" for each in self.invalid_params)
        super().__init__(
            f"{self.code}: {self.detail or self.title} (request {self.request_id}){wrong}"
            f"\nNext: {self.next}"
        )


class OAuthError(DancuClientError):
    """The token endpoint or the sign-in refused, by an error of OAuth (RFC 6749 §5.2)."""

    def __init__(self, error: str, description: str = "") -> None:
        self.error, self.description = error, description
        super().__init__(f"{error}: {description}" if description else error)


class UnreachableError(DancuClientError):
    """No answer came, however often it was asked; whether it was carried out is not known."""


class StrangeAnswerError(DancuClientError):
    """An answer came that is not dancu's, or lacks what an answer has."""


class NotProvedError(DancuClientError):
    """A signature, receipt, token or proof does not hold: do not trust what it came with."""
