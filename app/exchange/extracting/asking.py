"""Asking: extracts as they are begun, decided and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import disclosing, gate
from app.exchange.callers import EXTRACT, Room
from app.exchange.change_feed import wrong_provinces
from app.exchange.fees import EXTRACTED
from app.exchange.gate import Refused
from app.exchange.jobs import keeping
from app.exchange.jobs.asking import Asking
from app.exchange.jobs.keeping import JobView
from app.exchange.log.leaves import Kind
from app.exchange.sharing import FIELD_UNKNOWN
from app.platform import errors
from app.registry import slices

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted
    from app.exchange.jobs.models import Job

SLICE_UNKNOWN = errors.declare(
    code="extract-slice-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có tỉnh, thành phố này",
    title_en="There is no such province",
    next_vi="Sửa các mục nêu trong invalid_params; xem GET /v1/units.",
    next_en="Correct what invalid_params names; see GET /v1/units.",
)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """An extract to begin; `provinces` are two-digit codes of the day, None: what is granted."""

    purpose: str
    format: str
    fields: tuple[str, ...]
    provinces: tuple[str, ...] | None = None
    officer: str | None = None
    dossier: str | None = None

    def job(self, rows: int) -> keeping.New:
        """Return the job, about so many people."""
        return keeping.New(
            kind=ASKING.kind,
            purpose=self.purpose,
            format=self.format,
            asked=self.asked,
            officer=self.officer,
            dossier=self.dossier,
            rows=rows,
        )

    @property
    def asked(self) -> dict[str, object]:
        """What the job keeps of it."""
        provinces = None if self.provinces is None else list(self.provinces)
        return {"fields": list(self.fields), "provinces": provinces}


class ExtractView(JobView, frozen=True, kw_only=True):
    """An extract as it is shown; `withheld` says of fields that were asked why they are not there.

    `fields` and `provinces` are those that were asked, until it is done: then those that were
    given. `withheld` has codes of refusals.
    """

    fields: list[str]
    provinces: list[str] | None
    withheld: dict[str, str]
    file_sha256: str | None


def view(job: Job) -> ExtractView:
    """Return the view of an extract."""
    summary: dict[str, Any] = job.summary or {}
    told: dict[str, Any] = {**job.asked, **summary}
    return ExtractView(
        **keeping.shown(job),
        fields=told["fields"],
        provinces=told["provinces"],
        withheld=told.get("withheld", {}),
        file_sha256=told.get("file_sha256"),
    )


def check(session: Session, new: New) -> None:
    """Raise `field-unknown` and `extract-slice-unknown` for names that there are not."""
    unknown = tuple(
        errors.InvalidParam(f"fields.{place}", "no such field", "không có trường này")
        for place, name in enumerate(new.fields)
        if name not in disclosing.CATALOGUE
    )
    if unknown:
        raise FIELD_UNKNOWN.error(params=unknown)
    wrong = tuple(wrong_provinces(session, new.provinces or ()))
    if wrong:
        raise SLICE_UNKNOWN.error(params=wrong)


def admit(
    caller: Caller, errand: Errand, asked: Mapping[str, Any], within_quota: Room
) -> Admitted | Refused:
    """Decide as on a disclosure, and on the slice; fields without a grant are withheld."""
    verdict = gate.admit(
        caller,
        gate.Request(
            service=EXTRACT,
            errand=errand,
            fields=tuple(asked["fields"]),
            partial=True,
            within_quota=within_quota,
        ),
    )
    if isinstance(verdict, Refused):
        return verdict
    provinces = asked["provinces"]
    return gate.within(verdict, None, None if provinces is None else frozenset(provinces))


def provinces(admitted: Admitted, asked: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the slice: the provinces that were asked for, else those of the grant, None: all."""
    if asked["provinces"] is None:
        return admitted.grant.provinces
    return frozenset(asked["provinces"])


def count(session: Session, admitted: Admitted, new: New, today: dt.date) -> int:
    """Return how many people are in the slice."""
    return slices.count(session, provinces(admitted, new.asked), today)


ASKING: Final = Asking(
    kind="extract",
    service=EXTRACT,
    leaf=Kind.DISCLOSURE,
    outcome=EXTRACTED,
    compared=(),
    admit=admit,
)
