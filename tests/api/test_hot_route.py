"""The hot route and its ordinary twin answer alike: the same questions are put to both."""

import json
import unicodedata

import hypothesis
import jwt
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from app.api.hot import HotRoute
from app.exchange.log import leaves
from app.matching.verdicts import ATTRIBUTES
from tests.api.conftest import all_issued, served
from tests.exchange import people
from tests.support.copies import copy

CALLERS = (
    "vietcombank-basic",  # yes or no
    "vietcombank-fapi",  # outcome_detail; proves itself by a key: its token is issued here
    "viettel",  # cleansing
    "ha-noi",  # its purpose is another
    "bct-legacy",  # suspended
    "bnnptnt-legacy",  # not secure enough
)
NUMBERS = (
    people.AN_PIN,
    people.AN_CANCELLED,
    people.AN_OLD,
    people.BINH_PIN,
    people.SHARED_OLD,
    people.LUA_PIN,
    people.EM_PIN,
    people.HUNG_PIN,
    people.KHANH_PIN,
    people.LAN_PIN,
    people.NOBODYS,
    "999999999",
)
NAMES = ("Nguyễn Văn An", "nguyen van an", "An Nguyễn Văn", "Nguyễn Van An", "Phạm Văn Hùng", "X")
DATES = ("1980-05-12", "1980-12-05", "1980", "1980-05", "1970-02-02", "1980-05-21")
PURPOSES = ("ekyc", "ekyc", "subscriber-registration", "administrative-procedure")


def maybe(*values):
    return st.sampled_from(values) | st.none()


#: What may be wrong with a question, or merely rare: one of these in every third.
CHANGES = {
    "number": ["12", "x", 901090000001, "901090000001\n", None],
    "purpose": ["nothing", "Ekyc", "", None],
    "officer": ["", "a\tb", "é" * 65, 7],
    "signed": ["yes", 1],
    "consent": ["0" * 32, ""],
    "explain": [True, False],
    "extra": [{"deep": [[[1]]]}, 1],
    "claims": [{}, [], None, "full_name", {"shoe_size": 42}],
    "full_name": ["", "a" * 101, "a\nb", 5, "Nguye\u0302\u0303n Va\u0306n An", 'Bi "An"'],
    "birth_date": ["1980-02-30", "12/05/1980", "1980-5-12", 1980, "0000"],
    "sex": ["U", "male", 1],
    "nationality": ["vn", "VNM", "ZZ", "XX"],
    "ethnicity": ["1", "011"],
    "residence_province": ["01", "1"],
    "father_name": ["Nguyễn Văn Cha"],
}


@st.composite
def questions(draw):
    """A body as a caller might send it: mostly usual, sometimes rare or wrong, in some writing."""
    claims = {
        "full_name": draw(maybe(*NAMES)),
        "birth_date": draw(maybe(*DATES)),
        "sex": draw(maybe("M", "F")),
        "nationality": draw(maybe("VN", "LA")),
        "ethnicity": draw(maybe("01", "99")),
    }
    body = {
        "number": draw(st.sampled_from(NUMBERS)),
        "claims": {name: value for name, value in claims.items() if value is not None},
        "purpose": draw(st.sampled_from(PURPOSES)),
        "officer": draw(maybe("cb-17")),
        "dossier": draw(maybe("G22.99.H", "Đơn 5")),
        "signed": draw(st.none() | st.booleans()),
    }
    body = {name: value for name, value in body.items() if value is not None}
    if not draw(st.integers(0, 2)):
        name = draw(st.sampled_from(list(CHANGES)))
        of = body["claims"] if name in ATTRIBUTES else body
        of[name] = draw(st.sampled_from(CHANGES[name]))
    ordered = dict(draw(st.permutations(list(body.items()))))
    indent = draw(maybe(1))
    text = json.dumps(ordered, ensure_ascii=not draw(st.integers(0, 3)), indent=indent)
    return spoilt(text, draw(st.integers(0, 30))).encode()


def spoilt(text, how):
    """Return a body with a key twice, in another Unicode form, or cut off; mostly as it is."""
    match how:
        case 0:
            return text.replace("{", '{"purpose":"ekyc",', 1)
        case 1:
            return text.replace('"claims": {', '"claims": {"sex":"M",')
        case 2:
            return unicodedata.normalize("NFD", text)
        case 3:
            return text[:-1]
        case 4:
            return "\ufeff" + text
    return text


class Side:
    """One server over its own copy of the world, which hears the same questions as the other."""

    def __init__(self, client, world):
        self.client = client
        settings = world._settings.model_copy(update={"default_world": world.name})
        self.tokens = all_issued(settings, world.name, CALLERS)

    def ask(self, caller, body, accept):
        headers = {
            "Authorization": f"Bearer {self.tokens[caller]}",
            "Content-Type": "application/json",
            "Accept": accept,
        }
        answer = self.client.post("/v1/verifications", content=body, headers=headers)
        return self.comparable(answer)

    def comparable(self, answer):
        """Return all of an answer and its leaf that does not depend on time, world and chance."""
        told = answer.json() if "json" in answer.headers["content-type"] else self.opened(answer)
        kept = {name: told[name] for name in told.keys() - {"request_id", "receipt", "leaf"}}
        kept.pop("type", None)
        leaf = None
        if "receipt" in told:
            claims = jwt.decode(told["receipt"], options={"verify_signature": False})
            leaf = leaves.parse(claims["leaf"])
            assert leaf.request_id == told["request_id"]
            leaf = (
                *(leaf.agency, leaf.system, leaf.purpose, leaf.legal_basis, leaf.outcome),
                *(leaf.fields, leaf.officer, leaf.dossier, leaf.seq, leaf.domain_time),
            )
        headers = {"content-type", "www-authenticate", "content-language"} & answer.headers.keys()
        return answer.status_code, kept, leaf, {name: answer.headers[name] for name in headers}

    def opened(self, answer):
        jwks = jwt.PyJWKSet.from_dict(self.client.get("/oidc/jwks").json())
        kid = jwt.get_unverified_header(answer.text)["kid"]
        return json.loads(jwt.PyJWS().decode(answer.text, jwks[kid].key, algorithms=["ES256"]))


class NeverHot(HotRoute):
    """Leaves every question to the ordinary route."""

    async def answer(self, _call, _reply):
        return False


class CountingHot(HotRoute):
    """The hot route, counting what it answers."""

    answered = 0

    async def answer(self, call, reply):
        has_answered = await super().answer(call, reply)
        self.answered += has_answered
        return has_answered


@pytest.fixture(scope="module")
def sides(settings, worlds, api_spec):
    with copy(worlds, api_spec) as one, copy(worlds, api_spec) as other:
        hot = CountingHot()
        with (
            served(settings, one, hot=hot) as quick,
            served(settings, other, hot=NeverHot()) as plain,
        ):
            yield Side(quick, one), Side(plain, other), hot


def test_both_routes_answer_every_question_alike(sides):
    quick, plain, hot = sides

    @hypothesis.settings(
        max_examples=400,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
    )
    @given(st.sampled_from(CALLERS[:3] * 3 + CALLERS), questions(), maybe("application/jose"))
    def ask_both(caller, body, accept):
        accept = accept or "*/*"
        assert quick.ask(caller, body, accept) == plain.ask(caller, body, accept)

    ask_both()
    assert hot.answered > 90
