"""Errors: one tree, no HTTP in it, and the catalogue of every code with its words and next step.

* DancuError
  x InvalidError          what was sent cannot be understood
  x UnauthenticatedError  who asks is not proved
  x ForbiddenError        who asks may not
  x NotFoundError         what was named does not exist
  x NotAllowedError       it exists and does not do that
  x NotAcceptableError    it cannot be answered in any form the caller takes
  x ConflictError         it contradicts what is there
  x HeadTooLargeError     the request's head is beyond its limit
  x UnprocessableError    it is understood, and cannot be what was meant
  x TooLargeError         it is beyond a limit of size
  x UnsupportedError      it is in a form that is not read here
  x TooManyError          it is beyond a limit of rate
  x InternalError         a fault of the simulation itself
  x UnavailableError      not now: the same request may succeed later

A room declares its codes where it raises them. A refusal to show data is a value, not an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

FaultOf = Literal["caller", "registry", "citizen", "simulation"]
Language = Literal["vi", "en"]
Kind = Literal[
    "invalid",
    "unauthenticated",
    "forbidden",
    "not_found",
    "not_allowed",
    "not_acceptable",
    "conflict",
    "head_too_large",
    "unprocessable",
    "too_large",
    "unsupported",
    "too_many",
    "internal",
    "unavailable",
]

_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

#: Every declared problem by code: the docs, the pages `/problems/{code}` and their tests read it.
CATALOGUE: dict[str, Problem] = {}


@dataclass(frozen=True, slots=True)
class InvalidParam:
    """One member of the request that is wrong: where it stands and why. Never its value."""

    name: str
    reason: str
    reason_vi: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A declared kind of error: its stable code and what people are told, in both languages."""

    code: str
    kind: Kind
    fault_of: FaultOf
    title_vi: str
    title_en: str
    next_vi: str
    next_en: str

    def title(self, language: Language) -> str:
        """What went wrong, in one line."""
        return self.title_vi if language == "vi" else self.title_en

    def next_step(self, language: Language) -> str:
        """What the reader can do about it."""
        return self.next_vi if language == "vi" else self.next_en

    def error(
        self,
        detail: str = "",
        *,
        detail_vi: str = "",
        params: tuple[InvalidParam, ...] = (),
        retry_after: int | None = None,
    ) -> DancuError:
        """Return the exception to raise. `detail` is about this one case and never personal data.

        `retry_after` is in seconds, for what passes by itself.
        """
        return _CLASSES[self.kind](self, detail, detail_vi, params, retry_after)


class DancuError(Exception):
    """An error that has been declared: code, words, next step and whose fault it is."""

    kind: ClassVar[Kind]

    def __init__(
        self,
        problem: Problem,
        detail: str = "",
        detail_vi: str = "",
        params: tuple[InvalidParam, ...] = (),
        retry_after: int | None = None,
    ) -> None:
        self.problem = problem
        self.params = params
        self.retry_after = retry_after
        self._detail = {"en": detail, "vi": detail_vi or detail}
        super().__init__(problem, detail, detail_vi, params, retry_after)

    @property
    def code(self) -> str:
        """Stable and kebab-case: what programs compare."""
        return self.problem.code

    @property
    def fault_of(self) -> FaultOf:
        """Who has to change something."""
        return self.problem.fault_of

    @property
    def message(self) -> str:
        """What went wrong, in English."""
        return self.detail("en")

    @property
    def next_step(self) -> str:
        """What to do about it, in English."""
        return self.problem.next_en

    def detail(self, language: Language) -> str:
        """What went wrong in this case, else in general."""
        return self._detail[language] or self.problem.title(language)

    def __str__(self) -> str:
        return f"{self.message} ({self.code})"


class InvalidError(DancuError):
    """What was sent cannot be understood."""

    kind = "invalid"


class UnauthenticatedError(DancuError):
    """Who asks is not proved."""

    kind = "unauthenticated"


class ForbiddenError(DancuError):
    """Who asks may not."""

    kind = "forbidden"


class NotFoundError(DancuError):
    """What was named does not exist."""

    kind = "not_found"


class NotAllowedError(DancuError):
    """It exists and does not do that."""

    kind = "not_allowed"


class NotAcceptableError(DancuError):
    """It cannot be answered in any form the caller takes."""

    kind = "not_acceptable"


class ConflictError(DancuError):
    """It contradicts what is there."""

    kind = "conflict"


class UnprocessableError(DancuError):
    """It is understood, and cannot be what was meant."""

    kind = "unprocessable"


class HeadTooLargeError(DancuError):
    """The request's head is beyond its limit."""

    kind = "head_too_large"


class TooLargeError(DancuError):
    """It is beyond a limit of size."""

    kind = "too_large"


class UnsupportedError(DancuError):
    """It is in a form that is not read here."""

    kind = "unsupported"


class TooManyError(DancuError):
    """It is beyond a limit of rate."""

    kind = "too_many"


class InternalError(DancuError):
    """A fault of the simulation itself."""

    kind = "internal"


class UnavailableError(DancuError):
    """Not now: the same request may succeed later."""

    kind = "unavailable"


_CLASSES: dict[Kind, type[DancuError]] = {cls.kind: cls for cls in DancuError.__subclasses__()}


def declare(  # noqa: PLR0913 - a declaration is a row of the catalogue: all its words, by name
    *,
    code: str,
    kind: Kind,
    fault_of: FaultOf,
    title_vi: str,
    title_en: str,
    next_vi: str,
    next_en: str,
) -> Problem:
    """Enter a problem in the catalogue and return it; call it once, where the module is read.

    Raises `ValueError` for a code that is taken or is not kebab-case.
    """
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is not kebab-case")
    if code in CATALOGUE:
        raise ValueError(f"the problem {code!r} is declared twice")
    problem = Problem(code, kind, fault_of, title_vi, title_en, next_vi, next_en)
    CATALOGUE[code] = problem
    return problem
