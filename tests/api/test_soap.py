"""The SOAP façade over HTTP, as the clients that exist call it."""

import json
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select, update

from app.api import qcvn_109, soap_faults
from app.exchange.models import Leaf, RequestLog
from tests.api.conftest import BASE, bearer, served
from tests.api.soap_calls import (
    AN,
    NS,
    PROVINCE,
    envelope,
    found,
    headers,
    leaves,
    logged,
    parsed,
    post,
    problem,
    request,
    verification,
)
from tests.exchange import people

ANSWERS = etree.XMLSchema(etree.fromstring(qcvn_109.schema("cong-dan.xsd").encode()))
MESSAGES = Path(__file__).parent / "soap_messages"
RECORD = "c:CongdanCollection/c:CongDan"


@pytest.fixture
def ask(shared, shared_world):
    """Send a request in the world that these tests share."""
    return lambda *said, **more: post(shared, shared_world, *said, **more)


# --- what is answered ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["look-up", "verification"])
def test_the_recorded_request_has_the_recorded_answer(ask, name):
    """Known answers: the messages as they stand in files, whatever their indentation."""
    answer = ask(body=(MESSAGES / f"{name}-request.xml").read_bytes())
    assert answer.status_code == 200, answer.text
    [body] = parsed(answer).find("s:Body", NS)
    plain = etree.XMLParser(remove_blank_text=True)
    [expected] = etree.parse(MESSAGES / f"{name}-answer.xml", plain).find("s:Body", NS)
    assert etree.tostring(body, method="c14n2") == etree.tostring(expected, method="c14n2")


def test_an_answer_is_an_envelope_with_its_proof_in_the_header(ask, shared_world):
    answer = ask(request(**AN))
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.headers["dancu-simulated"] == "true"
    assert answer.headers["cache-control"] == "no-store"
    ANSWERS.assertValid(parsed(answer).find("s:Body/c:CongdanCollection", NS))
    said = {
        etree.QName(each).localname: each.text
        for each in parsed(answer).find("s:Header/o:exchange", NS)
    }
    assert said["outcome"] == "disclosed"
    assert said["request_id"] == answer.headers["x-request-id"]
    assert said["withheld"] == "religion blood_type"
    row = logged(shared_world, said["request_id"])
    assert (row.client_id, row.outcome, row.status) == (PROVINCE, "disclosed", 200)
    assert (row.path, str(row.leaf_seq)) == (soap_faults.ADDRESS, said["leaf"])
    assert "NGUYỄN VĂN AN" in row.request_body
    assert "Nguyễn" in row.response_body
    with shared_world.session() as session:
        leaf = json.loads(session.scalar(select(Leaf.body).where(Leaf.seq == row.leaf_seq)))
    assert leaf["officer"] == "nv.an@H26.21"
    assert leaf["dossier"] == "1.004222/YC-0001"
    assert leaf["purpose"] == "administrative-procedure"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (AN, "true"),
        (AN | {"number": people.AN_OLD}, "true"),
        (AN | {"born": "1980"}, "true"),
        (AN | {"born": "19800513"}, "false"),
        (AN | {"name": "NGUYEN VAN AN"}, "false"),
        (AN | {"number": people.NOBODYS}, "false"),
        (AN | {"number": people.AN_CANCELLED}, "false"),
        ({"number": people.EM_PIN, "name": "LÊ THỊ EM", "born": "19810101"}, "false"),
    ],
)
def test_both_operations_keep_to_the_one_table_of_outcomes(client, world, said, expected):
    answer = post(client, world, verification(**said))
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == expected
    looked_up = post(client, world, request(**said))
    ANSWERS.assertValid(parsed(looked_up).find("s:Body/c:CongdanCollection", NS))
    number = found(looked_up, f"{RECORD}/c:SoDinhDanh")
    name = parsed(looked_up).find(f"s:Body/{RECORD}/c:HoVaTen", NS)
    assert (number == people.AN_PIN, len(name) > 0) == (
        (True, True) if expected == "true" else (False, False)
    )


def test_what_a_clients_of_public_code_leaves_out_may_be_missing(ask):
    short = {"MaDonVi": None, "TaiKhoan": None, "SoDienThoai": None, "AuthHash": "YWJj"}
    assert found(ask(verification(**AN, **short)), "d:KetQuaXacThuc/d:TonTai") == "true"
    assert ask(request(**AN, **short, MaDVC="")).status_code == 200


def test_a_world_of_its_own_has_an_address_of_its_own(shared, other_world):
    address = f"/w/{other_world.name}{soap_faults.ADDRESS}"
    answer = post(shared, other_world, verification(**AN), address=address)
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true"
    elsewhere = headers(other_world, address=BASE + soap_faults.ADDRESS)
    body = envelope(verification(**AN)).encode()
    refused = shared.post(address, content=body, headers=elsewhere)
    assert problem(refused)[1] == "soap-credentials-invalid"


