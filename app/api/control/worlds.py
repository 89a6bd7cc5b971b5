"""`/control/v1/worlds`: worlds made, forked, reset, filled, re-keyed and deleted."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Response
from fastapi import Path as PathParameter
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.calls import Call
from app.api.control.maker import Making
from app.api.control.operators import NAME, OF_SERVER
from app.api.dependencies import CallDep, ServerDep
from app.api.server import Server
from app.platform import names
from app.platform.founding import BOUNDS
from app.platform.stores import store as stores
from app.platform.worlds import Facts, WorldSpec
from app.sandbox import filling, making, operator
from app.sandbox import worlds as lives

router = APIRouter(prefix="/control/v1/worlds", tags=["control"], dependencies=[OF_SERVER])


WorldName = Annotated[str, PathParameter(pattern=f"^{names.PATTERN}$")]


class NewWorld(schemas.Strict):
    """A world to make: the same five (version included) give the same world."""

    name: str = Field(pattern=f"^{names.PATTERN}$")
    seed: int = Field(1, ge=0, le=schemas.LARGEST)
    size: int = Field(50_000, ge=1, le=10_000_000, description="Citizens.")
    generator_version: schemas.Maybe[str] = Field(None, max_length=20)
    start_date: schemas.Day = dt.date(2026, 1, 1)
    pin_style: Literal["reserved", "realistic"] = "reserved"


class NewName(schemas.Strict):
    """The name of the world that a fork becomes."""

    name: str = Field(pattern=f"^{names.PATTERN}$")


class WorldSettings(schemas.Strict):
    """What an operator sets on a world; what is left out stays."""

    training: schemas.Maybe[bool] = Field(None, description="`explain` is answered.")
    retention_days: schemas.Maybe[int] = Field(
        None,
        ge=BOUNDS["retention_days"][0],
        le=BOUNDS["retention_days"][-1],
        description="Days for which bodies of requests are kept.",
    )
    log_retention_days: schemas.Maybe[int] = Field(
        None,
        ge=BOUNDS["log_retention_days"][0],
        le=BOUNDS["log_retention_days"][-1],
        description="Days for which leaves keep their text.",
    )


class WorldView(msgspec.Struct, frozen=True, kw_only=True):
    """A world. While it is being made only `name`, `state`, `what` and `done` (0 to 1) are there.

    `failed` says the code of the problem that its making ended with.
    """

    name: str
    state: Literal["ready", "making", "failed"]
    what: str | None = None
    done: float | None = None
    failed: str | None = None
    id: str | None = None
    issuer: str | None = None
    seed: int | None = None
    size: int | None = None
    generator_version: str | None = None
    start_date: dt.date | None = None
    pin_style: str | None = None
    today: dt.date | None = None
    created_at: dt.datetime | None = None
    parent: str | None = None
    training: bool | None = None
    retention_days: int | None = None
    log_retention_days: int | None = None
    simulated: bool = True


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that were added; none if the world had all of them."""

    added: list[str]
    simulated: bool = True


class OperatorToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token for this incarnation of this world only; it works under the world's own prefix."""

    world: str
    token: str


_VIEW = answers.of(WorldView)
_MADE = answers.of(WorldView, status=201, description="Made")
_BEGUN = answers.of(WorldView, status=202, description="Being made: poll the address in Location")
_Async = Annotated[
    str | None,
    Header(alias="Prefer", description="`respond-async`: do not wait for the end (RFC 7240)."),
]


@router.get("", responses={**problems.documented(401, 403), **answers.of(list[WorldView])})
def list_worlds(server: ServerDep) -> Response:
    """List all worlds, those in the making too."""
    views = {facts.name: _view(server, facts) for facts in server.worlds.list()}
    for making_ in server.makings.unfinished():
        views[making_.name] = _unfinished(making_)
    return answers.json([views[name] for name in sorted(views)])


@router.post(
    "", status_code=201, responses={**problems.documented(401, 403, 409), **_MADE, **_BEGUN}
)
def create_world(
    call: CallDep, server: ServerDep, asked: NewWorld, prefer: _Async = None
) -> Response:
    """Make a world: 201 when it is ready, or with `Prefer: respond-async` 202 at once.

    It is made in a process of its own, so that the server goes on answering.
    """
    spec = WorldSpec(
        seed=asked.seed,
        size=asked.size,
        generator_version=asked.generator_version or making.generator_version(),
        start_date=asked.start_date,
        pin_style=asked.pin_style,
    )

    def make() -> Response:
        if asked.name in server.worlds.names():  # the maker would say so, a second later
            raise stores.EXISTS.error(f"world {asked.name}")
        return _make(call, server, asked.name, spec, prefer)

    return writes.long(call, NAME, server.worlds, make)


@router.get("/{name}", responses={**problems.documented(401, 403), **_VIEW})
def show_world(server: ServerDep, name: WorldName) -> Response:
    """Show a world, or how far its making is."""
    making_ = server.makings.find(name)
    if making_ is not None and (not making_.news.ended or name not in server.worlds.names()):
        # Under way; or failed, and there is nothing else to show.
        return answers.json(_unfinished(making_))
    return answers.json(_view(server, server.worlds.open(name).facts))


