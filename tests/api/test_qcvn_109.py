"""Citizens in the XML of QCVN 109:2017/BTTTT: each answer is valid, logged, and says no more."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.api import qcvn_109, soap_faults
from app.registry import values as v
from tests.api.conftest import bearer
from tests.api.soap_calls import leaves, logged
from tests.exchange import people

NS = {"c": qcvn_109.NAMESPACE}
STANDARD = etree.XMLSchema(etree.fromstring(qcvn_109.schema("qcvn-109.xsd").encode()))
OF_SOAP = etree.XMLSchema(etree.fromstring(qcvn_109.schema("cong-dan.xsd").encode()))
IN_XML = {"Accept": "application/xml"}
OFFICIAL = {"officer": "nv.an", "dossier": "H26-1", "purpose": "administrative-procedure"}
IDENTITY = (
    *("pin", "old_numbers", "family_name", "middle_name", "given_name", "sex", "ethnicity"),
    *("birth_date", "birth_registration_place", "origin_place", "nationality"),
)


@pytest.fixture(scope="module")
def headers(shared, shared_world):
    """The headers of each caller."""
    known = {}

    def of(client_id):
        if client_id not in known:
            known[client_id] = bearer(shared, shared_world, client_id)
        return known[client_id]

    return of


@pytest.fixture
def ask(shared, headers):
    """Ask for data in XML, unless told otherwise."""

    def call(name, fields, client_id="ha-noi", number=people.AN_PIN, accept=None, **said):
        sent = {
            name: said.pop(name) for name in ("Idempotency-Key", "Accept-Language") if name in said
        }
        body = {**OFFICIAL, "number": number, "fields": list(fields), **said}
        accepted = IN_XML if accept is None else {"Accept": accept}
        asked = headers(client_id) | accepted | sent
        return shared.post(f"/v1/disclosures/{name}", json=body, headers=asked)

    return call


def valid(answer):
    """The document of an answer, which is valid."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    root = etree.fromstring(answer.content)
    STANDARD.assertValid(root)
    return root


def test_a_citizen_is_given_by_the_elements_of_the_regulation(ask, shared_world):
    before = leaves(shared_world)
    answer = ask("identity", IDENTITY)
    root = valid(answer)
    assert root.tag == f"{{{NS['c']}}}CongdanCollection"
    assert (root.get("SoCongDan"), root.get("GhiChu")) == ("1", qcvn_109.MARK)
    assert root.get("ThoiDiemDuLieu") == f"{shared_world.today}T00:00:00+07:00"
    [citizen] = root
    said = {etree.QName(each).localname: each for each in citizen}
    assert list(said) == [
        *("SoDinhDanh", "SoCMND", "HoVaTen", "GioiTinh", "DanToc", "NgayThangNamSinh"),
        *("NoiDangKyKhaiSinh", "QueQuan", "QuocTich"),
    ]
    assert said["DanToc"].findtext("c:MaDanToc", namespaces=NS) == "01"
    assert said["GioiTinh"].text == "1"
    assert said["QueQuan"].findtext("c:MaDonViHanhChinh", namespaces=NS) == "13669"
    assert said["NgayThangNamSinh"].findtext("c:NgayThangNam", namespaces=NS) == "19800512"
    assert [part.text for part in said["HoVaTen"]] == ["Nguyễn", "Văn", "An"]
    assert leaves(shared_world) == before + 1
    row = logged(shared_world, answer.headers["x-request-id"])
    assert (row.outcome, str(row.leaf_seq)) == ("disclosed", answer.headers["dancu-leaf"])
    assert "<SoDinhDanh>" in row.response_body


