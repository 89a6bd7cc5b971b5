"""A server's application over a world of the registry's country, and callers of it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app import main
from app.api.door import VERIFICATIONS
from app.exchange import access, credentials, tokens
from app.exchange.presets import preset
from app.identity import cards
from app.identity import models as identity
from app.platform import clock, founding, opening, sequences
from app.platform.worlds import Worlds, WorldSpec
from app.sandbox import population, touches
from app.sandbox import worlds as lives
from app.sectors.models import LandCertificate
from app.signin import access_tokens, levels, sign_ins
from app.signin.requests import Asked, AuthorizationRequest
from tests.api import holders
from tests.exchange import people
from tests.registry import country
from tests.support import ports
from tests.support.copies import copy

BASE = "http://127.0.0.1:8000"


ANCHOR = "api-anchor"
SPEC = WorldSpec(4, 10, "api", country.TODAY, "reserved")


def keep_start(worlds):
    """Keep the start of these tests' world, so that any number of worlds can be made of it."""
    with worlds.store.making() as draft:
        opening.migrate(draft.url)
        engine = create_engine(draft.url)
        with Session(engine) as session:
            founding.found(session, "unnamed", SPEC, parts=())
            country.add_reference(session)
            country.add_people(session)
            people.add(session)
            session.add(_card_of_an())
            session.add(_account_of_an())
            session.add(_house_of_an())
            holders.add(session)
            preset.install(session, SPEC.start_date)
            sequences.count_on(session, ["agency", "system", "access_grant"])
            touches.watch(session)
            session.commit()
        engine.dispose()
        draft.keep(population.key(SPEC))


def _card_of_an():
    """The one card of that country: Nguyễn Văn An's, so that there is a chip to read."""
    return identity.Card(
        citizen_id=country.AN,
        number=people.AN_PIN,
        form="2021",
        state="active",
        state_since=dt.date(2022, 3, 1),
        issued_on=dt.date(2022, 3, 1),
        issued_by="Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        expires_on=dt.date(2040, 5, 12),
        issue_reason="first",
    )


def serial_of_an(world):
    """Return the public number of that card."""
    with world.session() as session:
        [card] = cards.of_citizen(session, country.AN, world.today)
    return cards.serial(world, card)


def _account_of_an():
    """Nguyễn Văn An's eID account, of level 2 and in use."""
    return identity.Account(
        citizen_id=country.AN,
        level=2,
        state="active",
        state_since=dt.date(2025, 2, 3),
        collected_on=dt.date(2025, 2, 1),
        activated_on=dt.date(2025, 2, 3),
    )


def _house_of_an():
    """The certificate of the house in which An's family lives."""
    return LandCertificate(
        number="ZA 000001",
        house_id=country.HANG_BUN,
        holder_number=people.AN_PIN,
        kind="house",
        area=62,
        issued_on=dt.date(2016, 5, 2),
        state="valid",
    )


@pytest.fixture(scope="session")
def api_spec(worlds):
    """The spec of these tests' world."""
    if population.key(SPEC) not in worlds.store.kept():
        keep_start(worlds)
    if ANCHOR not in worlds.names():  # the start is kept while a world was made of it
        lives.create(worlds, ANCHOR, SPEC)
    return SPEC


@contextmanager
def served(settings, world, *, hot=None):
    """Give a client of a server whose default world is `world`, with another hot route if told.

    `hot` answers verifications, or is all hot routes by address.
    """
    app = main.create_app(settings.model_copy(update={"default_world": world.name}))
    if hot is not None:
        app._hot = hot if isinstance(hot, dict) else {**app._hot, VERIFICATIONS: hot.answer}
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def town(worlds, small_start):
    """A generated world with its personas."""
    with copy(worlds, small_start) as world:
        yield world


@pytest.fixture(scope="module")
def town_client(settings, town):
    """A client of a server whose default world is that one."""
    with served(settings, town) as opened:
        yield opened


def told(answer, status=200):
    """Return the JSON of an answer, which must have that status."""
    assert answer.status_code == status, answer.text
    return answer.json()


@dataclass(frozen=True)
class Live:
    """A server that listens on a port of this machine."""

    base: str
    operator_token: str
    settings: object

    def token_of(self, client_id):
        return issued(self.settings, self.settings.default_world, client_id)

    def person_token_of(self, client_id, scope=("openid", "public-services")):
        """An access token of Nguyễn Văn An, who has signed in at that system."""
        return signed_in(self.settings, self.settings.default_world, client_id, scope=scope)


