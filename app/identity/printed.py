"""What a card shows: the registry's record of its holder as it stood on the day of issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.identity.mrz import Document
from app.matching import dates
from app.platform import errors, streams
from app.platform.stores.store import UNKNOWN
from app.platform.world import read_facts
from app.registry import past
from app.registry.citizens import age_on

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.matching.dates import PartialDate

NOT_PRINTED = errors.declare(
    code="card-not-printed",
    kind="conflict",
    fault_of="caller",
    title_vi="Thẻ chưa được in",
    title_en="The card has not been printed",
    next_vi="Giải quyết tiếp yêu cầu đến bước printed: POST /control/v1/cards/{serial}/advance.",
    next_en="Take the request on to printed: POST /control/v1/cards/{serial}/advance.",
)
#: What in realistic style says in the QR text and on the chip that the card is not real.
MARK: Final = "MÔ PHỎNG – SPECIMEN"
#: Who signs, by form; what a generated card says of its issuer comes first.
ISSUERS: Final = {
    "2021": "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    "2024": "Bộ Công an",
}
#: From this age a card has a photograph (Law on Identity 2023, Art 23).
PHOTO_FROM: Final = 6
_COUNTRIES: Final = {"VN": "Việt Nam"}
_MARKS: Final = (
    ("Nốt ruồi", "Sẹo chấm", "Sẹo"),
    ("cách 1 cm", "cách 1,5 cm", "cách 2 cm", "cách 3 cm", "cách 0,5 cm"),
    ("trên", "dưới", "trước", "sau"),
    ("cánh mũi trái", "cánh mũi phải", "đuôi mắt trái", "đuôi mắt phải", "mép trái", "mép phải"),
)
_FIELDS: Final = (
    "full_name", "family_name", "middle_name", "given_name", "birth_date", "sex", "nationality",
    "ethnicity", "religion", "origin_place", "birth_registration_place", "permanent_residence",
    "temporary_residence", "current_residence", "father", "mother", "spouse", "old_numbers",
    "superseded_pins",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What stands on a card, and on its chip.

    `sex` is M, F or U; places and names are written as they are printed. `expires_on` is None
    for "no expiry". `likeness` is what the portrait is drawn from, `age` that of the day of issue.
    `mark` is the mark of simulation that the QR text and DG13 carry in realistic style.
    """

    form: str
    number: str
    full_name: str
    surname: str
    given_names: str
    birth_date: PartialDate
    sex: str
    nationality: str
    ethnicity: str
    religion: str
    origin: str
    residence: str
    birth_registration_place: str
    marks: str
    issued_on: dt.date
    issued_by: str
    expires_on: dt.date | None
    father: str | None
    mother: str | None
    spouse: str | None
    old_number: str | None
    cancelled_number: str | None
    age: int
    likeness: bytes
    mark: str | None

    @property
    def has_photo(self) -> bool:
        """Whether there is a photograph: from the age of six."""
        return self.age >= PHOTO_FROM


def of(session: Session, card: Card) -> Printed:
    """Return what a card shows, as the registry knew it on its day of issue where history tells.

    Raises `card-not-printed` for a card without a day of issue, `world-unknown` while the world is
    being deleted.
    """
    issued_on, facts = card.issued_on, read_facts(session)
    if issued_on is None:
        raise NOT_PRINTED.error()
    if facts is None:
        raise UNKNOWN.error()
    known = past.read(session, card.citizen_id, _FIELDS, issued_on)
    birth = dates.parse(known["birth_date"])
    seed = facts.spec.seed
    return Printed(
        form=card.form,
        number=card.number,
        full_name=known["full_name"],
        surname=known["family_name"] or "",
        given_names=" ".join(filter(None, (known["middle_name"], known["given_name"]))),
        birth_date=birth,
        sex=known["sex"],
        nationality=_COUNTRIES.get(known["nationality"], known["nationality"]),
        ethnicity=known["ethnicity"].name,
        religion=known["religion"].name,
        origin=known["origin_place"].text,
        residence=_residence(card.form, known),
        birth_registration_place=known["birth_registration_place"].text,
        marks=_marks(seed, card.citizen_id),
        issued_on=issued_on,
        issued_by=card.issued_by or ISSUERS[card.form],
        expires_on=card.expires_on,
        father=_name(known["father"]),
        mother=_name(known["mother"]),
        spouse=_name(known["spouse"]),
        old_number=_old_number(known, issued_on),
        cancelled_number=_cancelled_number(known, issued_on),
        age=age_on(birth, issued_on),
        likeness=streams.digest_bytes(seed, "likeness", card.citizen_id),
        mark=MARK if facts.spec.pin_style == "realistic" else None,
    )


def document(shown: Printed) -> Document:
    """Return what the machine-readable zone tells of it."""
    return Document(
        number=shown.number,
        surname=shown.surname,
        given_names=shown.given_names,
        birth=shown.birth_date,
        sex=shown.sex,
        expires_on=shown.expires_on,
    )


def _name(person: Any) -> str | None:
    return None if person is None else str(person.full_name)


def _residence(form: str, known: dict[str, Any]) -> str:
    """Return the permanent residence, or in the form of 2024 wherever else the holder lives."""
    stays = [known["permanent_residence"]]
    if form == "2024":
        stays += [known["temporary_residence"], known["current_residence"]]
    return next((str(stay.place.text) for stay in stays if stay is not None), "")


def _old_number(known: dict[str, Any], day: dt.date) -> str | None:
    """Return the 9-digit number that was the last to be issued by then."""
    before = (old for old in known["old_numbers"] if old.issued_on is None or old.issued_on <= day)
    return next((str(old.number) for old in before), None)


def _cancelled_number(known: dict[str, Any], day: dt.date) -> str | None:
    """Return the personal number that was the last to be cancelled by then."""
    cancelled = [old.pin for old in known["superseded_pins"] if old.superseded_on <= day]
    return cancelled[-1] if cancelled else None


def _marks(seed: int, citizen_id: int) -> str:
    """Return the identifying marks; a registry that keeps no biometrics draws them from the id."""
    drawn = streams.digest_bytes(seed, "identifying marks", citizen_id)
    return " ".join(words[byte % len(words)] for words, byte in zip(_MARKS, drawn, strict=False))
