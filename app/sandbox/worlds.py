"""The life of worlds: made, forked, reset, deleted, re-keyed.

Every new world is built where nobody finds it and gets its name in one step, so that a crash
leaves no half world. Secrets derive from seed and name while only this machine is meant
to reach the server, and from random bytes as soon as others are.
"""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.exchange import fresh_start as exchange_start
from app.exchange.log import checkpointing, checkpoints, keys, merkle
from app.exchange.log import store as log
from app.exchange.log.errors import VerificationError
from app.identity.chip import forgetting
from app.identity.credentials import forgetting as wallets
from app.platform import clock, errors, founding, names
from app.platform.progress import silent
from app.platform.stores.store import EXISTS
from app.platform.world import files_beside
from app.platform.worlds import World
from app.sandbox import faults, population, specs
from app.signin import fresh_start as signin_start

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from app.platform.progress import Progress
    from app.platform.stores.store import Draft
    from app.platform.worlds import Facts, Worlds, WorldSpec

NAME_INVALID = errors.declare(
    code="world-name-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Tên thế giới không hợp lệ",
    title_en="That cannot be a world's name",
    next_vi="Dùng 1 đến 40 ký tự a–z, 0–9 và dấu gạch nối, bắt đầu bằng chữ cái.",
    next_en="Use 1 to 40 of a–z, 0–9 and hyphens, starting with a letter.",
)


DEFAULT_STAYS = errors.declare(
    code="default-world-stays",
    kind="conflict",
    fault_of="caller",
    title_vi="Không xóa được thế giới mặc định khi máy chủ đang chạy",
    title_en="The default world cannot be deleted while it is served",
    next_vi="Đặt lại nó bằng POST …/reset, hoặc dừng máy chủ rồi dùng `dancu world delete`.",
    next_en="Reset it with POST …/reset, or stop the server and use `dancu world delete`.",
)


def create(
    worlds: Worlds,
    name: str,
    spec: WorldSpec,
    *,
    workers: int = 1,
    progress: Progress = silent,
) -> Facts:
    """Make a world of that name; the same spec gives the same world.

    `workers` is how many processes generate. Raises `world-exists`, `world-name-invalid` and
    `world-spec-invalid`.
    """
    check_free(worlds, name)
    specs.check(spec)
    worlds.store.sweep()
    with population.draft(worlds.store, spec, workers=workers, progress=progress) as draft:
        _begin(worlds, draft, _Beginning(name, secret=not worlds.settings.is_private))
        draft.publish(name)
    return worlds.open(name).facts


def fork(worlds: Worlds, name: str, new_name: str, *, progress: Progress = silent) -> Facts:
    """Make `new_name` a copy of world `name` as it is now, also while that is served.

    It has an id, an issuer, keys and a log of its own, whose first leaf cites the parent's
    checkpoint; what callers asked the parent stays with the parent.
    """
    check_free(worlds, new_name)
    parent = worlds.open(name)
    note = _checkpoint(parent)
    parent.refresh()
    facts = parent.facts
    progress("its rows", 0.0)
    with _copied(worlds, parent) as draft:
        progress("a log of its own", 0.9)
        secret = facts.secret is not None
        _begin(worlds, draft, _Beginning(new_name, secret=secret, parent=facts, note=note))
        draft.publish(new_name)
    progress("done", 1.0)
    return worlds.open(new_name).facts


def reset(worlds: Worlds, name: str, *, workers: int = 1, progress: Progress = silent) -> Facts:
    """Put world `name` back to its untouched start, as a new incarnation of the same spec.

    Keeps what an operator set on it: training, retention and whether its keys are random.
    """
    facts = worlds.open(name).facts
    store = worlds.store
    with population.draft(store, facts.spec, workers=workers, progress=progress) as draft:
        secret = facts.secret is not None
        _begin(worlds, draft, _Beginning(name, secret=secret, settings_of=facts))
        with store.lock(name):
            worlds.release(name)
            draft.replace(name)
            _forget_files(files_beside(worlds.settings.home, facts.id))
    return worlds.open(name).facts


def delete(worlds: Worlds, name: str) -> None:
    """Remove world `name`, everything in it and its files. Raises `world-unknown`."""
    files = worlds.files_of(name) if name in worlds.names() else None
    with worlds.store.lock(name):
        worlds.release(name)
        worlds.store.drop(name)
        if files is not None:
            _forget_files(files)
    population.discard_unused(worlds)


