"""The citizen's own pages: data, consents, who looked, corrections and dossiers.

They ask the functions that `/v1/my/…` and `/v1/dossiers` ask, for whoever has signed in and about
nobody else; what the portal's system is told has its leaf, as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from pydantic import ValidationError

from app.exchange import access as accesses
from app.exchange import consents, data_requests, onlookers, own_data, uses
from app.exchange.data_requests import NewRequest
from app.exchange.own_data import OwnData
from app.platform import clock, errors
from app.platform.errors import InvalidParam
from app.procedures import dossiers, sagas, showing
from app.registry import citizens, events
from app.web import looks
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.procedures.showing import By
    from app.signin.own_page import Signed

ME: Final = "/me"
#: The pages by their addresses.
MENU: Final[Mapping[str, str]] = {
    ME: N_("My data"),
    f"{ME}/consents": N_("Consents"),
    f"{ME}/looks": N_("Who looked"),
    f"{ME}/corrections": N_("Corrections"),
    f"{ME}/dossiers": N_("Dossiers"),
}
#: What of a record the page corrects: members of the events `correction`, by their fields' names.
CORRECTED: Final[Mapping[str, str]] = {
    "full_name": "name",
    "ethnicity": "ethnicity",
    "religion": "religion",
    "blood_type": "blood_type",
    "phone": "phone",
    "email": "email",
}
_EVENT: Final = "correction"

UNCLEAR = errors.declare(
    code="own-correction-unclear",
    kind="invalid",
    fault_of="citizen",
    title_vi="Yêu cầu cải chính chưa rõ",
    title_en="It is not clear what is to be corrected",
    next_vi="Chọn trường, ghi giá trị đúng, lý do và giấy tờ chứng minh.",
    next_en="Choose a field, say what is right, why, and by which paper.",
)


@dataclass(frozen=True, slots=True)
class Mine:
    """What a page is asked, by whom. `said` is what was filled in, of an address or a form."""

    world: World
    signed: Signed
    said: Mapping[str, str]
    path: Mapping[str, str]
    request_id: str

    @property
    def citizen_id(self) -> int:
        """Who has signed in: every page is about them."""
        return self.signed.citizen.citizen_id

    @property
    def by(self) -> By:
        """The portal's system, as which the page acts for them."""
        return showing.By(
            caller=self.signed.citizen.caller,
            request_id=self.request_id,
            today=self.world.today,
            now=clock.now(),
        )


View = Callable[[Mine], tuple[str, dict[str, Any]]]
#: What is done gives the address to go on to.
Act = Callable[[Mine], str]


