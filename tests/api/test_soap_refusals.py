"""What the SOAP façade refuses: who may not call it, or not for that, and what is no request."""

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.api import soap_faults
from app.exchange import access
from app.exchange.models import System
from tests.api.soap_calls import (
    AN,
    PROVINCE,
    envelope,
    found,
    leaves,
    logged,
    post,
    problem,
    request,
    stamp,
    verification,
)
from tests.exchange import people

RECORD = "c:CongdanCollection/c:CongDan"


@pytest.fixture
def ask(shared, shared_world):
    """Send a request in the world that these tests share."""
    return lambda *said, **more: post(shared, shared_world, *said, **more)


# --- who is let in ------------------------------------------------------------------------------


def test_credentials_are_used_once(ask):
    when = stamp()
    assert ask(verification(**AN), timestamp=when).status_code == 200
    again = ask(verification(**AN), timestamp=when)
    assert again.status_code == 401
    assert again.headers["www-authenticate"] == 'Basic realm="dancu"'
    assert problem(again)[:2] == ("Client", "soap-credentials-used")


@pytest.mark.parametrize("off", [-301_500, 360_000])
def test_an_old_or_early_timestamp_is_refused(ask, off):
    answer = ask(verification(**AN), timestamp=stamp(off))
    assert (answer.status_code, problem(answer)[1]) == (401, "soap-timestamp-outside")


def test_without_credentials_nothing_is_read(shared):
    answer = shared.post(soap_faults.ADDRESS, content=b"<a><b></a>")
    assert (answer.status_code, problem(answer)[1]) == (401, "soap-credentials-missing")
    said = answer.headers["www-authenticate"], problem(answer)[0]
    assert said == ('Basic realm="dancu"', "Client")


def test_the_hash_may_be_over_the_address_with_its_query(ask):
    address = f"{soap_faults.ADDRESS}?purpose=administrative-procedure"
    answer = ask(verification(**AN), address=address)
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true"


# --- what for -----------------------------------------------------------------------------------


def test_an_agency_of_several_purposes_names_one_in_the_address(ask):
    told = problem(ask(request(**AN), client_id="bca"))
    assert told[1] == "soap-purpose-ambiguous"
    assert "linked-procedures" in told[2]
    address = f"{soap_faults.ADDRESS}?purpose=linked-procedures"
    answer = ask(request(**AN), client_id="bca", address=address)
    assert found(answer, f"{RECORD}/c:SoDinhDanh") == people.AN_PIN


@pytest.mark.parametrize("query", ["purpose=No%20Such", "purpose=a&purpose=b", "purpose=", "x=1"])
def test_a_purpose_is_named_once_and_by_its_name(ask, query):
    address = f"{soap_faults.ADDRESS}?{query}"
    assert problem(ask(request(**AN), address=address))[1] == "invalid-request"


@pytest.mark.parametrize(
    ("client_id", "said", "code"),
    [
        (PROVINCE, {"MaCanBo": ""}, "officer-required"),
        ("viettel", {}, "consent-required"),
        ("viettel", {"query": "?purpose=data-cleansing"}, "purpose-not-allowed"),
        ("mcredit", {}, "purpose-not-allowed"),
    ],
)
def test_refusals_are_the_gates_and_have_their_leaf(ask, shared_world, client_id, said, code):
    said = dict(said)
    address = soap_faults.ADDRESS + said.pop("query", "")
    before = leaves(shared_world)
    answer = ask(request(**AN, **said), client_id=client_id, address=address)
    assert problem(answer)[:2] == ("Client", code)
    assert leaves(shared_world) == before + 1
    assert logged(shared_world, answer.headers["x-request-id"]).problem_code == code


