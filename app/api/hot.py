"""The hot route: `POST /v1/verifications` in its usual form, answered on the event loop.

The same steps as the ordinary route, from the same functions, without what makes that one slow: a
thread, a session, models built twice. Whatever is not of the usual form (malformed, rare, or in
need of more look-ups) is left to the ordinary route, which alone explains what is wrong. So this
route may only ever be stricter about what it takes, and must answer alike what it takes: a test
puts the same questions to both.
"""

from __future__ import annotations

import re
import unicodedata
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from app.api import forms, hot_lookups, limits, outcomes, schemas
from app.api.hot_access import Watch
from app.api.replies import NO_STORE
from app.exchange import access, proof, tokens, verification
from app.exchange.callers import VERIFICATION
from app.exchange.errands import Errand
from app.exchange.evidence import Evidence, record_of
from app.exchange.gate import Refused
from app.exchange.log import store
from app.exchange.verification import Question
from app.matching import dates

if TYPE_CHECKING:
    from starlette.responses import Response

    from app.api.calls import Call
    from app.api.replies import Headers, Reply
    from app.exchange.callers import Caller
    from app.exchange.gate import Admitted
    from app.exchange.log.leaves import Appended, LeafDraft
    from app.exchange.proof import Proof
    from app.exchange.verification import Judgement
    from app.matching.verdicts import ClaimedValue
    from app.platform.worlds import World

T = TypeVar("T")

_NUMBER: Final = re.compile(schemas.NUMBER).fullmatch
_SLUG: Final = re.compile(schemas.SLUG).fullmatch
_REFERENCE: Final = re.compile(schemas.REFERENCE).fullmatch
_LINE: Final = re.compile(schemas.LINE).fullmatch
_JSON: Final = forms.JSON.encode()
_JOSE: Final = forms.JOSE.encode()


#: Attributes that the look-up of the number has at hand, in the order of the table.
_Attribute = Literal["full_name", "birth_date", "sex", "nationality", "ethnicity"]


