"""`/v1/log/…`: checkpoints, proofs and a caller's own leaves of the disclosure log.

Hashes of leaves, their proofs and checkpoints are for everybody: they tell nothing of anyone. A
leaf's text, and how many people it stands for and their entries, are for the agency that asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange.log import checkpointing, keys, leaves, proving
from app.platform import errors

if TYPE_CHECKING:
    from app.exchange.callers import Caller

router = APIRouter(tags=["log"])

NO_CHECKPOINT = errors.declare(
    code="log-checkpoint-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có điểm kiểm tra này",
    title_en="There is no such checkpoint",
    next_vi="Điểm đầu tiên có một giây sau trao đổi đầu tiên; bỏ size để lấy điểm mới nhất.",
    next_en="The first is made a second after the first exchange; leave size out for the latest.",
)
LEAF_NOT_YOURS = errors.declare(
    code="log-leaf-not-yours",
    kind="forbidden",
    fault_of="caller",
    title_vi="Lá này là của cơ quan khác",
    title_en="The leaf is another agency's",
    next_vi="Chỉ đọc được lá của cơ quan mình; GET /v1/log/hashes cho mã băm của mọi lá.",
    next_en="Read your own agency's leaves; GET /v1/log/hashes gives the hash of every leaf.",
)
LEAF_PRUNED = errors.declare(
    code="log-leaf-pruned",
    kind="not_found",
    fault_of="caller",
    title_vi="Nội dung của lá này đã hết hạn lưu giữ",
    title_en="The retention of the leaf's text has ended",
    next_vi="Mã băm và bằng chứng của lá vẫn còn: GET /v1/log/leaves/{seq}/proof.",
    next_en="The leaf's hash and proof remain: GET /v1/log/leaves/{seq}/proof.",
)
#: Leaf hashes on one page.
MOST_HASHES = 1_000
#: Entries on one page; each brings its proof along.
MOST_ENTRIES = 100

Seq = Annotated[int, Path(ge=0, le=schemas.LARGEST)]


class SizeQuery(schemas.Query):
    """Which checkpoint."""

    size: int | None = Field(None, ge=1, le=schemas.LARGEST, description="Unset: the latest.")


class InclusionQuery(schemas.Query):
    """Which leaf, in which tree."""

    seq: int = Field(ge=0, le=schemas.LARGEST)
    size: int | None = Field(
        None, ge=1, le=schemas.LARGEST, description="Leaves of the tree; today's if left out."
    )


class ConsistencyQuery(schemas.Query):
    """Which two trees."""

    old: int = Field(ge=0, le=schemas.LARGEST)
    new: int | None = Field(
        None, ge=0, le=schemas.LARGEST, description="Today's tree if left out."
    )


class HashesQuery(schemas.Query):
    """From which leaf on, and how many."""

    first: int = Field(0, ge=0, le=schemas.LARGEST)
    count: int = Field(MOST_HASHES, ge=1, le=MOST_HASHES)


class EntriesQuery(schemas.Query):
    """From which person of the batch on, and how many."""

    first: int = Field(0, ge=0, le=schemas.LARGEST)
    count: int = Field(MOST_ENTRIES, ge=1, le=MOST_ENTRIES)


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """Leaf `seq` is in the tree of `size` leaves (RFC 9162 §2.1.3). Hashes are in hex."""

    log: str
    seq: int
    size: int
    leaf_hash: str
    path: list[str]
    root: str


class EntryInclusion(msgspec.Struct, frozen=True, kw_only=True):
    """One person's entry: `text` is what `entry_hash` is over, `path` leads to the root."""

    position: int
    text: str | None
    entry_hash: str
    path: list[str]