def test_what_an_answer_in_json_says_beside_the_data_stands_in_headers(ask):
    in_json = ask("identity", ("pin", "religion"), accept="application/json").json()
    answer = ask("identity", ("pin", "religion"))
    assert answer.headers["dancu-outcome"] == in_json["outcome"] == "disclosed"
    assert answer.headers["dancu-number"] == in_json["number"] == "current"
    assert answer.headers["dancu-withheld"] == ", ".join(in_json["withheld"]) == "religion"
    assert answer.headers["dancu-receipt"].count(".") == 2
    assert answer.headers["dancu-simulated"] == "true"
    assert len(valid(answer)[0]) == 1


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("residence", ("permanent_residence", "current_residence"), {"ThuongTru", "NoiOHienTai"}),
        (
            "kinship",
            ("father", "mother", "spouse", "marital_status"),
            {"Cha", "Me", "VoChong", "TinhTrangHonNhan"},
        ),
        ("kinship", ("representatives",), set()),
        ("household", ("relationship_to_head", "residence_file_number"), {"ChuHo", "SoSoHoKhau"}),
        ("household", ("head_of_household",), {"ChuHo"}),
        ("identity", ("full_name",), {"HoVaTen"}),
        ("identity", ("family_name",), set()),
    ],
)
def test_each_disclosure_gives_its_part(ask, name, fields, expected):
    [citizen] = valid(ask(name, fields))
    assert {etree.QName(each).localname for each in citizen} == expected


def test_a_name_that_is_known_whole_stands_in_its_last_part(ask):
    [citizen] = valid(ask("kinship", ("mother",)))
    assert citizen.findtext("c:Me/c:HoVaTen/c:Ten", namespaces=NS) == "Trần Thị Lụa"


def test_a_number_that_nobody_bears_gives_an_empty_collection(ask, shared_world):
    before = leaves(shared_world)
    answer = ask("identity", ("pin",), number=people.NOBODYS)
    assert (len(valid(answer)), answer.headers["dancu-outcome"]) == (0, "not_found")
    assert leaves(shared_world) == before + 1


def test_people_that_are_found_are_a_collection(shared, shared_world, headers):
    body = {
        "criteria": {"full_name": "Nguyễn Văn An", "birth_date": "1980-05-12"},
        "fields": ["pin", "full_name", "birth_date", "sex", "permanent_residence"],
        "purpose": "population-search",
        "officer": "nv.an",
    }
    before = leaves(shared_world)
    answer = shared.post("/v1/searches", json=body, headers=headers("bca") | IN_XML)
    root = valid(answer)
    assert [each.findtext("c:SoDinhDanh", namespaces=NS) for each in root] == [people.AN_PIN]
    assert "dancu-next-cursor" not in answer.headers
    assert leaves(shared_world) == before + 1
    page = {**body, "criteria": {"unit": "01", "era": "2025", "address": "12 ngõ 5 Hàng Bún"}}
    first = shared.post("/v1/searches", json={**page, "limit": 1}, headers=headers("bca") | IN_XML)
    assert len(valid(first)) == 1
    cursor = first.headers["dancu-next-cursor"]
    rest = shared.post(
        "/v1/searches",
        json={**page, "limit": 1, "cursor": cursor},
        headers=headers("bca") | IN_XML,
    )
    assert rest.headers["dancu-outcome"] in ("found", "not_found")
    told = shared.post(
        "/v1/searches", json={**body, "fields": ["state"]}, headers=headers("bca") | IN_XML
    )
    assert (told.status_code, told.json()["code"]) == (406, "field-not-in-qcvn-109")


def test_a_field_without_an_element_is_refused_and_named(ask, shared_world):
    before = leaves(shared_world)
    answer = ask("contact", ("phone", "email"), **{"Accept-Language": "vi"})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (406, "field-not-in-qcvn-109")
    assert told["invalid_params"][1] == {"name": "fields.1", "reason": "không có phần tử"}
    assert leaves(shared_world) == before


def test_a_refusal_stays_a_problem_document(ask):
    answer = ask("identity", ("pin",), officer="", purpose="ekyc")
    assert answer.headers["content-type"] == "application/problem+json"


def test_xml_is_neither_signed_nor_sealed(ask):
    assert ask("identity", ("pin",), signed=True).json()["code"] == "xml-not-sealed"
    signed = ask("identity", ("pin",), accept="application/jose")
    assert signed.headers["content-type"] == "application/jose"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/xml, application/json", "application/xml"),
        ("application/xml;q=0.5, application/json", "application/json"),
        ("application/xml;q=0", "application/json"),
        ("*/*", "application/json"),
    ],
)
def test_the_accept_header_chooses(ask, accept, media_type):
    answer = ask("identity", ("pin",), accept=accept)
    assert answer.headers["content-type"] == media_type


