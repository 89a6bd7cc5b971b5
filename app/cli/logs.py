"""`dancu log …`: the disclosure log checked without any server: whole, or one receipt in it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError, DamagedError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.log.notes import VerifierKey
    from app.exchange.log.offline import Report
    from app.platform.progress import Progress
    from app.platform.worlds import World

#: How often, and how far apart, a leaf is looked for that no checkpoint covers yet.
_TRIES, _RETRY_SECONDS = 8, 0.25

_UNFINISHED = """
A process that was killed leaves a log like this. Start the server (`dancu serve`), call the world
once (GET /w/NAME/v1/log/checkpoint), and verify again: what it was killed over is signed then, or
the log is broken. A removed last checkpoint looks the same: hold one that you kept against it."""

app = typer.Typer(help="Check the disclosure log, offline.", no_args_is_help=True)

LogKey = Annotated[
    str | None, typer.Option("--log-key", metavar="VKEY", help="The log's public key.")
]
WitnessKey = Annotated[
    str | None,
    typer.Option("--witness-key", metavar="VKEY", help="The inspectorate's public key."),
]


class _Keys(msgspec.Struct, frozen=True, kw_only=True):
    log_key: str
    witness_key: str


class _Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What `log receipt` says; `size` is the checkpoint's that covers the leaf."""

    holds: bool
    reason: str | None = None
    log: str | None = None
    seq: int | None = None
    recorded_at: str | None = None
    size: int | None = None
    leaf: msgspec.Raw | None = None


class _Audited(msgspec.Struct, frozen=True, kw_only=True):
    """What `log verify` says; `covered` leaves are under the last checkpoint that held.

    `unfinished`: all that is wrong is what a killed process leaves.
    """

    holds: bool
    unfinished: bool
    log: str
    leaves: int
    checkpoints: int
    covered: int
    pruned: int
    root: str
    finding_count: int
    findings: list[_Finding]


class _Finding(msgspec.Struct, frozen=True, kw_only=True):
    fault: str
    at: int
    detail: str


@app.command()
def verify(
    world: WorldOption = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="An export, instead of the world's database."),
    ] = None,
    log_key: LogKey = None,
    witness_key: WitnessKey = None,
    tail: Annotated[
        int,
        typer.Option(
            "--tail",
            min=0,
            metavar="N",
            help="Leaves of an export that may still have waited for a checkpoint.",
        ),
    ] = 0,
    json: Json = False,
) -> None:
    """Verify the whole log; exit with 1 if anything in it does not hold.

    Works on the database of a world on this machine, also while it is served, or on an export.
    Every leaf is hashed again, every checkpoint's two signatures and root are checked. What a
    killed process leaves until its world is opened again is told apart from damage. With a file,
    keys that you kept from elsewhere prove more than those of the world here.
    """
    teller = Teller(as_json=json)
    both = None if file is None else _verifiers(world, log_key, witness_key)
    with teller.progress("Verifying the log") as progress:
        if file is None or both is None:
            report = _audit(world, progress)
        else:
            report = _audit_file(file, both, tail, progress)
    audited = _told(report)
    teller.record(
        audited,
        {
            "log": audited.log,
            "leaves": f"{audited.leaves:,}, each hashed again ({audited.pruned:,} pruned)",
            "checkpoints": f"{audited.checkpoints:,}, each with both signatures and its root",
            "covered": f"{audited.covered:,} leaves by the last checkpoint",
            "root": audited.root,
            "verdict": _verdict(audited),
        },
    )
    if audited.holds:
        return
    if not json:
        teller.rows(audited.findings, {"at": "at", "fault": "fault", "what": "detail"}, none="")
        if audited.finding_count > len(audited.findings):
            teller.say(f"and {audited.finding_count - len(audited.findings):,} more")
    if audited.unfinished:
        teller.say(_UNFINISHED)
    raise DamagedError


def _verdict(audited: _Audited) -> str:
    if audited.holds:
        return "the log holds"
    if audited.unfinished:
        return f"UNFINISHED: the first {audited.covered:,} leaves hold, what follows is unsigned"
    return "THE LOG DOES NOT HOLD"