def configure(
    worlds: Worlds,
    name: str,
    *,
    training: bool | None = None,
    retention_days: int | None = None,
    log_retention_days: int | None = None,
) -> Facts:
    """Set on world `name` what is given; None leaves a setting as it is.

    Retention is in real days: of the bodies of requests, 0 for none, and of the leaves' text.
    Raises `retention-out-of-bounds`.
    """
    given = {
        "training": training,
        "retention_days": retention_days,
        "log_retention_days": log_retention_days,
    }
    changed = {setting: value for setting, value in given.items() if value is not None}
    world = worlds.open(name)
    if changed:
        world.writer.submit(partial(founding.configure, values=changed))
        world.refresh()
    return world.facts


def rekey(worlds: Worlds, name: str) -> Facts:
    """Give world `name` keys and credentials that nobody can derive: all of the old ones end.

    Its log's checkpoints are signed anew at once, unless the log is damaged.
    """
    world = worlds.open(name, to_rekey=True)
    world.writer.submit(founding.rekey)
    world.refresh()
    with suppress(VerificationError, LookupError):  # an audit tells, and a server raises the alarm
        world.writer.submit(lambda session: checkpointing.make(session, world, now=clock.now()))
    return world.facts


def rotate_keys(worlds: Worlds, name: str) -> Facts:
    """Let world `name` sign with its next keys; what the present ones signed stays accepted."""
    world = worlds.open(name)
    world.writer.submit(founding.rotate)
    world.refresh()
    return world.facts


def ensure_default(
    worlds: Worlds, spec: WorldSpec, *, workers: int = 1, progress: Progress = silent
) -> Facts:
    """Return the default world, made of `spec` if there is none yet."""
    name = worlds.settings.default_world
    worlds.store.sweep()
    if name not in worlds.names():
        try:
            return create(worlds, name, spec, workers=workers, progress=progress)
        except errors.ConflictError as error:
            if error.problem is not EXISTS:
                raise  # else another process was quicker
    return worlds.open(name).facts


def _forget_files(folder: Path) -> None:
    """Remove what an incarnation that is no more kept besides its database."""
    shutil.rmtree(folder, ignore_errors=True)


def check_free(worlds: Worlds, name: str) -> None:
    """Say early what `publish` would only say when all the work is done."""
    if not names.is_valid(name):
        raise NAME_INVALID.error(params=(errors.InvalidParam("name", names.RULE, names.RULE_VI),))
    if name in worlds.names():
        raise EXISTS.error(f"world {name}")


def _checkpoint(parent: World) -> str:
    """Return the parent's checkpoint over its whole log, also when that is empty."""
    now = clock.now()

    def latest(session: Session) -> str:
        made = checkpointing.make(session, parent, now=now)
        return made or checkpointing.latest(session) or _empty_checkpoint(parent, now)

    return parent.writer.submit(latest)


def _empty_checkpoint(parent: World, now: dt.datetime) -> str:
    log_key, witness_key = keys.log_key(parent), keys.witness_key(parent)
    head = checkpoints.Checkpoint(log_key.name, 0, merkle.EMPTY_ROOT)
    signed = checkpoints.sign(head, log_key)
    timestamp = int(now.timestamp())
    return str(checkpoints.cosign(signed, witness_key, seen=None, path=[], timestamp=timestamp))


@contextmanager
def _copied(worlds: Worlds, parent: World) -> Iterator[Draft]:
    """Give a copy of the parent: of its kept start if it is still that, else of itself."""
    if worlds.store.dialect == "postgresql" and parent.facts.untouched:
        with worlds.store.copying_kept(population.key(parent.spec)) as draft:
            if draft is not None:
                yield draft
                return
    with worlds.store.copying(parent.name) as draft:
        yield draft


@dataclass(frozen=True)
class _Beginning:
    """As what an incarnation begins."""

    name: str
    secret: bool
    parent: Facts | None = None
    note: str | None = None
    settings_of: Facts | None = None


def _begin(worlds: Worlds, draft: Draft, beginning: _Beginning) -> None:
    """Make the draft an incarnation of its own, with an empty log and nothing asked of it yet."""
    with _session(draft) as session:
        founding.begin_again(session, beginning.name, secret=beginning.secret)
        if beginning.parent is not None and beginning.note is not None:
            founding.descend(session, beginning.parent, beginning.note)
        if beginning.settings_of is not None:
            founding.keep_settings(session, beginning.settings_of)
        signin_start.begin(session)
        exchange_start.begin(session)
        forgetting.begin_again(session)
        wallets.begin_again(session)
        faults.clear_all(session, now=clock.now())
        session.commit()
    with closing(World(draft.url, worlds.settings)) as world:

        def begin(session: Session) -> None:
            now = clock.now()
            log.begin(session, world, now=now, today=world.today, parent_note=beginning.note)
            checkpointing.make(session, world, now=now)  # it may be long until it is served

        world.writer.submit(begin)


@contextmanager
def _session(draft: Draft) -> Iterator[Session]:
    engine = create_engine(draft.url, poolclass=NullPool)
    with Session(engine) as session:
        yield session