def test_an_access_token_proves_a_system_as_well(shared, shared_world):
    token = bearer(shared, shared_world, PROVINCE)
    said = token | {"Content-Type": "application/xml"}
    body = envelope(verification(**AN)).encode()
    answer = shared.post(soap_faults.ADDRESS, content=body, headers=said)
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true"
    assert (
        problem(
            shared.post(soap_faults.ADDRESS, content=body, headers={"Authorization": "Bearer x"})
        )[1]
        == "token-invalid"
    )


def test_sent_again_with_its_key_it_is_answered_as_it_was(ask, shared_world):
    before = leaves(shared_world)
    first, second = (ask(request(**AN), Idempotency_Key="soap-1") for _ in range(2))
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    assert leaves(shared_world) == before + 2


# --- how it is sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        '""',
        "",
        '"XacThucThongTinCongDan"',
        "XacThucThongTinCongDan",
        '"http://dancuquocgia.bca/XacThucThongTinCongDan"',
    ],
)
def test_a_soap_action_may_be_empty_or_the_operations(ask, action):
    answer = ask(verification(**AN), SOAPAction=action)
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true"


def test_a_soap_action_that_contradicts_the_body_is_refused(ask):
    told = problem(ask(verification(**AN), SOAPAction='"TraCuuThongTinCongDan"'))
    assert told[:2] == ("Client", "soap-operation-unknown")


@pytest.mark.parametrize(
    ("content_type", "encoding", "declared"),
    [
        ("text/xml", "utf-8", ""),
        ("text/xml", "utf-8", '<?xml version="1.0"?>'),
        ("application/xml; charset=UTF-8", "utf-8-sig", '<?xml version="1.0" encoding="UTF-8"?>'),
        ("text/xml", "utf-16", '<?xml version="1.0" encoding="utf-16"?>'),
        ('text/xml; charset="utf-16"', "utf-16", ""),
        ("text/xml; charset=utf-16le", "utf-16le", ""),
    ],
)
def test_utf_8_and_utf_16_are_read(ask, shared_world, content_type, encoding, declared):
    body = (declared + envelope(verification(**AN))).encode(encoding)
    answer = ask(body=body, Content_Type=content_type)
    assert found(answer, "d:KetQuaXacThuc/d:TonTai") == "true", answer.text
    assert logged(shared_world, answer.headers["x-request-id"]).status == 200


@pytest.mark.parametrize(
    "content_type",
    [
        'multipart/related; type="application/xop+xml"; boundary=x',
        "application/soap+xml; charset=utf-8",
        "application/json",
        "text/plain",
    ],
)
@pytest.mark.parametrize("body", ["{}", "{", envelope(verification(**AN))])
def test_mtom_and_other_media_types_are_refused_clearly(ask, content_type, body):
    answer = ask(body=body, Content_Type=content_type)
    assert answer.status_code == 415
    assert problem(answer)[:2] == ("Client", "soap-media-type")


def test_a_charset_that_is_not_read_is_refused(ask):
    answer = ask(verification(**AN), Content_Type="text/xml; charset=windows-1258")
    assert (answer.status_code, problem(answer)[1]) == (415, "unsupported-media-type")


def test_faults_are_told_in_the_callers_language(ask):
    vi = ask("<x/>", Accept_Language="vi")
    en = ask("<x/>", Accept_Language="en")
    assert vi.headers["content-language"] == "vi"
    fault = parsed(vi).find("s:Body/s:Fault", NS)
    assert fault.findtext("faultstring").startswith("Không có thao tác SOAP này")
    assert fault.find("faultstring").get("{http://www.w3.org/XML/1998/namespace}lang") == "vi"
    assert (
        parsed(en).findtext("s:Body/s:Fault/faultstring", namespaces=NS).startswith("There is no")
    )


def test_a_fault_tells_what_a_problem_document_tells(ask):
    answer = ask(request(**AN, MaCanBo=""))
    assert answer.status_code == 500  # SOAP 1.1 §6.2
    said = parsed(answer).find("s:Body/s:Fault/detail/o:problem", NS)
    told = {etree.QName(each).localname: each.text for each in said}
    assert told.keys() >= {"code", "title", "detail", "next", "fault_of", "request_id", "receipt"}
    assert (told["code"], said.get("status")) == ("officer-required", "403")
    assert told["fault_of"] == "caller"
    assert said.get("type") == f"{BASE}/problems/officer-required"


# --- what goes wrong on demand ------------------------------------------------------------------


