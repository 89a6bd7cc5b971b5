"""What issuing a credential and verifying a presentation cost, beside their arithmetic alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.identity import accounts, wallet
from app.identity.credentials import issuing, key_binding, sd_jwt, verifying
from app.platform import clock
from app.registry.properties import Properties
from app.sandbox import personas
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.homes import DATABASES, TITLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.wallet import Held
    from app.platform.signing import Es256Signer
    from app.platform.world import World
    from benchmarks.homes import Database

_Thing = TypeVar("_Thing")

_PEOPLE: Final = 2_000
_CREDENTIALS: Final = 100
_KIND: Final = "residence"
_CLAIMS: Final = ("full_name", "permanent_residence")
_NONCE, _AUDIENCE = "n-0S6_WzA2Mj", "a-verifier"
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
_ISSUING, _VERIFYING = "issuing a credential", "verifying a presentation"
_SIGNING, _CHECKING = "its signature and hashes alone", "its signatures and hashes alone"
_US: Final = 1e6


@dataclass(frozen=True)
class _Holder:
    """Somebody with a document in the wallet, and the key of their phone."""

    account: Account
    held: Held
    signer: Es256Signer

    @property
    def jwk(self) -> dict[str, str]:
        """The public key that a credential is bound to."""
        return {name: self.signer.jwk[name] for name in ("kty", "crv", "x", "y")}


def run(bench: Bench) -> Iterator[Figure]:
    """Measure SQLite, then PostgreSQL."""
    for database in DATABASES:
        yield from _compared(bench, database)


def _compared(bench: Bench, database: Database) -> Iterator[Figure]:
    title, count = TITLES[database], bench.effort.many(_CREDENTIALS, least=5)
    people = bench.effort.many(_PEOPLE, least=1000)
    with bench.homes.with_world(database, people) as home, home.worlds() as worlds:
        world = worlds.open(worlds.settings.default_world)
        bench.say(f"{title}: filling wallets")
        holders = _holders(world, count)
        issued = _issued(world, holders)
        shown = [_shown(one, text) for one, text in zip(holders, issued, strict=True)]
        bench.say(f"{title}: issuing and verifying")
        measured = figures.interleaved(
            bench.effort.runs,
            {
                _ISSUING: lambda: _timed(lambda: _issued(world, holders), count),
                f"{_ISSUING}: {_SIGNING}": _each(issued, _sign(world)),
                _VERIFYING: lambda: _timed(lambda: _verified(world, shown), count),
                f"{_VERIFYING}: {_CHECKING}": _each(shown, _check(world)),
            },
        )
    for name, values in measured.items():
        yield Figure(name=f"{title}, {name}", values=values, unit="µs")
    for name, alone in ((_ISSUING, _SIGNING), (_VERIFYING, _CHECKING)):
        beside = measured[f"{name}: {alone}"]
        yield figures.ratio(f"{title}, {name} / {alone}", measured[name], beside)


def _holders(world: World, count: int) -> list[_Holder]:
    """Have people's residence integrated, as they would by their phones."""
    with world.session() as session:
        page = personas.search(
            session,
            Properties(age_from=18, state="alive"),
            personas.Documents(level=2),
            today=world.today,
            limit=count,
        )
    return world.writer.submit(
        lambda session: [_holder(session, world, each.person.id) for each in page.items]
    )


def _holder(session: Session, world: World, citizen_id: int) -> _Holder:
    account = accounts.of(session, citizen_id)
    if account is None:
        raise LookupError("who was found with an account has none")
    held = wallet.request(session, account, _KIND, None, world.today)
    return _Holder(account, held, issuing.phone_signer(session, world, account))


def _issued(world: World, holders: Sequence[_Holder]) -> list[str]:
    """Issue a credential to each holder, each in a transaction of its own."""
    now = clock.now()

    def issue(one: _Holder) -> str:
        return world.writer.submit(
            lambda session: issuing.issue(session, world, one.held, one.jwk, now)[1]
        )

    return [issue(one) for one in holders]


def _shown(one: _Holder, credential: str) -> str:
    chosen = sd_jwt.choose(credential, _CLAIMS)
    now = clock.epoch()
    return key_binding.bind(one.signer, chosen, nonce=_NONCE, audience=_AUDIENCE, now=now)


def _verified(world: World, shown: Sequence[str]) -> None:
    """Verify each presentation in a session of its own."""
    wanted = verifying.Wanted(kinds=[_KIND], claims=_CLAIMS, nonce=_NONCE, audience=_AUDIENCE)
    for text in shown:
        with world.session() as session:
            finding = verifying.verify(session, world, text, wanted, clock.now())
        if finding.failed is not None:
            raise AssertionError(f"a genuine presentation was refused: {finding.detail}")


def _sign(world: World) -> Callable[[str], None]:
    """Return what signs what was issued once more, and hashes its disclosures."""
    key = world.signer("credential").private_key

    def sign(text: str) -> None:
        parts = sd_jwt.split(text)
        key.sign(parts.jwt.rpartition(".")[0].encode(), _ECDSA)
        for disclosure in parts.disclosures:
            sha256(disclosure.encode()).digest()

    return sign


def _check(world: World) -> Callable[[str], None]:
    """Return what checks two signatures, as the issuer's and the holder's, and the hashes."""
    key = world.signer("credential").private_key
    signature, public = key.sign(b"", _ECDSA), key.public_key()

    def check(text: str) -> None:
        parts = sd_jwt.split(text)
        for _ in range(2):
            public.verify(signature, b"", _ECDSA)
        for hashed in (parts.bound, *parts.disclosures):
            sha256(hashed.encode()).digest()

    return check


def _timed(does: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    does()
    return (time.perf_counter() - began) / count * _US


def _each(things: Sequence[_Thing], does: Callable[[_Thing], object]) -> Callable[[], float]:
    """Return what does it to each thing, and says how many microseconds one takes."""

    def all_of_them() -> None:
        for thing in things:
            does(thing)

    return lambda: _timed(all_of_them, len(things))


BENCHMARK = Benchmark(
    name="credentials",
    title="A credential: issued, presented and verified",
    how="SD-JWT VCs of generated citizens' residence. Issuing writes the credential's row, in a"
    " transaction of its own; verifying is strict and whole: signature, disclosures, key binding,"
    " document, status of credential and account. Beside each are its signatures and hashes alone,"
    " in the same process.",
    run=run,
)
