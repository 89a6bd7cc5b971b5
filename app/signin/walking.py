"""Walking: what a page of a sign-in shows, and what each of its buttons does.

Every act is one transaction of the world's writer, committed whatever comes of it: a wrong
passcode is counted. What an act leads to is decided by `steps`, the same way as for a
browser in which somebody is signed in already.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy.orm import Session

from app.exchange import access as accesses
from app.exchange.callers import Caller
from app.exchange.oauth import ErrorCode
from app.identity import approvals, authentication
from app.identity.account_problems import Refused
from app.identity.authentication import Authenticated, Factors
from app.platform import clock, errors
from app.platform.worlds import World
from app.registry import citizens
from app.signin import consenting, levels, sessions, sign_ins, steps, walks
from app.signin.consenting import Attribute, Wish
from app.signin.outcomes import Done, Redirect
from app.signin.sessions import Browser
from app.signin.sign_ins import Known, Person
from app.signin.steps import Failed, Ready, Step
from app.signin.telling import Errant
from app.signin.walks import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


#: How long the phone may be asked.
APPROVAL_LIFETIME: Final = dt.timedelta(minutes=3)
APPROVAL_KIND: Final = "sign-in"

NUMBER_FORM = errors.declare(
    code="sign-in-number-form",
    kind="invalid",
    fault_of="citizen",
    title_vi="Số định danh gồm 12 chữ số",
    title_en="A personal number has 12 digits",
    next_vi="Nhập 12 chữ số trên thẻ căn cước.",
    next_en="Type the 12 digits on the identity card.",
)
OTHER_PERSON = errors.declare(
    code="sign-in-other-person",
    kind="conflict",
    fault_of="citizen",
    title_vi="Đây không phải người đang đăng nhập",
    title_en="This is not the person who is signed in",
    next_vi="Xác thực bằng chính tài khoản đã đăng nhập, hoặc hủy và đăng nhập lại.",
    next_en="Prove it with the account that is signed in, or cancel and sign in anew.",
)
PHONE_REFUSED = errors.declare(
    code="sign-in-phone-refused",
    kind="forbidden",
    fault_of="citizen",
    title_vi="Yêu cầu đã bị từ chối trên điện thoại hoặc đã hết hạn",
    title_en="The request was refused on the phone, or is over",
    next_vi="Thử lại, hoặc dùng mật mã hay mã một lần.",
    next_en="Try again, or use the passcode or a one-time code.",
)
OVER = errors.declare(
    code="sign-in-over",
    kind="not_found",
    fault_of="caller",
    title_vi="Phiên đăng nhập này không còn hiệu lực",
    title_en="This sign-in is over",
    next_vi="Quay lại ứng dụng và bắt đầu lại; trình duyệt phải nhận cookie.",
    next_en="Go back to the application and begin again; the browser has to take cookies.",
)
FORGED_FORM = errors.declare(
    code="sign-in-form-forged",
    kind="forbidden",
    fault_of="caller",
    title_vi="Biểu mẫu không đến từ trang này",
    title_en="The form does not come from this page",
    next_vi="Tải lại trang rồi gửi lại.",
    next_en="Load the page again and send it from there.",
)


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What a page has to show. `step` is `wait` while the phone is asked.

    `notice` is a problem; `proved` are the kinds of proof that the person has given.
    """

    step: str
    place: Place
    known: Known
    caller: Caller
    notice: errors.Problem | None
    proved: frozenset[str] = frozenset()
    wish: Wish | None = None
    attributes: tuple[Attribute, ...] = ()


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """An act was taken: look at the page again; `secret` is that of a session that began."""

    secret: str | None = None


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A browser at one of its pages; `session_secret` is of the session that its cookie holds.

    That session is not what the walk goes by (the person may have to prove themselves anew), but
    what a new one takes over from.
    """

    page_id: str
    page_secret: str
    session_secret: str | None
    request_id: str


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A button that was pressed, with the fields of its form; `chosen` are ticked attributes."""

    name: str
    csrf: str
    number: str | None = None
    passcode: str | None = None
    code: str | None = None
    chosen: tuple[str, ...] = ()


class _At(msgspec.Struct, frozen=True, kw_only=True):
    """Where an act is taken, as it was found: the walk's session, and the one of the cookie."""

    session: Session
    world: World
    place: Place
    known: Known
    errant: Errant
    browser: Browser | None
    kept: Browser | None
    now: dt.datetime


Came = Moved | Redirect | Done


def look(world: World, visit: Visit) -> View | Came:
    """Return what the page shows, or what came of it meanwhile on the phone.

    Raises `sign-in-over`.
    """

    def job(session: Session) -> View | Came:
        at = _at(session, world, visit)
        if at.place.approval is not None:
            settled = _settle(at)
            if settled is not None:
                return settled
        return _view(at)

    return world.writer.submit(job)


