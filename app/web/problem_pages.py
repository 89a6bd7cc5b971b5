"""`/problems/{code}`: what a problem means and what to do: the page its `type` points to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from app.platform import errors
from app.web import pages
from app.web.browsers import Visitor

if TYPE_CHECKING:
    from app.api.calls import Call

router = APIRouter()

PROBLEM_UNKNOWN = errors.declare(
    code="problem-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có mã lỗi này",
    title_en="There is no such problem",
    next_vi="Xem danh sách mã lỗi ở /problems.",
    next_en="See the list of problems at /problems.",
)


#: How a page is wanted: JSON is in both languages, and looks like nothing.
_Lang = Annotated[str | None, Query(alias="lang", include_in_schema=False)]
_Theme = Annotated[str | None, Query(alias="theme", include_in_schema=False)]


class ProblemKind(BaseModel):
    """One kind of problem: its code and what people are told, in both languages."""

    code: str
    kind: errors.Kind
    fault_of: errors.FaultOf
    title: dict[Literal["vi", "en"], str]
    next: dict[Literal["vi", "en"], str]


@router.get("/problems", response_model=list[ProblemKind], tags=["reference"])
def problems(
    request: Request, _lang: _Lang = None, _theme: _Theme = None
) -> Response | list[ProblemKind]:
    """List every kind of problem, as JSON or (for a browser) as a page."""
    kinds = [_told(errors.CATALOGUE[code]) for code in sorted(errors.CATALOGUE)]
    if _wants_page(request):
        return pages.show(Visitor(request, "/problems"), "problems.html", kinds=kinds)
    return kinds


@router.get("/problems/{code}", response_model=ProblemKind, tags=["reference"])
def problem(
    code: str, request: Request, _lang: _Lang = None, _theme: _Theme = None
) -> Response | ProblemKind:
    """Tell what one kind of problem means, as JSON or (for a browser) as a page."""
    if code not in errors.CATALOGUE:
        raise PROBLEM_UNKNOWN.error()
    kind = _told(errors.CATALOGUE[code])
    if _wants_page(request):
        return pages.show(Visitor(request, "/problems/{code}"), "problem.html", kind=kind)
    return kind


def _told(problem: errors.Problem) -> ProblemKind:
    return ProblemKind(
        code=problem.code,
        kind=problem.kind,
        fault_of=problem.fault_of,
        title={"vi": problem.title_vi, "en": problem.title_en},
        next={"vi": problem.next_vi, "en": problem.next_en},
    )


def _wants_page(request: Request) -> bool:
    call: Call = request.state.call
    return call.looks_for_a_page
