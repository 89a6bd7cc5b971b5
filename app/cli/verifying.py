"""`dancu verify`: one verification put to a running server, and its receipt checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home, tokens
from app.cli.failing import CommandError, DamagedError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.cli.remote import Remote

#: The client that a new world's banner shows first.
DEFAULT_CLIENT = "vietcombank-basic"


def _claim(flag: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, help=what, rich_help_panel="Claims")
    return option


Name = Annotated[str | None, _claim("--name", "Full name.")]
BirthDate = Annotated[str | None, _claim("--birth-date", "YYYY-MM-DD, YYYY-MM or YYYY.")]
Sex = Annotated[str | None, _claim("--sex", "M or F.")]
Nationality = Annotated[str | None, _claim("--nationality", "ISO 3166-1 alpha-2: VN.")]
Ethnicity = Annotated[str | None, _claim("--ethnicity", "Two digits: 01 is Kinh.")]
ResidenceProvince = Annotated[str | None, _claim("--residence-province", "Two-digit code.")]
OriginProvince = Annotated[str | None, _claim("--origin-province", "Two-digit code.")]
Father = Annotated[str | None, _claim("--father", "Father's full name.")]
Mother = Annotated[str | None, _claim("--mother", "Mother's full name.")]

Subject = Annotated[
    str,
    typer.Argument(metavar="NUMBER", help="A number of 12 or 9 digits, or a persona's name."),
]
Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system that asks.")]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="Default: the client's first that allows it.")
]
Officer = Annotated[
    str | None, typer.Option("--officer", help="The official's account, where one is demanded.")
]
Dossier = Annotated[
    str | None, typer.Option("--dossier", help="The procedure's code, where one is demanded.")
]
Consent = Annotated[
    str | None, typer.Option("--consent", help="The consent's id, where one is demanded.")
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Say how the answer came about, in training worlds.")
]


class Grant(msgspec.Struct, frozen=True):
    """What is needed of a grant."""

    service: str
    purpose: str
    fields: frozenset[str]
    officer_required: bool
    dossier_required: bool
    consent_required: bool
    in_force: bool

    def asks_for_nothing(self) -> bool:
        """Whether neither officer, dossier nor consent has to be named."""
        return not (self.officer_required or self.dossier_required or self.consent_required)


class Me(msgspec.Struct, frozen=True):
    """What is needed of `GET /v1/me`."""

    grants: list[Grant]


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    outcome: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place
    attributes: dict[str, str] | None = None
    explain: dict[str, object] | None = None


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[dict[str, str]]


class _Verified(msgspec.Struct, frozen=True):
    """What `verify` says with `--json`."""

    number: str
    claims: dict[str, str]
    purpose: str
    client: str
    answer: _Answer
    receipt_holds: bool
    receipt_fault: str | None


class _Attribute(msgspec.Struct, frozen=True):
    name: str
    claimed: str
    verdict: str


def verify(
    subject: Subject,
    name: Name = None,
    birth_date: BirthDate = None,
    sex: Sex = None,
    nationality: Nationality = None,
    ethnicity: Ethnicity = None,
    residence_province: ResidenceProvince = None,
    origin_province: OriginProvince = None,
    father: Father = None,
    mother: Mother = None,
    client: Client = DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = None,
    dossier: Dossier = None,
    consent: Consent = None,
    explain: Explain = False,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Verify claims about a number, as an agency's system does, and check the receipt.

    Talks to a running server. For a persona without claims, what is on record is claimed, so that
    the answer shows what the persona is for. Exits with 1 if the receipt does not hold.
    """
    claims = {
        "full_name": name,
        "birth_date": birth_date,
        "sex": sex,
        "nationality": nationality,
        "ethnicity": ethnicity,
        "residence_province": residence_province,
        "origin_province": origin_province,
        "father_name": father,
        "mother_name": mother,
    }
    number, claimed = _question(subject, said_of(claims), world)
    named = {"officer": officer, "dossier": dossier, "consent": consent}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (asked, token):
        what_for = purpose or usual_purpose(asked, token, client, claimed)
        question = {"number": number, "claims": claimed, "purpose": what_for, "explain": explain}
        answer = asked.post("/v1/verifications", question | said_of(named), _Answer, token)
        fault = receipt_fault(asked, answer.receipt)
    verified = _Verified(number, claimed, what_for, client, answer, fault is None, fault)
    _tell(Teller(as_json=json), verified)
    if fault is not None:
        raise DamagedError


def said_of(values: dict[str, str | None]) -> dict[str, str]:
    """Return what was said of this, by name."""
    return {name: value for name, value in values.items() if value}


def _question(
    subject: str, claims: dict[str, str], world: str | None
) -> tuple[str, dict[str, str]]:
    """Return the number and the claims: those given, else what is on record of the persona."""
    if subject.isdigit():
        if not claims:
            raise CommandError(
                "nothing is claimed about this number",
                "Claim something: --name, --birth-date … (`dancu verify --help`).",
                code="nothing-claimed",
            )
        return subject, claims
    from app.sandbox import personas

    with home.world(world) as opened, opened.session() as session:
        persona = personas.find(session, subject)
    on_record = {
        "full_name": persona.full_name,
        "birth_date": persona.birth_date.isoformat(),
        "sex": persona.sex,
    }
    return persona.pin, claims or on_record


def usual_purpose(
    asked: Remote, token: str, client: str, claims: Iterable[str], service: str = "verification"
) -> str:
    """Return the first purpose for which the client may claim these, naming nothing else."""
    claims = tuple(claims)
    grants = asked.get("/v1/me", Me, token).grants
    for grant in grants:
        may = grant.service == service and grant.in_force and grant.asks_for_nothing()
        if may and grant.fields.issuperset(claims):
            return grant.purpose
    raise CommandError(
        f"no grant of {client} allows these claims without officer, dossier or consent",
        f"`dancu agency show {client}` lists its grants; name one with --purpose.",
        code="purpose-not-found",
    )


def receipt_fault(asked: Remote, unverified_receipt: str) -> str | None:
    """Say what is wrong with the receipt; None if the server's key signed it and it is whole."""
    import jwt

    from app.exchange.log import receipts
    from app.exchange.log.errors import VerificationError

    keys = asked.get("/oidc/jwks", _KeySet).keys
    try:
        receipts.verify(
            unverified_receipt,
            {key["kid"]: jwt.PyJWK(key).key for key in keys},
            issuer=asked.metadata.issuer,
        )
    except VerificationError as error:
        return str(error)
    return None


def receipt_line(leaf: Place, fault: str | None) -> str:
    """Say whether a receipt holds, and where its leaf stands."""
    holds = "holds" if fault is None else f"DOES NOT HOLD: {fault}"
    return f"{holds}; leaf {leaf.seq:,} of {leaf.log}"


def _tell(teller: Teller, verified: _Verified) -> None:
    answer = verified.answer
    teller.record(
        verified,
        {
            "outcome": answer.outcome,
            "asked by": f"{verified.client}, for {verified.purpose}",
            "receipt": receipt_line(answer.leaf, verified.receipt_fault),
            "request": answer.request_id,
        },
    )
    if teller.as_json:
        return
    verdicts = answer.attributes or dict.fromkeys(verified.claims, "(not told to this system)")
    lines = [
        _Attribute(name, verified.claims.get(name, ""), verdict)
        for name, verdict in verdicts.items()
    ]
    teller.say("")
    teller.rows(lines, {"attribute": "name", "claimed": "claimed", "verdict": "verdict"}, none="")
    if answer.explain is not None:
        teller.say("")
        teller.say(msgspec.json.format(msgspec.json.encode(answer.explain)).decode())
