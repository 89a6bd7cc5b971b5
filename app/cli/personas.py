"""`dancu persona …`: the citizens with a name and a purpose, and everybody else by property.

Reads the world on this machine; no server has to run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from app.sandbox.personas import Somebody

app = typer.Typer(help="Show personas; find people by property.", no_args_is_help=True)

_AGES = re.compile(r"(\d{1,3})?(\.\.)?(\d{1,3})?")


class PersonaLine(msgspec.Struct, frozen=True, kw_only=True):
    """A persona as it is listed; its purpose holds on the world's start date."""

    name: str
    pin: str
    full_name: str
    birth_date: str
    sex: str
    state: str
    purpose: str
    purpose_vi: str
    needs: str | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was looked for, as of the world's today."""

    pin: str
    full_name: str
    birth_date: str
    sex: str
    state: str
    card: str
    account: str
    account_level: int | None
    persona: str | None


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    found: list[Found]
    next_cursor: str | None


def _ages(claimed: str | None) -> tuple[int | None, int | None]:
    """Read `13`, `80..`, `..17` or `14..17`: years, both ends included."""
    if claimed is None:
        return None, None
    read = _AGES.fullmatch(claimed)
    if read is None or not (read[1] or read[3]) or not (read[2] or not read[3]):
        raise CommandError(
            f"{claimed!r} is no age",
            "Write 13, 14..17, 80.. or ..17.",
            code="age-wrong",
            status=USAGE,
        )
    first, last = (int(text) if text else None for text in (read[1], read[3]))
    return (first, last) if read[2] else (first, first)


Age = Annotated[
    str | None, typer.Option("--age", help="13, 14..17, 80.. or ..17; of the dead at death.")
]
Sex = Annotated[str | None, typer.Option("--sex", help="M or F.")]
State = Annotated[
    str | None,
    typer.Option("--state", help="alive, dead, missing, emigrated or under_review."),
]
Province = Annotated[
    str | None,
    typer.Option("--province", help="Two-digit code of the permanent residence's province."),
]
Ethnicity = Annotated[str | None, typer.Option("--ethnicity", help="Two digits: 01 is Kinh.")]
Religion = Annotated[str | None, typer.Option("--religion", help="Two digits: 00 is none.")]
Nationality = Annotated[
    str | None, typer.Option("--nationality", help="ISO 3166-1 alpha-2; XX is not determined.")
]
Marital = Annotated[
    str | None,
    typer.Option(
        "--marital", help="never_married, married, separated, divorced, widowed or unknown."
    ),
]
Card = Annotated[
    str | None,
    typer.Option("--card", help="The card's state: active, expired, lost, held … or none."),
]
Account = Annotated[
    str | None,
    typer.Option("--account", help="The eID account's: collected, active, locked, closed, none."),
]
Level = Annotated[
    int | None, typer.Option("--account-level", min=1, max=2, help="Of an active eID account.")
]
PartialBirth = Annotated[
    bool | None,
    typer.Option("--partial-birth-date/--full-birth-date", help="Whether the day is on record."),
]
Superseded = Annotated[
    bool | None,
    typer.Option("--superseded-number/--no-superseded-number", help="A cancelled number."),
]
OldNumber = Annotated[
    bool | None, typer.Option("--old-number/--no-old-number", help="An old 9-digit number.")
]
Phone = Annotated[
    bool | None, typer.Option("--phone/--no-phone", help="A mobile number on record.")
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many.")]
Cursor = Annotated[
    str | None, typer.Option("--cursor", help="Go on where an earlier search ended.")
]


@app.command(name="list")
def list_(world: WorldOption = None, json: Json = False) -> None:
    """List every persona with its number and its purpose."""
    from app.sandbox import personas

    with home.world(world) as opened, opened.session() as session:
        views = personas.all_of_them(session)
    lines = [
        PersonaLine(
            name=view.name,
            pin=view.pin,
            full_name=view.full_name,
            birth_date=view.birth_date.isoformat(),
            sex=view.sex,
            state=view.state,
            purpose=view.purpose_en,
            purpose_vi=view.purpose,
            needs=view.needs,
        )
        for view in views
    ]
    Teller(as_json=json).rows(
        lines,
        {
            "persona": "name",
            "number": "pin",
            "born": "birth_date",
            "purpose": "purpose",
            "needs": "needs",
        },
        none="This world has no personas.",
    )


@app.command()
def find(
    age: Age = None,
    sex: Sex = None,
    state: State = None,
    province: Province = None,
    ethnicity: Ethnicity = None,
    religion: Religion = None,
    nationality: Nationality = None,
    marital: Marital = None,
    card: Card = None,
    account: Account = None,
    account_level: Level = None,
    partial_birth_date: PartialBirth = None,
    superseded_number: Superseded = None,
    old_number: OldNumber = None,
    phone: Phone = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Find people of a kind to test with, as of the world's today.

    All that is said must fit. A search looks at a limited number of people and says how to go on.
    """
    from app.registry.properties import Properties
    from app.sandbox import personas

    age_from, age_to = _ages(age)
    wanted = Properties(
        state=state,
        age_from=age_from,
        age_to=age_to,
        sex=sex,
        province=province,
        ethnicity=ethnicity,
        religion=religion,
        nationality=nationality,
        marital_status=marital,
        partial_birth_date=partial_birth_date,
        superseded_number=superseded_number,
        old_number=old_number,
        phone=phone,
    )
    documents = personas.Documents(card, account, account_level)
    with home.world(world) as opened, opened.session() as session:
        page = personas.search(
            session, wanted, documents, today=opened.today, limit=limit, cursor=cursor
        )
    _tell(Teller(as_json=json), [_found(each) for each in page.items], page.next_cursor)


def _found(somebody: Somebody) -> Found:
    person = somebody.person
    return Found(
        pin=person.pin,
        full_name=person.full_name,
        birth_date=person.birth_date.isoformat(),
        sex=person.sex,
        state=person.state,
        card=somebody.card,
        account=somebody.account,
        account_level=somebody.level,
        persona=somebody.persona,
    )


def _tell(teller: Teller, found: list[Found], cursor: str | None) -> None:
    teller.rows(
        found,
        {
            "number": "pin",
            "name": "full_name",
            "born": "birth_date",
            "sex": "sex",
            "state": "state",
            "card": "card",
            "account": "account",
            "level": "account_level",
            "persona": "persona",
        },
        none="Nobody like that so far." if cursor else "Nobody is like that.",
        whole=_Page(found=found, next_cursor=cursor),
    )
    if cursor is not None:
        teller.note(f"There may be more: add --cursor {cursor}")