def test_too_many_guesses_end_both_operations_and_say_so(client, world):
    wrong = AN | {"born": "19800513"}
    answers = [post(client, world, verification(**wrong)) for _ in range(11)]
    assert [each.status_code for each in answers[:10]] == [200] * 10
    assert (answers[10].status_code, problem(answers[10])[1]) == (429, "too-many-guesses")
    assert problem(post(client, world, request(**AN)))[1] == "too-many-guesses"


def test_a_system_without_any_grant_is_refused_by_the_gate(client, world):
    def job(session):
        session.execute(
            update(System).where(System.client_id == "viettel").values(state="requested")
        )
        access.touch(session)

    world.writer.submit(job)
    access.of(world).poll()
    assert problem(post(client, world, request(**AN), client_id="viettel"))[1] == "not-connected"


def test_a_system_whose_answers_are_always_sealed_is_told_that_xml_is_not(client, world):
    operator = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    key = {"kty": "EC", "crv": "P-256", "use": "enc", "kid": "k", "alg": "ECDH-ES+A256KW"}
    point = {
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }
    told = client.put(
        f"/control/v1/agencies/systems/{PROVINCE}/sealing",
        json={"keys": [key | point], "always": True},
        headers=operator,
    )
    assert told.status_code == 200, told.text
    before = leaves(world)
    assert problem(post(client, world, request(**AN)))[1] == "xml-not-sealed"
    assert leaves(world) == before


# --- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inner", "named"),
    [
        (request(**AN, MaYeuCau=None), "MaDVC stands where MaYeuCau should"),
        (request(**AN, MaYeuCau=""), "MaYeuCau is empty"),
        (request(**AN, MaYeuCau="x" * 41), "MaYeuCau has 40 letters at most"),
        (request(**AN, MaCanBo="x" * 21), "MaCanBo has 20 letters at most"),
        (request(**AN, MaDonVi="x" * 36), "MaDonVi has 35 letters at most"),
        (request(**AN, MaTichHop="003"), "MaTichHop is 037 here"),
        (request(**AN | {"name": "Nguyễn Văn An"}), "HoVaTen has to be in capitals"),
        (request(**AN | {"name": ""}), "HoVaTen has to be in capitals"),
        (request(**AN | {"name": "A" * 101}), "HoVaTen has 100 letters at most"),
        (request(**AN | {"number": "12345678"}), "SoCMND has to be [0-9]{9}"),
        (request(**AN | {"number": "93608000000x"}), "SoDinhDanh has to be [0-9]{12}"),
        (request(**AN, SoCMND="162000001"), "SoCMND stands where nothing more should"),
        (request(**AN | {"born": "19800231"}), "NgayThangNamSinh is no day of the calendar"),
        (request(**AN | {"born": "198005"}), "Nam has 4 letters at most"),
        (request(**AN, NgayThangNamSinh=""), "NgayThangNam is missing"),
        (
            request(**AN, NgayThangNamSinh="<dan:Nam>1980</dan:Nam><dan:Nam>1980</dan:Nam>"),
            "Nam stands where nothing more should",
        ),
        (request(**AN, SoDinhDanh=None), "HoVaTen stands where SoDinhDanh or SoCMND should"),
        (request(**AN, NgayThangNamSinh=None), "NgayThangNamSinh is missing"),
        (request(**AN, Loai="1"), "Loai stands where nothing more should"),
        (request(**AN, MaDVC="<dan:x/>"), "MaDVC holds elements"),
        (request(**AN).replace("<dan:MaDVC>", '<dan:MaDVC a="1">'), "MaDVC has an attribute"),
        (
            request(**AN).replace("</dan:MaDVC>", "</dan:MaDVC>x"),
            "holds text between its elements",
        ),
        (request(**AN).replace("dan:MaDVC", "MaDVC"), "not of http://dancuquocgia.bca"),
    ],
)
def test_a_wrong_element_is_named(ask, inner, named):
    answer = ask(inner)
    assert (answer.status_code, *problem(answer)[:2]) == (500, "Client", "soap-request-invalid")
    assert named in problem(answer)[2]