class _Asked(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    number: str
    claims: dict[_Attribute, str]
    purpose: str
    officer: str | UnsetType = UNSET
    dossier: str | UnsetType = UNSET
    signed: bool | UnsetType = UNSET


_decode: Final = msgspec.json.Decoder(_Asked).decode
_encode: Final = msgspec.json.Encoder().encode


class HotRoute:
    """The hot route of one server process, for all its worlds."""

    def __init__(self) -> None:
        self._desks: weakref.WeakKeyDictionary[World, _Desk] = weakref.WeakKeyDictionary()

    async def answer(self, call: Call, reply: Reply) -> bool:
        """Answer the call and return True, or return False with nothing done or said.

        1. The request is of the usual form.
        2. Who asks is known, and what is known is fresh.
        3. The gate decides (and counts the question).
        4. Look the number up; compare.
        5. The leaf is written; while it is made durable, the answer is made and signed.
        6. Only then it is sent.
        """
        # 1.
        asked = _read(call)
        claim = None if asked is None else _claim(asked.claims)
        if asked is None or claim is None:
            return False
        # 2.
        desk = self._desk(call.world)
        caller = await desk.caller(call)
        if caller is None or _is_rare(caller, asked):
            return False
        question = Question(
            errand=Errand(
                request_id=call.request_id,
                today=call.world.today,
                purpose=asked.purpose,
                officer=asked.officer or None,
                dossier=asked.dossier or None,
            ),
            number=asked.number,
            claim=claim,
        )
        # 3.
        verdict = verification.admit(desk.access, caller, question)
        # 4.
        judgement = (
            verdict
            if isinstance(verdict, Refused)
            else await desk.judge(caller, question, verdict)
        )
        if isinstance(judgement, Refused):
            await reply.response(await desk.refusal(call, caller, question, judgement))
            return True
        # 5.
        is_signed = asked.signed is True or forms.wants_jose(call)

        def told(proved: Proof) -> bytes:
            body = verification.answer(question, judgement, proved)
            return proof.signed(call.world, body) if is_signed else body

        draft = verification.draft(
            caller, question, verdict, outcome=judgement.outcome, about=judgement.about
        )
        body = await desk.log(call, verdict, draft, told)
        # 6.
        headers = _headers(_JOSE if is_signed else _JSON, body)
        await reply.ready(200, headers + limits.headers(desk.access, caller), body)
        return True

    def _desk(self, world: World) -> _Desk:
        desk = self._desks.get(world)
        if desk is None:
            desk = self._desks[world] = _Desk(world)
            world.on_close(desk.lookups.close)
            world.on_shed(desk.lookups.shed)
        return desk


class _Desk:
    """What the hot route keeps at hand for one open world."""

    def __init__(self, world: World) -> None:
        self.access = access.of(world)
        self.lookups = hot_lookups.of(world.url, world.connections)
        self._writer = world.writer
        self._lane = store.lane(world)
        self._watch = Watch(self.access)

    async def caller(self, call: Call) -> Caller | None:
        """Return who calls, noted on the call; None leaves it to the ordinary route to say why."""
        snapshot = await self._watch.snapshot()
        scheme, _, unverified_token = call.headers.get(b"authorization", b"").partition(b" ")
        if scheme != b"Bearer":
            return None
        caller = tokens.caller_of(self.access, snapshot, unverified_token)
        if caller is not None:
            call.is_by(caller)
        return caller

    async def judge(
        self, caller: Caller, question: Question, admitted: Admitted
    ) -> Judgement | Refused:
        """Look the number up and compare."""
        found = await self.lookups.find(question.number)
        hit = found.only
        record = None if hit is None else record_of(hit, question.errand.today)
        evidence = Evidence(found, record)
        return verification.judge(self.access, caller, question, evidence, admitted)

    async def refusal(
        self, call: Call, caller: Caller, question: Question, refused: Refused
    ) -> Response:
        """Return the refusal, once its leaf is durable."""
        draft = verification.draft(
            caller,
            question,
            refused,
            outcome=proof.refusal_outcome(refused),
            about=proof.number_subject(self.access, question.number),
        )
        proved = await self.log(call, refused, draft, lambda proved: proved)
        return outcomes.refusal(call, refused, proved)

    async def log(
        self,
        call: Call,
        verdict: Admitted | Refused,
        draft: LeafDraft,
        told: Callable[[Proof], T],
    ) -> T:
        """Return what is made of the leaf's proof while it becomes durable, when it is.

        What came of the call is noted on it then.
        """

        def made(appended: Appended) -> tuple[Proof, T]:
            proved = proof.prove(call.world, appended)
            return proved, told(proved)

        proved, answer = await self._writer.put(self._lane, draft, made)
        outcomes.note(call, VERIFICATION, verdict, draft.outcome, proved)
        return answer


def _read(call: Call) -> _Asked | None:
    """Return the request if it is of the usual form and strict JSON in NFC, else None.

    Two equal keys show when what was read is written again: it has fewer quotation marks. (With a
    backslash in it, text may hold quotation marks of its own: not the usual form.)
    """
    body = call.body
    if call.idempotency_key is not None or b"\\" in body:
        return None
    try:
        asked = _decode(body)
        text = None if body.isascii() else body.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if _encode(asked).count(b'"') != body.count(b'"'):
        return None
    if text is not None and not unicodedata.is_normalized("NFC", text):
        return None
    return asked if _is_usual(asked) else None


def _is_usual(asked: _Asked) -> bool:
    return bool(
        _NUMBER(asked.number)
        and _SLUG(asked.purpose)
        and _is_reference(asked.officer)
        and _is_reference(asked.dossier)
    )


def _is_reference(text: str | UnsetType) -> bool:
    return text is UNSET or (len(text) <= schemas.LONGEST_REFERENCE and bool(_REFERENCE(text)))


def _claim(claims: dict[_Attribute, str]) -> dict[str, ClaimedValue] | None:
    """Return what is claimed in the order of the table; None unless each value is well formed."""
    claim: dict[str, ClaimedValue] = {}
    for name, is_well_formed in _IS_WELL_FORMED:
        value = claims.get(name)
        if value is None:
            continue
        if not is_well_formed(value):
            return None
        claim[name] = value
    born = claims.get("birth_date")
    if born is not None:
        try:
            claim["birth_date"] = dates.parse(born)
        except ValueError:
            return None
    return claim or None


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= schemas.LONGEST_NAME and bool(_LINE(text))


_IS_WELL_FORMED: Final[tuple[tuple[_Attribute, Callable[[str], object]], ...]] = (
    ("full_name", _is_name),
    ("birth_date", re.compile(schemas.PARTIAL_DATE).fullmatch),
    ("sex", ("M", "F").__contains__),
    ("nationality", re.compile(schemas.COUNTRY).fullmatch),
    ("ethnicity", re.compile(schemas.TWO_DIGITS).fullmatch),
)


def _is_rare(caller: Caller, asked: _Asked) -> bool:
    """Whether more has to be looked up, or the answer sealed: the ordinary route does.

    A consent is looked up, and a dossier whose code begins with digits and a dot, as ours do.
    """
    if caller.sealing is not None and caller.sealing.always:
        return True
    if isinstance(asked.dossier, str) and asked.dossier[3:4] == ".":
        return True
    grants = caller.grants.get((VERIFICATION, asked.purpose), ())
    return any(grant.consent_required for grant in grants)


def _headers(content_type: bytes, body: bytes) -> Headers:
    return [(b"content-length", b"%d" % len(body)), (b"content-type", content_type), NO_STORE]