@contextmanager
def live(settings, world):
    """Run a real server, whose default world is `world`, in a thread."""
    port = ports.free()
    own = settings.model_copy(update={"default_world": world.name, "port": port})
    app = main.create_app(own)
    server = uvicorn.Server(uvicorn.Config(app, **main.options(own)))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        door = getattr(app, "app", app)  # behind CORS where pages may call
        yield Live(f"http://127.0.0.1:{port}", door._server.operator_token, own)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def world(worlds, api_spec):
    """A world that this test alone has."""
    with copy(worlds, api_spec) as copied:
        yield copied


@pytest.fixture
def other_world(worlds, api_spec):
    """A second world of this test's own."""
    with copy(worlds, api_spec) as copied:
        yield copied


@pytest.fixture
def client(settings, world):
    """A client of a server whose default world is `world`."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_world(worlds, api_spec):
    """A world that the tests of a module share."""
    with copy(worlds, api_spec) as copied:
        yield copied


@pytest.fixture(scope="module")
def shared(settings, shared_world):
    """A client of a server whose default world is `shared_world`."""
    with served(settings, shared_world) as opened:
        yield opened


@pytest.fixture
def operator(client):
    """The operator's headers."""
    return as_operator(client)


def as_operator(client):
    """Return the headers of whoever has the operator's token of the client's server."""
    return {"Authorization": f"Bearer {client.app._server.operator_token}"}


#: A report that registers an adult whom nobody knew.
ADULT = {
    "name": "Trần Thị Thử Nghiệm",
    "sex": "F",
    "birth_date": "2001-02-03",
    "registration_place": {"unit": "01"},
}


def secret(world, client_id):
    """Return a system's first client secret."""
    return credentials.client_secret(world, client_id, 1)


def token(world, client_id):
    """Return an access token for any system of a server's default world."""
    settings = world._settings.model_copy(update={"default_world": world.name})
    return issued(settings, world.name, client_id)


def issued(settings, name, client_id):
    """Return an access token as a server of these settings issues it."""
    return all_issued(settings, name, [client_id])[client_id]


def citizen(world, client_id="vpcp", **said):
    """Return the headers of a portal for which Nguyễn Văn An, or another, has signed in."""
    settings = world._settings.model_copy(update={"default_world": world.name})
    said = {"scope": ("openid", "public-services"), **said}
    return {"Authorization": f"Bearer {signed_in(settings, world.name, client_id, **said)}"}


def all_issued(settings, name, client_ids):
    """Return an access token for each, as a server of these settings issues it."""
    worlds = Worlds(settings)
    try:
        as_default = worlds.open(name)
        callers = access.of(as_default).poll().callers
        return {
            client_id: tokens.issue(as_default, callers[client_id]).access_token
            for client_id in client_ids
        }
    finally:
        worlds.close_all()


def bearer(client, world, client_id="vietcombank-basic", prefix=""):
    """Return the headers of a caller that has asked for its token."""
    answer = client.post(
        f"{prefix}/oidc/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret(world, client_id)),
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def signed_in(settings, name, client_id, *, scope=("openid",), who=country.AN, level=2):
    """Return an access token of a person's (Nguyễn Văn An's) as a server issues it."""
    worlds = Worlds(settings)
    try:
        as_default = worlds.open(name)
        caller = access.of(as_default).poll().callers[client_id]
        now = clock.now()
        request = AuthorizationRequest(
            client_id=client_id, redirect_uri=None, scope=scope, asked=Asked()
        )
        new = sign_ins.New(
            flow="code", client_id=client_id, request=request, expires_at=now + dt.timedelta(1)
        )
        person = sign_ins.Person(
            citizen_id=who, auth_time=0, level=level, amr=("pin", "otp"), assurance=2
        )

        def job(session):
            sign_in_id, _ = sign_ins.begin(session, new, now=now)
            given = sign_ins.Given(fields=(), consent_id=None)
            assert sign_ins.agree(session, sign_in_id, person, given, now=now)
            assert sign_ins.give(session, sign_in_id)
            return sign_ins.find(session, sign_in_id)

        known = as_default.writer.submit(job)
        epoch = clock.epoch()
        claims = access_tokens.claims_for(as_default, caller, known, levels.ACR_OF[level], epoch)
        return access_tokens.signed(as_default, claims)
    finally:
        worlds.close_all()
