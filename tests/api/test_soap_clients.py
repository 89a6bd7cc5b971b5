"""A SOAP client that is not ours (zeep) does both operations over HTTP, from the WSDL alone."""

import base64
import hashlib
import json
import time

import pytest
import requests
import zeep
from requests.auth import AuthBase
from typer.testing import CliRunner
from zeep.transports import Transport

from app.api.soap_faults import ADDRESS
from app.cli.failing import DamagedError
from app.cli.program import app as program
from tests.api.conftest import live, secret
from tests.exchange import people


class HashedHeaders(AuthBase):
    """The headers of public client code, worked out without a line of ours."""

    def __init__(self, user, secret_):
        self.user, self.secret, self.last = user, secret_, 0

    def __call__(self, asked):
        if asked.method == "POST":
            self.last = max(int(time.time() * 1000), self.last + 1)  # noqa: TID251 - a client's own clock
            raw = f"{asked.url}{self.user}{self.last}{self.secret}"
            pair = f"{self.user}:{hashlib.sha256(raw.encode()).hexdigest()}"
            asked.headers["Timestamp"] = str(self.last)
            asked.headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
            asked.headers["X-Road-Client"] = "VN/GOV/H26/lgsp"
            asked.headers["ApiKey"] = "unused"
        return asked


@pytest.fixture(scope="module")
def server(settings, shared_world):
    with live(settings, shared_world) as running:
        yield running


@pytest.fixture(scope="module")
def client_of(server, shared_world):
    """A zeep client of a system, made from nothing but the WSDL's address and a secret."""
    sessions = []

    def make(client_id="ha-noi", prefix=""):
        session = requests.Session()
        session.trust_env = False
        session.auth = HashedHeaders(client_id, secret(shared_world, client_id))
        sessions.append(session)
        address = f"{server.base}{prefix}{ADDRESS}?wsdl"
        return zeep.Client(address, transport=Transport(session=session))

    yield make
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def client(client_of):
    return client_of()


@pytest.fixture(scope="module")
def dancu(settings, server, shared_world):
    """Runs the command beside the server."""
    environment = {
        "DANCU_HOME": str(settings.home),
        "DANCU_DATABASE_URL": settings.database_url or "",
        "DANCU_DEFAULT_WORLD": shared_world.name,
        "DANCU_SERVER": server.base,
    }
    runner = CliRunner()
    return lambda *arguments: runner.invoke(program, arguments, env=environment)


def asked(code, **said):
    return {
        "MaYeuCau": "YC-1",
        "MaDVC": "1.004222",
        "MaTichHop": code,
        "MaCanBo": "nv.an",
        "SoDinhDanh": people.AN_PIN,
        "HoVaTen": "NGUYỄN VĂN AN",
        "NgayThangNamSinh": {"NgayThangNam": "19800512"},
        **said,
    }


def test_it_looks_a_citizen_up(client):
    told = client.service.TraCuuThongTinCongDan(**asked("037"))
    [citizen] = told.CongDan
    assert (citizen.SoDinhDanh, citizen.HoVaTen.Ho, citizen.HoVaTen.Ten) == (
        people.AN_PIN,
        "Nguyễn",
        "An",
    )
    assert citizen.ThuongTru.MaTinhThanh == "01"
    assert citizen.VoChong.HoVaTen == "Đỗ Thị Bình"
    assert told.GhiChu.endswith("Simulated.")


def test_somebody_who_is_not_found_has_an_empty_name(client):
    told = client.service.TraCuuThongTinCongDan(**asked("037", SoDinhDanh=people.NOBODYS))
    [citizen] = told.CongDan
    assert citizen.SoDinhDanh is None
    assert citizen.HoVaTen is None or citizen.HoVaTen.Ten is None


def test_it_verifies_by_an_old_number_and_a_year(client):
    said = {"SoCMND": people.AN_OLD, "NgayThangNamSinh": {"Nam": "1980"}}
    question = {
        name: value for name, value in asked("003", **said).items() if name != "SoDinhDanh"
    }
    assert client.service.XacThucThongTinCongDan(**question) is True
    wrong = asked("003", HoVaTen="NGUYỄN VĂN ANH")
    assert client.service.XacThucThongTinCongDan(**wrong) is False


def test_a_refusal_is_an_exception_with_our_code(client, client_of):
    with pytest.raises(zeep.exceptions.Fault) as refused:
        client.service.TraCuuThongTinCongDan(**asked("037", MaCanBo=""))
    assert refused.value.code == "soapenv:Client"
    assert refused.value.detail.findtext("{*}problem/{*}code") == "officer-required"
    with pytest.raises(zeep.exceptions.Fault) as unknown:
        client_of("nobody").service.XacThucThongTinCongDan(**asked("003"))
    assert unknown.value.detail.findtext("{*}problem/{*}code") == "soap-credentials-invalid"


def test_another_worlds_wsdl_names_its_own_address(client_of, shared_world):
    prefix = f"/w/{shared_world.name}"
    client = client_of(prefix=prefix)
    assert client.service._binding_options["address"].endswith(f"{prefix}{ADDRESS}")
    assert client.service.XacThucThongTinCongDan(**asked("003")) is True


SUBJECT = (people.AN_PIN, "--name", "Nguyễn Văn An", "--birth-date", "1980-05-12")


def test_the_command_calls_as_existing_clients_do(dancu):
    officer = ("--officer", "nv.an", "--unit", "H26.21", "--procedure", "1.004222")
    called = dancu("soap", "call", "ha-noi", "look-up", *SUBJECT, *officer)
    assert called.exit_code == 0, called.output
    assert f"<CongDan><SoDinhDanh>{people.AN_PIN}" in called.output
    several = ("--purpose", "linked-procedures", "--json")
    told = json.loads(dancu("soap", "call", "bca", "verify", *SUBJECT, *several).output)
    assert "<TonTai>true</TonTai>" in told["envelope"]
    refused = dancu("soap", "call", "ha-noi", "look-up", *SUBJECT)
    assert isinstance(refused.exception, DamagedError)
    assert "<code>officer-required</code>" in refused.output


def test_the_commands_headers_and_envelope_are_made_to_be_sent(dancu, server):
    made = json.loads(dancu("soap", "headers", "ha-noi", "--json").output)
    assert made.keys() == {"Authorization", "Timestamp", "SOAPAction", "Content-Type"}
    assert 'SOAPAction: ""\n' in dancu("soap", "headers", "ha-noi").output
    body = dancu("soap", "request", "verify", *SUBJECT, "--request-code", "YC-1").output
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{server.base}{ADDRESS}", data=body.strip().encode(), headers=made)
    assert "<TonTai>true</TonTai>" in answer.text


@pytest.mark.parametrize(
    ("client_id", "code"),
    [("vietcombank-fapi", "client-without-secret"), ("nobody", "client-unknown")],
)
def test_who_has_no_secret_gets_no_headers(dancu, client_id, code):
    done = dancu("soap", "headers", client_id)
    assert done.exception.told.code == code