@router.patch("/{name}", responses={**problems.documented(401, 403), **_VIEW})
def set_world(server: ServerDep, name: WorldName, asked: WorldSettings) -> Response:
    """Set what an operator may set on a world; what is left out stays."""
    facts = lives.configure(
        server.worlds,
        name,
        training=asked.training,
        retention_days=asked.retention_days,
        log_retention_days=asked.log_retention_days,
    )
    return answers.json(_view(server, facts))


@router.delete("/{name}", status_code=204, responses=problems.documented(401, 403, 409))
def delete_world(server: ServerDep, name: WorldName) -> Response:
    """Delete a world and everything in it, for good."""
    if name == server.settings.default_world:
        raise lives.DEFAULT_STAYS.error()
    lives.delete(server.worlds, name)
    return Response(status_code=204)


@router.post(
    "/{name}/fork", status_code=201, responses={**problems.documented(401, 403, 409), **_MADE}
)
def fork_world(call: CallDep, server: ServerDep, name: WorldName, asked: NewName) -> Response:
    """Copy a world as it is now, also while it is served: own id, issuer, keys and log."""

    def fork() -> Response:
        facts = lives.fork(server.worlds, name, asked.name)
        return _made(server, facts)

    return writes.long(call, NAME, server.worlds, fork)


@router.post("/{name}/reset", responses={**problems.documented(401, 403, 409), **_VIEW, **_BEGUN})
def reset_world(
    call: CallDep, server: ServerDep, name: WorldName, prefer: _Async = None
) -> Response:
    """Put a world back to its untouched start, as a new incarnation of the same five."""

    def reset() -> Response:
        server.worlds.open(name)  # unknown worlds are told at once
        return _make(call, server, name, None, prefer)

    return writes.long(call, NAME, server.worlds, reset)


@router.post(
    "/{name}/fill", responses={**problems.documented(401, 403, 409), **answers.of(Filled)}
)
def fill_world(call: CallDep, server: ServerDep, name: WorldName) -> Response:
    """Give a world what a later version generates; what is there stays as it is."""
    worlds = server.worlds
    return writes.long(
        call, NAME, worlds, lambda: answers.json(Filled(added=filling.fill(worlds, name)))
    )


@router.post("/{name}/rekey", responses={**problems.documented(401, 403, 409), **_VIEW})
def rekey_world(call: CallDep, server: ServerDep, name: WorldName) -> Response:
    """Give a world keys and credentials that nobody can derive: all of the old ones end."""
    worlds = server.worlds
    return writes.long(
        call, NAME, worlds, lambda: answers.json(_view(server, lives.rekey(worlds, name)))
    )


@router.post("/{name}/rotate-keys", responses={**problems.documented(401, 403, 409), **_VIEW})
def rotate_world_keys(call: CallDep, server: ServerDep, name: WorldName) -> Response:
    """Let a world sign with its next keys; what the present ones signed stays accepted."""
    worlds = server.worlds
    return writes.long(
        call, NAME, worlds, lambda: answers.json(_view(server, lives.rotate_keys(worlds, name)))
    )


@router.post(
    "/{name}/token", responses={**problems.documented(401, 403, 409), **answers.of(OperatorToken)}
)
def world_token(call: CallDep, server: ServerDep, name: WorldName) -> Response:
    """Give the operator's token for this one world: it ends with the world's incarnation."""
    facts = server.worlds.open(name).facts
    token = operator.world_token(server.operator_token, facts.id)
    return writes.answered(call, NAME, answers.json(OperatorToken(world=name, token=token)))


def _make(
    call: Call, server: Server, name: str, spec: WorldSpec | None, prefer: str | None
) -> Response:
    if prefer is not None and "respond-async" in prefer:
        headers = {"Location": _address(server, name), "Preference-Applied": "respond-async"}
        view = WorldView(name=name, state="making", what="", done=0.0)
        begun = answers.json(view, status=202, headers=headers)
        # A reset of the world in the address takes the key with it: it is kept in the new one.
        server.makings.start(name, spec, lambda: writes.settle(call, NAME, server.worlds, begun))
        return begun
    making_ = server.makings.start(name, spec)
    making_.wait()
    facts = server.worlds.open(name).facts
    return answers.json(_view(server, facts)) if spec is None else _made(server, facts)


def _made(server: Server, facts: Facts) -> Response:
    headers = {"Location": _address(server, facts.name)}
    return answers.json(_view(server, facts), status=201, headers=headers)


def _address(server: Server, name: str) -> str:
    return f"{server.settings.issuer_base}/control/v1/worlds/{name}"


def _unfinished(making_: Making) -> WorldView:
    news = making_.news
    return WorldView(
        name=making_.name,
        state="failed" if news.ended else "making",
        what=news.what,
        done=news.done,
        failed=news.code,
    )


def _view(server: Server, facts: Facts) -> WorldView:
    spec = facts.spec
    base = server.settings.issuer_base
    is_default = facts.name == server.settings.default_world
    return WorldView(
        name=facts.name,
        state="ready",
        id=facts.id,
        issuer=base if is_default else f"{base}/w/{facts.name}",
        seed=spec.seed,
        size=spec.size,
        generator_version=spec.generator_version,
        start_date=spec.start_date,
        pin_style=spec.pin_style,
        today=facts.today,
        created_at=facts.created_at,
        parent=facts.parent_name,
        training=facts.training,
        retention_days=facts.retention_days,
        log_retention_days=facts.log_retention_days,
    )
