"""Faults on demand: the one catalogue of what can be made to go wrong, and what is.

A profile is put on a world by name and taken off again. `weather` decides by it which call meets
what, and which message of a webhook does; the faults of a system's tokens are handed to sign-in,
which makes them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal, get_args

import msgspec
from sqlalchemy import delete, insert, select

from app.exchange import agencies
from app.exchange.webhooks import faults as webhook_faults
from app.platform import errors, founding
from app.sandbox import weather
from app.sandbox.models import Fault
from app.sandbox.weather import MOST_DELAY_MS, Kind, Profile, Step, Window, moment
from app.signin import faults as token_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

PROFILE_UNKNOWN = errors.declare(
    code="fault-profile-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có hồ sơ lỗi giả lập nào tên đó",
    title_en="There is no profile of faults of that name",
    next_vi="Xem danh sách ở GET /control/v1/faults, hoặc bằng `dancu fault list`.",
    next_en="GET /control/v1/faults lists them, and so does `dancu fault list`.",
)
PROFILE_INVALID = errors.declare(
    code="fault-profile-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Hồ sơ lỗi giả lập này không thể dùng",
    title_en="This profile of faults cannot be used",
    next_vi="Sửa các trường nêu trong invalid_params; docs/faults.md cho biết từng loại lỗi.",
    next_en="Correct what invalid_params names; docs/faults.md tells what each kind takes.",
)

MOST_PROFILES: Final = 200
MOST_STEPS: Final = 50
MOST_TIMES: Final = 1_000_000
MOST_RETRY_AFTER: Final = 86_400
MOST_SLOW_SECONDS: Final = 60.0
NAME: Final = "^[a-z][a-z0-9_-]{0,63}$"
PATH: Final = "^/[A-Za-z0-9/._-]{0,200}$"
#: What `error` may answer with.
STATUSES: Final = (400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 501, 502, 503, 504)


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """One fault there can be: what happens, and how a client notices.

    `weather` is met by calls, as a step's kind; `token` is in what a sign-in gives, by name;
    `webhook` is in what is sent to a system, by name.
    """

    name: str
    of: Literal["weather", "token", "webhook"]
    title_vi: str
    title_en: str
    noticed_by: str
    problem: str | None = None


def _weather(
    name: Kind, title_vi: str, title_en: str, noticed_by: str, problem: str | None = None
) -> KindView:
    return KindView(
        name=name,
        of="weather",
        title_vi=title_vi,
        title_en=title_en,
        noticed_by=noticed_by,
        problem=problem,
    )


_WEATHER: Final = (
    _weather("fine", "không có lỗi", "nothing: a rest in a script", "an ordinary answer"),
    _weather("latency", "trả lời chậm", "the answer is late", "time, and the header"),
    _weather("error", "một mã lỗi HTTP", "an error of the chosen status; nothing is done",
             "status, code and header", "fault-error"),
    _weather("rate-limit", "quá nhiều yêu cầu", "429 with Retry-After and RateLimit; nothing is"
             " done", "status, code and header (RFC 6585 §4)", "fault-rate-limit"),
    _weather("maintenance", "đang bảo trì", "503 with Retry-After, until the window's end where"
             " there is one; nothing is done", "status, code and header (RFC 9110 §15.6.4)",
             "fault-maintenance"),
    _weather("drop-before", "cắt kết nối, chưa làm gì",
             "the connection is cut; nothing was done", "no answer; `fault` in the request log"),
    _weather("drop-after", "làm xong rồi cắt kết nối",
             "all is done and logged, then the connection is cut before the answer",
             "no answer; `fault` in the request log; an Idempotency-Key gets the answer"),
    _weather("truncate", "câu trả lời bị cắt nửa chừng",
             "all is done; half of the body comes, then the connection is cut",
             "the body is shorter than Content-Length (RFC 9112 §8)"),
    _weather("slow-body", "nội dung đến nhỏ giọt",
             "all is done; the body comes in pieces over `seconds`", "time, and the header"),
    _weather("empty", "kết nối trên giấy: trả lời rỗng",
             "connected on paper: 200 and `{}`; nothing is done",
             "the answer has no member, no receipt, and the header"),
    _weather("stale", "kết nối trên giấy: trả lời cũ",
             "connected on paper: all is done and logged, and what the system was answered when"
             " it first asked just this comes again",
             "`Age` (RFC 9111 §5.1), an older receipt, and the header"),
)  # fmt: skip

#: Every fault there is, by name: of calls, of tokens and of webhooks.
CATALOGUE: Final[Mapping[str, KindView]] = {
    **{each.name: each for each in _WEATHER},
    **{
        each.name: KindView(
            name=each.name,
            of="token",
            title_vi=each.title_vi,
            title_en=each.title_en,
            noticed_by=each.rule,
        )
        for each in token_faults.FAULTS.values()
    },
    **{
        each.name: KindView(
            name=each.name,
            of="webhook",
            title_vi=each.title_vi,
            title_en=each.title_en,
            noticed_by=each.rule,
        )
        for each in webhook_faults.FAULTS.values()
    },
}


def tables_markdown() -> str:
    """Return the catalogue as tables: of calls, of tokens, and of webhooks."""
    parts = []
    for of, title in (
        ("weather", "Of calls"),
        ("token", "Of a system's sign-ins (`tokens`)"),
        ("webhook", "Of what is sent to a system (`webhooks`)"),
    ):
        parts += [f"{title}:", ""]
        parts += ["| fault | what happens | điều xảy ra | told apart by |", "|---|---|---|---|"]
        for each in CATALOGUE.values():
            if each.of == of:
                by = f"{each.noticed_by}; `{each.problem}`" if each.problem else each.noticed_by
                parts.append(f"| `{each.name}` | {each.title_en} | {each.title_vi} | {by} |")
        parts.append("")
    return "\n".join(parts)


def all_of_them(session: Session) -> list[Profile]:
    """Return every profile that is on, in order of name."""
    return weather.profiles(session)


def put(session: Session, profile: Profile, *, now: dt.datetime) -> None:
    """Put a profile on the world, in place of one of its name; its script begins anew.

    Raises `fault-profile-invalid`, `sign-in-fault-unknown`, `agency-unknown`.
    """
    wrong = tuple(_wrong(profile))
    others = select(Fault.name).where(Fault.name != profile.name)
    if len(session.scalars(others).all()) >= MOST_PROFILES:
        wrong += (_param("name", f"at most {MOST_PROFILES} profiles at once"),)
    if wrong:
        raise PROFILE_INVALID.error(params=wrong)
    if profile.client_id is not None:
        agencies.find(session, profile.client_id)
    session.execute(delete(Fault).where(Fault.name == profile.name))
    kept = msgspec.to_builtins(profile)
    session.execute(insert(Fault).values(name=profile.name, profile=kept, met=0))
    _tell(session, now)


def clear(session: Session, name: str, *, now: dt.datetime) -> None:
    """Take a profile off. Raises `fault-profile-unknown`."""
    gone = delete(Fault).where(Fault.name == name).returning(Fault.name)
    if session.execute(gone).first() is None:
        raise PROFILE_UNKNOWN.error()
    _tell(session, now)


def clear_all(session: Session, *, now: dt.datetime) -> int:
    """Take every profile off; return how many there were. Where there is none, nothing changes."""
    gone = session.execute(delete(Fault).returning(Fault.name)).all()
    if gone:
        _tell(session, now)
    return len(gone)


def _tell(session: Session, now: dt.datetime) -> None:
    """Tell sign-in which tokens go wrong now, and every process that the weather has changed."""
    found = weather.profiles(session)
    wanted: dict[str, set[str]] = defaultdict(set)
    for profile in found:
        if profile.client_id is not None:
            wanted[profile.client_id].update(profile.tokens)
    present = token_faults.every(session)
    for client_id in present.keys() | wanted.keys():
        names = wanted.get(client_id, set())
        if names != present.get(client_id, set()):
            token_faults.put(session, client_id, names)
    is_fine = not any(profile.steps for profile in found)
    founding.turn_weather(session, is_fine=is_fine, now=now)


def _wrong(profile: Profile) -> Iterator[errors.InvalidParam]:
    """Say what of a profile cannot be: bounds, and members that contradict one another."""
    if not re.fullmatch(NAME, profile.name):
        yield _param("name", "1 to 64 of a–z, 0–9, - and _, starting with a letter")
    if profile.path is not None and not _may_be_reached(profile.path):
        yield _param("path", f"an address that begins with {', '.join(weather.REACHED)}")
    if profile.tokens and (profile.client_id is None or profile.window or profile.path):
        yield _param("tokens", "of one system: with client_id, without path and window")
    if profile.window is not None:
        yield from _wrong_window(profile.window)
    yield from _wrong_share(profile)
    yield from _wrong_script(profile)


def _wrong_share(profile: Profile) -> Iterator[errors.InvalidParam]:
    if not 0 < profile.share <= 1:
        yield _param("share", "above 0, at most 1")
    elif profile.share < 1 and any(step.times is not None for step in profile.steps):
        yield _param("share", "a script is met by every call: leave out share, or times")


def _wrong_script(profile: Profile) -> Iterator[errors.InvalidParam]:
    if not (profile.steps or profile.tokens or profile.webhooks):
        yield _param("steps", "say what goes wrong: steps, tokens or webhooks")
    if not webhook_faults.FAULTS.keys() >= set(profile.webhooks):
        yield _param("webhooks", f"names of {', '.join(webhook_faults.FAULTS)}")
    if len(profile.steps) > MOST_STEPS:
        yield _param("steps", f"at most {MOST_STEPS}")
    if any(step.times is None for step in profile.steps[:-1]):
        yield _param("steps", "a step without times is the last: no other is ever met")
    for place, step in enumerate(profile.steps):
        for reason in _wrong_step(step):
            yield _param(f"steps.{place}", reason)


def _wrong_step(step: Step) -> Iterator[str]:
    if step.kind not in get_args(Kind):
        yield "no such kind"
    if step.times is not None and not 1 <= step.times <= MOST_TIMES:
        yield f"times: 1 to {MOST_TIMES}"
    if step.status not in STATUSES:
        yield f"status: one of {', '.join(map(str, STATUSES))}"
    if not 1 <= step.retry_after <= MOST_RETRY_AFTER:
        yield f"retry_after: 1 to {MOST_RETRY_AFTER} seconds"
    if not 0 < step.seconds <= MOST_SLOW_SECONDS:
        yield f"seconds: above 0, at most {MOST_SLOW_SECONDS:.0f}"
    if step.kind == "latency" and step.delay is None:
        yield "latency needs a delay"
    if step.delay is not None:
        yield from _wrong_delay(step.delay)


def _wrong_delay(delay: weather.Delay) -> Iterator[str]:
    if not 0 <= delay.ms <= MOST_DELAY_MS:
        yield f"delay.ms: 0 to {MOST_DELAY_MS}"
    has_end = delay.to_ms is not None
    if has_end is not (delay.distribution == "uniform"):
        yield "delay.to_ms: with the uniform distribution, and no other"
    elif delay.to_ms is not None and not delay.ms <= delay.to_ms <= MOST_DELAY_MS:
        yield f"delay.to_ms: from delay.ms to {MOST_DELAY_MS}"


def _wrong_window(window: Window) -> Iterator[errors.InvalidParam]:
    read = moment if window.clock == "real" else dt.date.fromisoformat
    form = "2026-01-10T22:00:00+07:00" if window.clock == "real" else "2026-01-10"
    read_as = []
    for name, text in (("starts", window.starts), ("ends", window.ends)):
        try:
            if text is not None:
                read_as.append(read(text))
        except ValueError:
            yield _param(f"window.{name}", f"write it like {form}")
            return
    if not read_as:
        yield _param("window", "say when it starts, or ends, or both")
    elif sorted(read_as) != read_as:
        yield _param("window.ends", "before it starts")


def _may_be_reached(path: str) -> bool:
    is_whole = re.fullmatch(PATH, path)
    return bool(is_whole) and any(
        path.startswith(each) or each.startswith(path) for each in weather.REACHED
    )


_VI: Final[Mapping[str, str]] = {
    "name": "tên không hợp lệ, hoặc đã có quá nhiều hồ sơ",
    "path": "không phải phần đầu của một địa chỉ có lỗi giả lập",
    "share": "phải trên 0 và không quá 1; không dùng cùng times",
    "tokens": "chỉ cho một hệ thống: có client_id, không có path và window",
    "webhooks": "không có lỗi webhook nào tên đó",
    "window": "thời điểm không hợp lệ",
    "steps": "các bước không hợp lệ",
}


def _param(name: str, reason: str) -> errors.InvalidParam:
    return errors.InvalidParam(f"body.{name}", reason, _VI[name.partition(".")[0]])