@pytest.fixture
def weather(shared):
    operator = {"Authorization": f"Bearer {shared.app._server.operator_token}"}

    def put(*steps, **more):
        said = {"steps": list(steps), "path": "/soap/", **more}
        done = shared.put("/control/v1/faults/soap", json=said, headers=operator)
        assert done.status_code == 200, done.text

    yield put
    shared.delete("/control/v1/faults", headers=operator)


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        ({"kind": "error"}, 500, "fault-error"),
        ({"kind": "error", "status": 401}, 401, "fault-error"),
        ({"kind": "rate-limit", "retry_after": 7}, 429, "fault-rate-limit"),
        ({"kind": "maintenance", "retry_after": 7}, 503, "fault-maintenance"),
    ],
)
def test_errors_on_demand_are_faults(ask, weather, shared_world, step, status, code):
    weather(step)
    before = leaves(shared_world)
    answer = ask(request(**AN))
    assert (answer.status_code, *problem(answer)[:2]) == (status, "Server", code)
    assert answer.headers["dancu-fault"] == step["kind"]
    assert answer.headers.get("retry-after") == ("7" if status in (429, 503) else None)
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert leaves(shared_world) == before


def test_connected_on_paper_is_an_envelope_with_nothing_in_it(ask, weather):
    weather({"kind": "empty"})
    answer = ask(request(**AN))
    assert answer.status_code == 200
    assert len(parsed(answer).find("s:Body", NS)) == 0


def test_connected_on_paper_an_old_answer_comes_again_in_its_envelope(ask, weather, shared_world):
    body = envelope(request(**AN, MaYeuCau="YC-STALE"))
    first = ask(body=body)
    logged(shared_world, first.headers["x-request-id"])
    weather({"kind": "stale"})
    before = leaves(shared_world)
    again = ask(body=body)
    assert (again.headers["dancu-fault"], again.content) == ("stale", first.content)
    assert int(again.headers["age"]) >= 1
    assert leaves(shared_world) == before + 1
    fresh = ask(request(**AN, MaYeuCau="YC-FRESH"))
    assert "age" not in fresh.headers


def test_an_old_answer_of_other_elements_is_not_given_again(ask, weather, shared_world):
    body = envelope(request(**AN, MaYeuCau="YC-NARROWED"))
    first = ask(body=body)
    row = logged(shared_world, first.headers["x-request-id"])

    for wider in ("<more>x</more>", "<"):
        text = first.text.replace("Body>", f"Body>{wider}", 1)

        def widen(session, text=text):
            kept = update(RequestLog).where(RequestLog.id == row.id)
            session.execute(kept.values(response_body=text))

        shared_world.writer.submit(widen)
        weather({"kind": "stale"})
        again = ask(body=body)
        assert again.headers["dancu-fault"] == "stale"
        assert "age" not in again.headers


def test_in_the_standards_xml_an_old_answer_comes_without_todays_proof(
    shared, shared_world, weather
):
    headers = bearer(shared, shared_world, PROVINCE) | {"Accept": "application/xml"}
    body = {
        "purpose": "administrative-procedure",
        "officer": "nv.an",
        "dossier": "H26-STALE",
        "number": people.AN_PIN,
        "fields": ["family_name", "given_name"],
    }
    first = shared.post("/v1/disclosures/identity", json=body, headers=headers)
    assert "dancu-receipt" in first.headers
    logged(shared_world, first.headers["x-request-id"])
    weather({"kind": "stale"}, path="/v1/disclosures/")
    again = shared.post("/v1/disclosures/identity", json=body, headers=headers)
    assert (again.content, "age" in again.headers) == (first.content, True)
    assert "dancu-receipt" not in again.headers
    assert again.headers["dancu-outcome"] == "disclosed"


def test_one_systems_weather_is_its_own(ask, weather, shared, shared_world):
    weather({"kind": "error"}, client_id="viettel")
    assert ask(request(**AN)).status_code == 200
    assert problem(ask(request(**AN), client_id="viettel"))[1] == "fault-error"
    token = bearer(shared, shared_world, "viettel") | {"Content-Type": "text/xml"}
    body = envelope(request(**AN)).encode()
    answer = shared.post(soap_faults.ADDRESS, content=body, headers=token)
    assert problem(answer)[1] == "fault-error"
    answer = shared.post(soap_faults.ADDRESS, content=body)
    assert problem(answer)[1] == "soap-credentials-missing"


# --- what describes it --------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["wsdl", "WSDL", "wsdl=1"])
def test_the_wsdl_names_the_public_address(settings, shared_world, query):
    public = settings.model_copy(update={"public_url": "http://localhost:9"})
    with served(public, shared_world) as client:
        for prefix in ("", f"/w/{shared_world.name}"):
            answer = client.get(f"{prefix}{soap_faults.ADDRESS}?{query}")
            assert answer.status_code == 200
            [address] = etree.fromstring(answer.content).iter(
                "{http://schemas.xmlsoap.org/wsdl/soap/}address"
            )
            assert address.get("location") == f"http://localhost:9{prefix}{soap_faults.ADDRESS}"


def test_a_get_of_anything_else_says_where_the_wsdl_is(shared):
    answer = shared.get(soap_faults.ADDRESS)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert problem(answer)[1] == "soap-only-posted"


def test_calls_are_counted(shared, ask):
    ask(verification(**AN))
    text = shared.get("/metrics").text
    assert soap_faults.ADDRESS in text