def waits(world: World, visit: Visit) -> bool:
    """Whether the phone still has the question; looking changes nothing. Raises `sign-in-over`."""
    with world.session() as session:
        at = _at(session, world, visit)
        return at.place.approval is not None and _is_waiting(at)


def act(world: World, visit: Visit, taken: Act) -> Came:
    """Take an act. Raises `sign-in-over` and `sign-in-form-forged`."""
    if not walks.is_ours(visit.page_secret, taken.csrf):
        raise FORGED_FORM.error()

    def job(session: Session) -> Came:
        at = _at(session, world, visit)
        return _ACTS.get(taken.name, _nothing)(at, taken)

    return world.writer.submit(job)


def _at(session: Session, world: World, visit: Visit) -> _At:
    now = clock.now()
    place = walks.find(session, visit.page_id, visit.page_secret, now)
    known = None if place is None else sign_ins.find(session, place.sign_in_id)
    callers = accesses.of(world).snapshot().callers
    caller = None if known is None else callers.get(known.client_id)
    if place is None or known is None or caller is None or not known.is_open(now):
        raise OVER.error()
    browser = None if place.session_id is None else sessions.find(session, place.session_id, now)
    secret = visit.session_secret
    kept = None if secret is None else sessions.of_browser(session, secret, now)
    errant = Errant(caller=caller, request_id=visit.request_id, today=world.today)
    return _At(
        session=session,
        world=world,
        place=place,
        known=known,
        errant=errant,
        browser=browser,
        kept=kept,
        now=now,
    )


def _next(at: _At) -> Step | Ready | Failed:
    if at.browser is None:
        return Step.PROVE
    return steps.after_proof(at.session, at.world, at.errant, at.known.request, at.browser)


def _view(at: _At) -> View | Came:
    step = _next(at)
    if not isinstance(step, Step):
        return _end(at, step)
    notice = at.place.notice
    shown = View(
        step="wait" if at.place.approval is not None else step,
        place=at.place,
        known=at.known,
        caller=at.errant.caller,
        notice=None if notice is None else errors.CATALOGUE.get(notice),
        proved=frozenset() if at.browser is None else levels.kinds(at.browser.person.amr),
    )
    if step is not Step.CONSENT or at.browser is None:
        return shown
    wanted = steps.wish(at.errant, at.known.request)
    if isinstance(wanted, Failed):
        return _end(at, wanted)
    fields = consenting.attributes(
        at.session,
        at.browser.person.citizen_id,
        wanted,
        at.known.request,
        at.errant.today,
    )
    return msgspec.structs.replace(shown, wish=wanted, attributes=tuple(fields))


def _end(at: _At, end: Ready | Failed) -> Redirect | Done:
    """End the walk, and with it the sign-in."""
    _withdraw(at)
    walks.end(at.session, at.place.id)
    if isinstance(end, Ready):
        return steps.finish(at.session, at.world, at.known, end, now=at.now)
    return steps.fail(at.session, at.world, at.known, end, now=at.now)


def _cancel(at: _At, _taken: Act) -> Came:
    return _end(at, Failed(error=ErrorCode.ACCESS_DENIED, description="The person did not go on."))


def _nothing(_at: _At, _taken: Act) -> Came:
    return Moved()


def _passcode(at: _At, taken: Act) -> Came:
    return _prove(at, _number(at, taken), Factors(passcode=taken.passcode or ""))


def _code(at: _At, taken: Act) -> Came:
    return _prove(at, _number(at, taken), Factors(otp=taken.code or ""))


def _send_code(at: _At, taken: Act) -> Came:
    number = _number(at, taken)
    if number is None:
        return _tell(at, NUMBER_FORM)
    authentication.send_code(at.session, at.world, person=number, now=at.now)
    walks.move(at.session, at.place.id, number=number, has_sent_code=True)
    return Moved()


def _ask_phone(at: _At, taken: Act) -> Came:
    """Ask the phone, if the number has one; the page waits either way and tells nobody which."""
    number = _number(at, taken)
    if number is None:
        return _tell(at, NUMBER_FORM)
    bearer = citizens.find(at.session, number)
    until = at.now + APPROVAL_LIFETIME
    _withdraw(at)
    asked = None if bearer is None else bearer.id
    approval_id = approvals.ask_whoever(at.session, asked, _question(at, until), at.now)
    walks.move(at.session, at.place.id, number=number, approval=approval_id, approval_until=until)
    return Moved()


def _leave_phone(at: _At, _taken: Act) -> Came:
    _withdraw(at)
    walks.move(at.session, at.place.id, approval=None, approval_until=None)
    return Moved()


