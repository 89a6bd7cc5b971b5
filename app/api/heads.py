"""The head of a request: whether its lines are well formed, and may come from this sender.

What readers could take in two ways (RFC 9110 §5.3, RFC 9112 §3.2) is refused before anything is
done about it: two hosts, two credentials, a path with an encoded slash.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Scope

    from app.platform.settings import Settings

HOST_NOT_ALLOWED = errors.declare(
    code="host-not-allowed",
    kind="forbidden",
    fault_of="caller",
    title_vi="Máy chủ không trả lời dưới tên này",
    title_en="The server does not answer to this host name",
    next_vi="Gọi 127.0.0.1 hoặc localhost, hoặc thêm tên vào DANCU_ALLOWED_HOSTS.",
    next_en="Call 127.0.0.1 or localhost, or add the name to DANCU_ALLOWED_HOSTS.",
)
ORIGIN_NOT_ALLOWED = errors.declare(
    code="origin-not-allowed",
    kind="forbidden",
    fault_of="caller",
    title_vi="Trang web này không được gọi máy chủ",
    title_en="This web page may not call the server",
    next_vi="Gọi từ máy chủ của bạn, hoặc thêm nguồn vào DANCU_ALLOWED_ORIGINS.",
    next_en="Call from your server, or add the origin to DANCU_ALLOWED_ORIGINS.",
)
MALFORMED_HEAD = errors.declare(
    code="malformed-head",
    kind="invalid",
    fault_of="caller",
    title_vi="Phần đầu của yêu cầu không hợp lệ",
    title_en="The request's head is not valid",
    next_vi="Gửi một yêu cầu HTTP/1.1 đúng RFC 9112: mỗi tiêu đề như Host chỉ một lần.",
    next_en="Send one HTTP/1.1 request by RFC 9112: fields such as Host stand once.",
)
HEAD_TOO_LARGE = errors.declare(
    code="head-too-large",
    kind="head_too_large",
    fault_of="caller",
    title_vi="Phần đầu của yêu cầu quá lớn",
    title_en="The request's head is too large",
    next_vi="Giữ địa chỉ và các tiêu đề trong 64 KiB.",
    next_en="Keep the address and the header fields within 64 KiB.",
)

MOST_BYTES: Final = 64 * 1024
#: Fields that may stand once; others are lists, whose lines can be joined (RFC 9110 §5.3).
_SINGLE: Final = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"host",
        b"idempotency-key",
        b"origin",
        b"transfer-encoding",
    }
)
#: A slash or backslash that is data to one reader of the path and a separator to another.
_ENCODED_SLASH: Final = re.compile(b"%(2f|5c)", re.IGNORECASE)
#: Control characters, and what stands for bytes that are no UTF-8.
_NOT_IN_PATHS: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")


def fields(scope: Scope) -> Mapping[bytes, bytes]:
    """Return the header fields by name; raise `malformed-head` or `head-too-large`."""
    lines: list[tuple[bytes, bytes]] = scope["headers"]
    found = dict(lines)
    if len(found) != len(lines):
        found = _joined(lines)
    if sum(map(len, found)) + sum(map(len, found.values())) > MOST_BYTES:
        raise HEAD_TOO_LARGE.error()
    if b"host" not in found and scope.get("http_version") == "1.1":  # RFC 9112 §3.2
        raise _malformed("Host is missing", "thiếu Host")
    if found.get(b"transfer-encoding", b"chunked").lower() != b"chunked":
        raise _malformed(
            "of transfer codings only chunked is read",
            "trong các Transfer-Encoding chỉ nhận chunked",
        )
    return found


def is_plain_path(scope: Scope) -> bool:
    """Whether every reader takes the path alike: no control characters, no encoded slashes."""
    raw: bytes = scope.get("raw_path") or b""
    return b"%" not in raw or not (
        _ENCODED_SLASH.search(raw) or _NOT_IN_PATHS.search(scope["path"])
    )


class Senders:
    """Which hosts a request may name, and which web pages it may come from."""

    def __init__(self, settings: Settings) -> None:
        public, here = urlsplit(settings.issuer_base), urlsplit(settings.own_base)
        hosts = {
            host.lower().encode() for host in (*settings.allowed_hosts, public.hostname or "")
        }
        self._hosts = frozenset(hosts | {_without_port(here.netloc.encode())})
        own = f"{public.scheme}://{public.netloc}"
        self._origins = frozenset(map(_origin, (*settings.allowed_origins, own)))

    def check_host(self, found: Mapping[bytes, bytes]) -> None:
        """Raise `host-not-allowed`."""
        host = found.get(b"host", b"")
        if _without_port(host) not in self._hosts and b"*" not in self._hosts:
            raise HOST_NOT_ALLOWED.error()

    def check_origin(self, found: Mapping[bytes, bytes], scheme: str) -> None:
        """Raise `origin-not-allowed`."""
        host = found.get(b"host", b"")
        origin = found.get(b"origin")
        if origin is None:
            return
        named = _origin(origin.decode("latin-1"))
        if named not in self._origins and named != _origin(f"{scheme}://{host.decode('latin-1')}"):
            raise ORIGIN_NOT_ALLOWED.error()


def _joined(lines: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, value in lines:
        if name not in found:
            found[name] = value
        elif name in _SINGLE:
            shown = name.decode()
            raise _malformed(f"{shown} stands twice", f"{shown} xuất hiện hai lần")
        else:
            found[name] += b", " + value
    return found


def _malformed(detail: str, detail_vi: str) -> errors.DancuError:
    return MALFORMED_HEAD.error(detail, detail_vi=detail_vi)


def _origin(text: str) -> str:
    """Return an origin as browsers write it (RFC 6454 §6.2): lower case, no default port."""
    scheme, _, rest = text.lower().partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme, "/")
    return f"{scheme}://{rest.removesuffix(default)}"


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return (name if colon and port.isdigit() else host).lower()