@app.command()
def receipt(
    receipt: Annotated[
        str, typer.Argument(metavar="RECEIPT", help="An answer's receipt; - reads it from stdin.")
    ],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Check one receipt; exit with 1 if it does not hold.

    Works on the database of a world on this machine: the receipt is signed by a key of this
    world, whose keys may have been rotated since, the log has its leaf at its place, and a
    checkpoint with both signatures covers it.
    """
    unverified_receipt = (sys.stdin.read() if receipt == "-" else receipt).strip()
    checked = _check_receipt(unverified_receipt, world)
    teller = Teller(as_json=json)
    teller.record(
        checked,
        {
            "leaf": f"{checked.seq:,} of {checked.log}" if checked.log else None,
            "recorded at": checked.recorded_at,
            "covered by": None if checked.size is None else f"the checkpoint of {checked.size:,}",
            "verdict": "the receipt holds" if checked.holds else f"IT DOES NOT: {checked.reason}",
        },
    )
    if not checked.holds:
        raise DamagedError


@app.command()
def opening(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What `dancu my proof --out` wrote.")
    ],
    world: WorldOption = None,
    log_key: LogKey = None,
    witness_key: WitnessKey = None,
    json: Json = False,
) -> None:
    """Check what a citizen was given of the log; exit with 1 if it does not hold.

    Needs no server and no database but for the keys, and none of those where both are given.
    """
    from app.cli import openings

    both = _verifiers(world, log_key, witness_key)
    openings.tell(openings.check(file.read_bytes(), both), Teller(as_json=json))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file to be written anew.")],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Write the whole log to a file, JSON lines, for `dancu log verify --file`.

    Reads the world's database on this machine, also while it is served. Keys are not in the file.
    """
    from app.exchange.log import export as exports

    teller = Teller(as_json=json)
    with (
        home.world(world) as opened,
        opened.session() as session,
        file.open("wb") as target,
        teller.progress("Writing the log") as progress,
    ):
        exports.write(session, opened, target, progress=progress)
    size = file.stat().st_size
    teller.record({"file": str(file), "bytes": size}, {"written": f"{file} ({size:,} bytes)"})


@app.command()
def keys(world: WorldOption = None, json: Json = False) -> None:
    """Print the public keys that checkpoints are signed with, as C2SP verifier keys.

    Keep them somewhere else: they are what makes an export prove something.
    """
    from app.exchange.log import keys as log_keys

    with home.world(world) as opened:
        both = _Keys(
            log_key=str(log_keys.log_key(opened).verifier),
            witness_key=str(log_keys.witness_key(opened).verifier),
        )
    Teller(as_json=json).record(both, {"log": both.log_key, "inspectorate": both.witness_key})


def _check_receipt(unverified_receipt: str, world: str | None) -> _Checked:
    from app.exchange.log.errors import VerificationError
    from app.platform.errors import NotFoundError, UnavailableError

    with home.world(world) as opened:
        for _ in range(_TRIES):
            try:
                with opened.session() as session:
                    return _held(session, opened, unverified_receipt)
            except (VerificationError, NotFoundError) as error:
                return _Checked(holds=False, reason=str(error))
            except UnavailableError:
                time.sleep(_RETRY_SECONDS)  # a checkpoint is made each second
        with opened.session() as session:
            return _held(session, opened, unverified_receipt)


def _held(session: Session, world: World, unverified_receipt: str) -> _Checked:
    """Check signature, leaf, place and checkpoint. Raises where one does not hold."""
    from app.exchange.log import keys as log_keys
    from app.exchange.log import proving, receipts
    from app.exchange.log.errors import InvalidProofError, InvalidReceiptError, UnknownKeyError

    signers = {each.kid: each.public_key for each in world.every_signer("receipt")}
    # The port differs from start to start: the world's own key says whose receipt it is.
    issuer = _claimed_issuer(unverified_receipt)
    try:
        receipt = receipts.verify(unverified_receipt, signers, issuer=issuer)
    except UnknownKeyError:
        raise InvalidReceiptError(
            f"no receipt of world {world.name} is signed by that key: it is another world's,"
            " or from before this one was re-keyed, which ends all keys"
        ) from None
    seq, covering = proving.verify_tlog_proof(
        proving.tlog_proof(session, receipt.seq),
        bytes.fromhex(receipt.leaf_hash),
        log_keys.log_key(world).verifier,
        log_keys.witness_key(world).verifier,
    )
    if seq != receipt.seq:
        raise InvalidProofError(f"the log has the leaf at {seq}, the receipt at {receipt.seq}")
    return _Checked(
        holds=True,
        log=receipt.log,
        seq=receipt.seq,
        recorded_at=receipt.recorded_at,
        size=covering.checkpoint.size,
        leaf=msgspec.Raw(receipt.leaf.encode()),
    )


def _claimed_issuer(unverified_receipt: str) -> str:
    import jwt

    from app.exchange.log.errors import InvalidReceiptError

    try:
        claims = jwt.decode(unverified_receipt, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise InvalidReceiptError(f"not a receipt: {error}") from None
    return str(claims.get("iss"))


def _audit(world: str | None, progress: Progress) -> Report:
    from app.exchange.log import export as exports

    with home.world(world) as opened, opened.session() as session:
        return exports.audit(session, opened, progress=progress)


def _audit_file(
    file: Path, both: tuple[VerifierKey, VerifierKey], tail: int, progress: Progress
) -> Report:
    from app.exchange.log import export as exports
    from app.exchange.log.errors import VerificationError

    try:
        return exports.audit_file(
            file, log_key=both[0], witness_key=both[1], tail=tail, progress=progress
        )
    except VerificationError as error:
        raise CommandError(
            str(error),
            "Give the export of this log (`dancu log export`) and its keys (`dancu log keys`).",
            code="log-export-unreadable",
        ) from None


def _verifiers(
    world: str | None, log_key: str | None, witness_key: str | None
) -> tuple[VerifierKey, VerifierKey]:
    """Return the keys that are given, else those of the world on this machine."""
    from app.exchange.log import keys as log_keys
    from app.exchange.log.errors import VerificationError
    from app.exchange.log.notes import VerifierKey

    if log_key is None and witness_key is None:
        with home.world(world) as opened:
            return log_keys.log_key(opened).verifier, log_keys.witness_key(opened).verifier
    try:
        return VerifierKey.parse(log_key or ""), VerifierKey.parse(witness_key or "")
    except VerificationError as error:
        raise CommandError(
            str(error),
            "Give both --log-key and --witness-key, as `dancu log keys` prints them.",
            code="log-key-unreadable",
            status=USAGE,
        ) from None


def _told(report: Report) -> _Audited:
    return _Audited(
        holds=report.ok,
        unfinished=report.unfinished,
        log=report.origin,
        leaves=report.size,
        checkpoints=report.checkpoints,
        covered=report.covered,
        pruned=report.pruned,
        root=report.root.hex(),
        finding_count=report.finding_count,
        findings=[
            _Finding(fault=each.fault, at=each.at, detail=each.detail) for each in report.findings
        ],
    )