def _data(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show every field with who supplied it; that the portal was told it is in the log."""
    at = accesses.of(mine.world)
    asked = own_data.Asked(
        citizen_id=mine.citizen_id,
        caller=mine.signed.citizen.caller,
        grant=mine.signed.citizen.grant,
        request_id=mine.request_id,
    )
    told = mine.world.writer.submit(lambda session: own_data.tell(session, at, asked, clock.now()))
    known = msgspec.json.decode(told.body or b"", type=OwnData)
    named = {each.field: each.value for each in known.fields}
    fields = [each for each in known.fields if each.value not in (None, [], "")]
    return "my_data.html", {"known": known, "fields": fields, "full_name": named["full_name"]}


def _consents(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show what agencies were allowed, asked for or refused."""
    with mine.world.session() as session:
        found = consents.of_citizen(session, mine.citizen_id, mine.world.today, clock.now())
    return "my_consents.html", {"consents": found}


def _withdraw(mine: Mine) -> str:
    """Withdraw a consent: it counts no more from the next question on."""
    at = accesses.of(mine.world)
    acting = mine.citizen_id, mine.citizen_id
    mine.world.writer.submit(
        lambda session: data_requests.withdraw(
            session, at, acting, mine.path["consent_id"], clock.now()
        )
    )
    return f"{ME}/consents"


def _looks(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show who looked, the latest first."""
    at, before = accesses.of(mine.world), looks.place(mine.said.get("before"))
    with mine.world.session() as session:
        found = onlookers.page(session, at, mine.citizen_id, before=before, limit=looks.MOST)
    return "my_looks.html", {
        "looks": found,
        "older": found[-1].id if len(found) == looks.MOST else None,
        "kept_since": uses.kept_since(mine.world.today),
    }


def _proof(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show what the log holds of one look, and have the browser check it."""
    at = accesses.of(mine.world)
    with mine.world.session() as session:
        opening = looks.opening(session, at, mine.citizen_id, mine.path["look"])
    return "my_proof.html", {"opening": opening}


def _corrections(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show which corrections were asked for, and what agencies were asked besides."""
    with mine.world.session() as session:
        found = data_requests.of_citizen(session, mine.citizen_id, mine.world.today)
    return "my_corrections.html", {"asked": found, "corrected": CORRECTED}


def _correct(mine: Mine) -> str:
    """Ask that one field be corrected; an agency that may report it decides."""
    member = CORRECTED.get(mine.said.get("field", ""))
    missing = [name for name in ("field", "right", "said", "document") if name not in mine.said]
    if member is None or missing:
        params = (InvalidParam(name, "required", "bắt buộc") for name in missing or ["field"])
        raise UNCLEAR.error(params=tuple(params))
    changes = {member: mine.said["right"]}
    at = accesses.of(mine.world)

    def job(session: Session) -> None:
        [person] = citizens.read(session, [mine.citizen_id])
        try:
            events.kinds()[_EVENT].payload.model_validate({**changes, "pin": person.pin})
        except ValidationError as error:
            wrong = InvalidParam(member, error.errors()[0]["msg"], "giá trị không hợp lệ")
            raise UNCLEAR.error(params=(wrong,)) from None
        new = NewRequest(
            citizen_id=mine.citizen_id,
            filed_by=mine.citizen_id,
            agency=data_requests.corrector(at, _EVENT),
            right="correction",
            said=mine.said["said"],
            event=_EVENT,
            payload=changes,
            documents=(mine.said["document"],),
        )
        data_requests.file(session, new, mine.world.today)

    mine.world.writer.submit(job)
    return f"{ME}/corrections"


def _dossiers(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show what was asked of agencies as public services."""
    with mine.world.session() as session:
        found = dossiers.list_of(session, mine.citizen_id, mine.world.today)
    return "my_dossiers.html", {"dossiers": found}


def _dossier(mine: Mine) -> tuple[str, dict[str, Any]]:
    """Show one dossier: how it stands, what is asked of its citizen, what was done."""
    code = mine.path["code"]
    with mine.world.session() as session:
        dossiers.of_citizen(session, mine.citizen_id, code)
        is_open = sagas.is_open(session, code)
    if is_open:
        sagas.advance(mine.world, code)
    at = accesses.of(mine.world)

    def job(session: Session) -> Any:
        row = dossiers.of_citizen(session, mine.citizen_id, code)
        return dossiers.shown(session, at, row, mine.by).dossier

    shown = mine.world.writer.submit(job)
    may_answer = shown.state in showing.MAY_SUBMIT
    wanted = dict.fromkeys((*shown.missing, *shown.wanted)) if may_answer else {}
    return "my_dossier.html", {
        "dossier": shown,
        "wanted": list(wanted),
        "may_answer": may_answer,
        "may_withdraw": shown.state in dossiers.MAY_WITHDRAW,
    }


def _answer(mine: Mine) -> str:
    """Give what is missing or wanted, and submit."""
    answers = {
        name.removeprefix("answer-"): text
        for name, text in mine.said.items()
        if name.startswith("answer-")
    }
    return _change(mine, dossiers.submit, answers)


def _take_back(mine: Mine) -> str:
    """Take a dossier back that was not decided on."""
    return _change(mine, dossiers.withdraw, mine.said.get("reason", ""))


def _change(mine: Mine, change: Callable[..., object], said: object) -> str:
    """Change the dossier in the address, by what was said; return where it is shown."""
    code, at = mine.path["code"], accesses.of(mine.world)

    def job(session: Session) -> None:
        row = dossiers.of_citizen(session, mine.citizen_id, code)
        change(session, at, mine.by, row, said)

    mine.world.writer.submit(job)
    return f"{ME}/dossiers/{code}"


VIEWS: Final[Mapping[str, View]] = {
    ME: _data,
    f"{ME}/consents": _consents,
    f"{ME}/looks": _looks,
    f"{ME}/looks/{{look}}": _proof,
    f"{ME}/corrections": _corrections,
    f"{ME}/dossiers": _dossiers,
    f"{ME}/dossiers/{{code}}": _dossier,
}
ACTS: Final[Mapping[str, Act]] = {
    f"{ME}/consents/{{consent_id}}/withdraw": _withdraw,
    f"{ME}/corrections": _correct,
    f"{ME}/dossiers/{{code}}/submit": _answer,
    f"{ME}/dossiers/{{code}}/withdraw": _take_back,
}
