"""Making a world's untouched start: schema, population, agencies and personas, in a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.exchange.presets import preset
from app.platform import errors, founding, opening, sequences
from app.sandbox import filling, specs, tables, touches
from app.sandbox.models import Persona

if TYPE_CHECKING:
    from sqlalchemy import URL

    from app.platform.progress import Progress
    from app.platform.worlds import WorldSpec

#: The name under which a draft is founded; it gets its own when an incarnation begins.
UNNAMED = "unnamed"

VERSION_UNKNOWN = errors.declare(
    code="generator-version-unknown",
    kind="conflict",
    fault_of="caller",
    title_vi="Phiên bản này không sinh lại được dân cư của thế giới đó",
    title_en="This dancu cannot generate that world's population",
    next_vi="Dùng phiên bản dancu đã tạo ra thế giới, hoặc tạo thế giới mới.",
    next_en="Use the dancu that made the world, or make a new world.",
)


def generator_version() -> str:
    """Return the version of the generator that this code has."""
    from seed.version import VERSION  # noqa: PLC0415 - see `make`

    return VERSION


def make(url: URL, spec: WorldSpec, *, workers: int, progress: Progress) -> None:
    """Fill the empty database at `url` with everything a world of this spec starts with.

    Raises `generator-version-unknown` for a version that this code does not generate, and
    `world-spec-invalid`.
    """
    from seed import generate  # noqa: PLC0415 - numpy and the tables, only where worlds are made

    ours = generator_version()
    if spec.generator_version != ours:
        raise VERSION_UNKNOWN.error(f"version {spec.generator_version}; this one is {ours}")
    specs.check(spec)
    manifest = generate.make(
        spec, url, workers=workers, progress=progress, prepare=lambda: opening.migrate(url)
    )
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        founding.found(session, UNNAMED, spec, parts=filling.names())
        preset.install(session, spec.start_date)
        session.execute(insert(Persona), [persona._asdict() for persona in manifest.personas])
        sequences.count_on(session, tables.names())
        touches.watch(session)
        session.commit()