def test_sent_again_with_its_key_it_is_the_same_document(ask):
    first, second = (ask("identity", ("pin",), **{"Idempotency-Key": "xml-1"}) for _ in range(2))
    assert second.headers["idempotency-replayed"] == "true"
    assert first.content == second.content
    assert first.headers["dancu-receipt"] == second.headers["dancu-receipt"]
    other = ask("identity", ("pin",), accept="application/json", **{"Idempotency-Key": "xml-1"})
    assert other.status_code == 422


def test_the_schema_is_served(shared):
    answer = shared.get("/v1/schemas/qcvn-109.xsd")
    assert answer.headers["content-type"] == "application/xml"
    assert etree.XMLSchema(etree.fromstring(answer.content))


def test_the_form_for_soap_is_another(shared):
    assert shared.get("/v1/schemas/qcvn-109.xsd").content not in soap_faults.empty().body
    place = v.KnownPlace(text="x", country="VN", province=v.Coded(code="01", name="Hà Nội"))
    data = {"origin_place": place}
    assert "<MaDonViHanhChinh>01<" in qcvn_109.citizen(data, qcvn_109.STANDARD)
    assert "<MaTinhThanh>01<" in qcvn_109.citizen(data, qcvn_109.SOAP)


CODED = st.builds(v.Coded, code=st.from_regex("[0-9]{2}", fullmatch=True), name=st.text())
COMMUNE = st.builds(v.Coded, code=st.from_regex("[0-9]{5}", fullmatch=True), name=st.text())
DISTRICT = st.builds(v.Coded, code=st.from_regex("[0-9]{3}", fullmatch=True), name=st.text())
LINE = st.text(min_size=1)
COUNTRY = st.from_regex("[A-Z]{2}", fullmatch=True)
PLACE = st.builds(
    v.KnownPlace,
    text=LINE,
    country=COUNTRY,
    province=st.none() | CODED,
    district=st.none() | DISTRICT,
    commune=st.none() | COMMUNE,
    alternatives=st.just(()),
)
STAY = st.none() | st.builds(v.Stay, place=PLACE, from_date=st.just(dt.date(2020, 1, 1)))
PIN = st.from_regex("[0-9]{12}", fullmatch=True)
OLD = st.from_regex("[0-9]{9}", fullmatch=True)
PERSON = st.builds(
    v.Person,
    full_name=LINE,
    pin=st.none() | PIN,
    old_number=st.none() | OLD,
    nationality=st.none() | COUNTRY,
)
MEMBER = st.builds(v.Member, relationship=CODED, full_name=LINE, pin=PIN, old_number=OLD)
VALUES = {
    "pin": PIN,
    "old_numbers": st.lists(st.builds(v.OldCard, number=OLD)),
    "full_name": LINE,
    "family_name": st.none() | LINE,
    "middle_name": st.none() | LINE,
    "given_name": st.none() | LINE,
    "sex": st.sampled_from("MFU"),
    "ethnicity": CODED,
    "religion": CODED,
    "marital_status": st.sampled_from(["unknown", "never_married", "separated", "widowed"]),
    "blood_type": st.sampled_from(["A", "B", "AB", "O", None]),
    "birth_date": st.sampled_from(["1980", "1980-05", "1980-05-12"]),
    "birth_registration_place": PLACE,
    "origin_place": PLACE,
    "permanent_residence": STAY,
    "current_residence": STAY,
    "nationality": st.none() | COUNTRY,
    "father": st.none() | PERSON,
    "mother": st.none() | PERSON,
    "spouse": st.none() | PERSON,
    "representatives": st.lists(PERSON),
    "relationship_to_head": st.none() | CODED,
    "head_of_household": st.none() | MEMBER,
    "residence_file_number": st.none() | LINE,
}


def test_every_field_of_an_element_is_tried_below():
    assert VALUES.keys() == qcvn_109.FIELDS


@given(st.lists(st.fixed_dictionaries({}, optional=VALUES), max_size=3))
def test_whatever_was_read_is_written_as_the_schemas_say(read):
    today = dt.date(2026, 1, 1)
    STANDARD.assertValid(etree.fromstring(qcvn_109.answer(read, today=today)))
    of_soap = qcvn_109.collection(read, today=today, form=qcvn_109.SOAP)
    OF_SOAP.assertValid(etree.fromstring(of_soap))
    OF_SOAP.assertValid(etree.fromstring(qcvn_109.nobody()))