class EntryInclusions(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of the batch that leaf `seq` stands for, whose text states `count` and `root`."""

    log: str
    seq: int
    count: int
    root: str
    entries: list[EntryInclusion]
    simulated: bool = True


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of `new` leaves extends that of `old` leaves (RFC 9162 §2.1.4)."""

    log: str
    old: int
    new: int
    path: list[str]
    old_root: str
    new_root: str


class LeafView(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf: `text` is what `hash` is over; None once its retention has ended."""

    log: str
    seq: int
    hash: str
    text: str | None
    simulated: bool = True


class Hashes(msgspec.Struct, frozen=True, kw_only=True):
    """Leaf hashes in order, the first that of leaf `first`; and how many leaves there are."""

    log: str
    first: int
    size: int
    hashes: list[str]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs: verifier keys in C2SP's form. `origin` is the first line of every checkpoint."""

    origin: str
    log: str
    inspectorate: str
    receipts: str


@router.get("/v1/log/checkpoint", response_class=PlainTextResponse)
def checkpoint(call: CallDep, asked: Annotated[SizeQuery, Query()]) -> PlainTextResponse:
    """Give a checkpoint: a C2SP signed note by the log, cosigned by the inspectorate."""
    with call.world.session() as session:
        if asked.size is None:
            note = checkpointing.latest(session)
        else:
            note = checkpointing.at(session, asked.size)
    if note is None:
        raise NO_CHECKPOINT.error()
    return PlainTextResponse(note)


@router.get("/v1/log/keys", responses=answers.of(Keys))
def log_keys(call: CallDep) -> Response:
    """Give the keys that check checkpoints, and where those of receipts are."""
    world = call.world
    return answers.json(
        Keys(
            origin=keys.origin(world),
            log=str(keys.log_key(world).verifier),
            inspectorate=str(keys.witness_key(world).verifier),
            receipts=f"{world.issuer}/oidc/jwks",
        )
    )


@router.get("/v1/log/proofs/inclusion", responses=answers.of(Inclusion))
def inclusion(call: CallDep, asked: Annotated[InclusionQuery, Query()]) -> Response:
    """Prove that a leaf is in a tree, by its audit path."""
    with call.world.session() as session:
        size = proving.size(session) if asked.size is None else asked.size
        proof = proving.inclusion(session, asked.seq, size)
    return answers.json(
        Inclusion(
            log=keys.origin(call.world),
            seq=proof.seq,
            size=proof.size,
            leaf_hash=proof.leaf_hash.hex(),
            path=[node.hex() for node in proof.path],
            root=proof.root.hex(),
        )
    )


@router.get("/v1/log/proofs/consistency", responses=answers.of(Consistency))
def consistency(call: CallDep, asked: Annotated[ConsistencyQuery, Query()]) -> Response:
    """Prove that the log only grew between two sizes."""
    with call.world.session() as session:
        new = proving.size(session) if asked.new is None else asked.new
        proof = proving.consistency(session, asked.old, new)
    return answers.json(
        Consistency(
            log=keys.origin(call.world),
            old=proof.old,
            new=proof.new,
            path=[node.hex() for node in proof.path],
            old_root=proof.old_root.hex(),
            new_root=proof.new_root.hex(),
        )
    )


@router.get("/v1/log/hashes", responses=answers.of(Hashes))
def hashes(call: CallDep, asked: Annotated[HashesQuery, Query()]) -> Response:
    """Give the hashes of leaves, page by page: what the log publishes of all of them."""
    with call.world.session() as session:
        size = proving.size(session)
        found = proving.hashes(session, asked.first, asked.count)
    return answers.json(
        Hashes(
            log=keys.origin(call.world),
            first=asked.first,
            size=size,
            hashes=[bytes(each).hex() for each in found],
        )
    )


@router.get(
    "/v1/log/leaves/{seq}", responses={**problems.documented(401, 403), **answers.of(LeafView)}
)
def leaf(call: CallDep, caller: CallerDep, seq: Seq) -> Response:
    """Give a leaf of the caller's own agency, whole."""
    with call.world.session() as session:
        text = proving.text(session, seq)
        [hashed] = proving.hashes(session, seq, 1)
    if text is not None:
        _check_own(caller, text)
    return answers.json(
        LeafView(log=keys.origin(call.world), seq=seq, hash=bytes(hashed).hex(), text=text)
    )


@router.get(
    "/v1/log/leaves/{seq}/proof",
    response_class=PlainTextResponse,
)
def leaf_proof(call: CallDep, seq: Seq) -> PlainTextResponse:
    """Give one text that proves a leaf up to a checkpoint (c2sp.org/tlog-proof)."""
    with call.world.session() as session:
        return PlainTextResponse(proving.tlog_proof(session, seq))


@router.get(
    "/v1/log/leaves/{seq}/entries",
    responses={**problems.documented(401, 403), **answers.of(EntryInclusions)},
)
def entries(
    call: CallDep, caller: CallerDep, seq: Seq, asked: Annotated[EntriesQuery, Query()]
) -> Response:
    """Give people's entries of a batch or page of the caller's own agency, each with its proof."""
    with call.world.session() as session:
        text = proving.text(session, seq)
        if text is None:
            raise LEAF_PRUNED.error()
        _check_own(caller, text)
        proved = proving.entries(session, seq, asked.first, asked.count)
    return answers.json(
        EntryInclusions(
            log=keys.origin(call.world),
            seq=proved.seq,
            count=proved.count,
            root=proved.root.hex(),
            entries=[
                EntryInclusion(
                    position=each.position,
                    text=each.text,
                    entry_hash=each.entry_hash.hex(),
                    path=[node.hex() for node in each.path],
                )
                for each in proved.entries
            ],
        )
    )


def _check_own(caller: Caller, text: str) -> None:
    if leaves.parse(text).agency != caller.agency_code:
        raise LEAF_NOT_YOURS.error()