def _anew(at: _At, _taken: Act) -> Came:
    """Begin with another number; nobody is signed in in this walk from here on."""
    _withdraw(at)
    walks.move(
        at.session,
        at.place.id,
        number=None,
        session_id=None,
        has_sent_code=False,
        approval=None,
    )
    return Moved()


def _withdraw(at: _At) -> None:
    """Take the question to the phone back, so that nobody decides on what nobody waits for."""
    if at.place.approval is not None:
        approvals.withdraw(at.session, [at.place.approval], at.now)


def _settle(at: _At) -> Came | None:
    """See what came of the question to the phone; None while it waits."""
    approval_id = at.place.approval
    if approval_id is None or _is_waiting(at):
        return None
    state = approvals.told(at.session, approval_id, at.now)
    walks.move(at.session, at.place.id, approval=None, approval_until=None)
    if state != "accepted":
        return _tell(at, PHONE_REFUSED)
    return _prove(at, at.place.number, Factors(approval=approval_id, approval_kind=APPROVAL_KIND))


def _is_waiting(at: _At) -> bool:
    """Whether nobody has decided yet on what the phone was asked, and may still."""
    approval_id, until = at.place.approval or "", at.place.approval_until
    state = approvals.told(at.session, approval_id, at.now)
    return until is not None and at.now < until and state == "pending"


def _prove(at: _At, number: str | None, factors: Factors) -> Came:
    """Prove somebody by these factors; a new session begins, in place of those before."""
    if number is None:
        return _tell(at, NUMBER_FORM)
    proved = authentication.authenticate(
        at.session, at.world, person=number, factors=factors, now=at.now
    )
    if isinstance(proved, Refused):
        return _tell(at, proved.problem, number=number, has_sent_code=at.place.has_sent_code)
    if at.browser is not None and at.browser.person.citizen_id != proved.citizen_id:
        return _tell(at, OTHER_PERSON)
    browser, secret = sessions.begin(
        at.session,
        _person(proved, at.browser),
        in_place_of=[before for before in (at.browser, at.kept) if before is not None],
        now=at.now,
    )
    walks.move(at.session, at.place.id, number=number, session_id=browser.id, has_sent_code=False)
    return Moved(secret=secret)


def _person(proved: Authenticated, before: Browser | None) -> Person:
    """Return who has proved what, the proofs of the session that is stepped up included."""
    amr = levels.joined(() if before is None else before.person.amr, proved.amr)
    assurance = levels.assurance(amr)
    return Person(
        citizen_id=proved.citizen_id,
        auth_time=int(proved.at.timestamp()),
        level=levels.reached(proved.level, assurance),
        amr=amr,
        assurance=assurance,
    )


def _decide(at: _At, agreed: Sequence[str] | None) -> Came:
    """Take the person's answer to what the system asks for; None agrees to all of it."""
    wanted = steps.wish(at.errant, at.known.request)
    if _next(at) is not Step.CONSENT or at.browser is None or isinstance(wanted, Failed):
        return Moved()
    given = consenting.give(
        at.session,
        at.errant,
        at.browser.person.citizen_id,
        wanted,
        wanted.fields if agreed is None else agreed,
        f"page {at.known.id}",
    )
    return _end(at, Ready(browser=at.browser, given=given))


def _tell(at: _At, problem: errors.Problem, **columns: object) -> Came:
    walks.move(at.session, at.place.id, notice=problem.code, **columns)
    return Moved()


def _number(at: _At, taken: Act) -> str | None:
    """Return the number that is claimed: of a step-up, that of the session."""
    if at.browser is not None:
        return citizens.read(at.session, [at.browser.person.citizen_id])[0].pin
    number = "".join((taken.number or at.place.number or "").split())
    return number if number.isascii() and number.isdigit() and len(number) == 12 else None


def _question(at: _At, until: dt.datetime) -> approvals.Ask:
    caller = at.errant.caller
    return approvals.Ask(
        kind=APPROVAL_KIND,
        title_vi=f"Đăng nhập {caller.agency_name}",
        title_en=f"Sign in at {caller.agency_name_en}",
        details={"system": caller.system_name, "client_id": caller.client_id},
        asked_by=caller.client_id,
        expires_at=until,
    )


_ACTS: Final[Mapping[str, Callable[[_At, Act], Came]]] = {
    "passcode": _passcode,
    "send-code": _send_code,
    "code": _code,
    "phone": _ask_phone,
    "leave-phone": _leave_phone,
    "anew": _anew,
    "cancel": _cancel,
    "agree-all": lambda at, _taken: _decide(at, None),
    "agree": lambda at, taken: _decide(at, taken.chosen),
    "disagree": _cancel,
}