@pytest.mark.parametrize(
    ("body", "fault", "code"),
    [
        ("", "Client", "malformed-xml"),
        ("hello", "Client", "malformed-xml"),
        ("<a><b></a>", "Client", "malformed-xml"),
        ("<a/>", "VersionMismatch", "soap-version"),
        (
            '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"/>',
            "VersionMismatch",
            "soap-version",
        ),
        (envelope("<dan:Xoa/>"), "Client", "soap-operation-unknown"),
        (envelope("<TraCuuThongTinCongDan/>"), "Client", "soap-operation-unknown"),
        (envelope(""), "Client", "soap-request-invalid"),
        (envelope("<dan:a/><dan:b/>"), "Client", "soap-request-invalid"),
        (envelope("<a/>", "<dan:Header/>"), "Client", "soap-request-invalid"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "Client", "xml-not-plain"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "Client", "xml-not-plain"),
        ("<?xml-stylesheet href='a'?><a/>", "Client", "xml-not-plain"),
    ],
)
def test_what_is_no_request_of_ours_is_a_fault(ask, shared_world, body, fault, code):
    before = leaves(shared_world)
    answer = ask(body=body)
    assert problem(answer)[:2] == (fault, code)
    assert answer.status_code == 500
    assert leaves(shared_world) == before


def block(attributes, inner=""):
    header = f'<x:Security xmlns:x="urn:x" {attributes}>{inner}</x:Security>'
    return envelope(verification(**AN), f"<soapenv:Header>{header}</soapenv:Header>")


def test_a_header_that_must_be_understood_is_not(ask):
    answer = ask(body=block('soapenv:mustUnderstand="1"'))
    assert problem(answer)[:2] == ("MustUnderstand", "soap-must-understand")


@pytest.mark.parametrize(
    "attributes",
    ["", 'soapenv:mustUnderstand="0"', 'soapenv:mustUnderstand="1" soapenv:actor="urn:other"'],
)
def test_other_headers_are_left_alone(ask, attributes):
    answer = ask(body=block(attributes, "<y/>"))
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true"


def test_a_body_beyond_the_limit_is_a_fault_too(ask):
    answer = ask(body=envelope(request(**AN)) + " " * (1 << 21))
    assert answer.status_code == 413
    assert problem(answer)[1] == "body-too-large"


def test_errors_of_the_door_are_faults_under_a_worlds_prefix_too(shared):
    answer = shared.post(f"/w/no-such-world{soap_faults.ADDRESS}", content=b"")
    assert (answer.status_code, problem(answer)[0]) == (404, "Client")
    other_host = shared.post(soap_faults.ADDRESS, headers={"Host": "evil.example"})
    assert problem(other_host)[1] == "host-not-allowed"
    assert problem(shared.put(soap_faults.ADDRESS))[1] == "method-not-allowed"
    assert problem(shared.post("/soap/other"))[1] == "address-unknown"


def test_an_exception_is_a_fault_of_the_server(shared, shared_world, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("broken")

    monkeypatch.setattr("app.api.soap.soap_requests.read", broken)
    answer = post(shared, shared_world, request(**AN))
    assert answer.status_code == 500
    assert problem(answer)[:2] == ("Server", "internal-error")
    assert "broken" in caplog.text


MARKUP = st.sampled_from(
    ["<dan:MaYeuCau>", "</dan:MaYeuCau>", "<dan:XacThucThongTinCongDan>", "<x/>", "&amp;", "&x;"]
)


def test_no_body_makes_a_fault_of_the_server(ask):
    @given(st.lists(MARKUP | st.text()).map("".join), st.booleans())
    @hypothesis.settings(max_examples=25, deadline=None)
    def holds(text, is_whole):
        body = text if is_whole else envelope(text)
        answer = ask(body=body.encode("utf-8", "surrogatepass"))
        assert problem(answer)[0] in ("Client", "VersionMismatch"), answer.text

    holds()
