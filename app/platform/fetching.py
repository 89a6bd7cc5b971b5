"""Fetching from, and posting to, an address that somebody else named (DESIGN: nothing dials out).

Only this machine is dialled, and what the operator put on the list (`DANCU_DESTINATIONS`). The
address is checked after it was resolved, and the connection goes to the very address that was
checked, so that a name cannot mean one machine to the check and another to the dialling. Each
redirect is a new address; what is posted follows none. There are limits of size and of time, and
no proxy, cookie or credential.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import SplitResult, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    _Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

MOST_BYTES: Final = 65_536
#: How much of the answer to a message is read: its status says all that counts.
MOST_ANSWER_BYTES: Final = 1_024
MOST_SECONDS: Final = 3.0
MOST_REDIRECTS: Final = 3
LONGEST_ADDRESS: Final = 2_000
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PORTS: Final = {"http": 80, "https": 443}


class FetchError(Exception):
    """Why nothing was fetched, in English and Vietnamese, to be told to who named the address."""

    def __init__(self, reason: str, reason_vi: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.reason_vi = reason_vi


class Posted(NamedTuple):
    """What was answered to a message: its status, how its body begins, and Retry-After as sent."""

    status: int
    body: bytes
    retry_after: str | None


class _Deadline:
    """Ends a connection when its time is over, however slowly the other side keeps sending."""

    def __init__(self, seconds: float) -> None:
        self._socket: socket.socket | None = None
        self.is_over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def holds(self, connected: socket.socket) -> None:
        """Let this be the connection that ends with the time; the one before ends now."""
        before, self._socket = self._socket, connected
        if before is not None:
            before.close()

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself meanwhile
                return


def fetch(url: str, *, destinations: Sequence[str] = (), seconds: float = MOST_SECONDS) -> bytes:
    """Return the body of a 200 answer from `url`, or from where it redirects to.

    `destinations` are host names and networks (CIDR) that may be dialled besides this machine.
    Raises `FetchError`: for an address that may not be dialled, more than 65,536 bytes, three
    redirects or `seconds`, or any other answer than 200.
    """
    with _Deadline(seconds) as deadline:
        for _ in range(MOST_REDIRECTS + 1):
            answer = _get(_checked(url), destinations, deadline, seconds)
            if isinstance(answer, bytes):
                return answer
            url = _redirected(url, answer)
    raise FetchError("it redirects too often", "chuyển hướng quá nhiều lần")


def check(url: str, *, destinations: Sequence[str] = ()) -> None:
    """Raise `FetchError` for an address that could not be dialled, as far as its text tells."""
    parts = _checked(url)
    host = parts.hostname or ""
    ip = _literal(host)
    is_listed = host in destinations
    if ip is None and not is_listed and host != "localhost":
        raise _not_allowed()
    if ip is not None and not _may_be_dialled(str(ip), destinations, is_listed):
        raise _not_allowed()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    destinations: Sequence[str] = (),
    seconds: float = MOST_SECONDS,
) -> Posted:
    """Post `body` once and return what was answered, whatever its status; no redirect is followed.

    Of the answer's body at most `MOST_ANSWER_BYTES` are read. Raises `FetchError` for an address
    that may not be dialled, and where nobody answers within `seconds`.
    """
    parts = _checked(url)
    sent = {"Accept-Encoding": "identity", **headers}
    with _Deadline(seconds) as deadline:
        try:
            connection = _opened(parts, destinations, deadline, seconds)
            connection.request("POST", _target(parts), body=body, headers=sent)
            with connection.getresponse() as answer:
                begins = answer.read(MOST_ANSWER_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failed(error, deadline) from None
    return Posted(answer.status, begins, answer.getheader("Retry-After"))


def _checked(url: str) -> SplitResult:
    """Return the parts of an address that may be tried; its host is resolved later."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise FetchError("it is no address", "không phải là địa chỉ") from None
    is_address = parts.scheme in _PORTS and host and port != 0 and url.isascii()
    if not is_address or len(url) > LONGEST_ADDRESS or any(sign <= " " for sign in url):
        raise FetchError(
            "it must be an http or https address in ASCII", "phải là địa chỉ http hoặc https"
        )
    if parts.username is not None or parts.fragment:
        raise FetchError(
            "it must have no credentials and no fragment",
            "không được có tên đăng nhập hoặc phần sau dấu #",
        )
    if parts.scheme == "http" and not is_this_machine(host or ""):
        raise FetchError(
            "beyond this machine only https is fetched", "ngoài máy này chỉ dùng https"
        )
    return parts


def _redirected(url: str, location: str) -> str:
    try:
        onward = urljoin(url, location)
    except ValueError:
        raise FetchError("it redirects to no address", "chuyển hướng không tới địa chỉ") from None
    if url.startswith("https:") and not onward.startswith("https:"):
        raise FetchError("it redirects from https to http", "chuyển hướng từ https sang http")
    return onward


def _get(
    parts: SplitResult, destinations: Sequence[str], deadline: _Deadline, seconds: float
) -> bytes | str:
    """Return the body, or the address that the answer redirects to."""
    try:
        connection = _opened(parts, destinations, deadline, seconds)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        connection.request("GET", _target(parts), headers=headers)
        with connection.getresponse() as answer:
            if answer.status in _REDIRECTS:
                return answer.getheader("Location") or ""
            body = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(error, deadline) from None
    if deadline.is_over:
        raise FetchError("it took too long", "mất quá nhiều thời gian")
    if answer.status != http.HTTPStatus.OK:
        raise FetchError(f"it answers {answer.status}", f"phản hồi {answer.status}")
    if len(body) > MOST_BYTES:
        raise FetchError(f"it is over {MOST_BYTES} bytes", f"lớn hơn {MOST_BYTES} byte")
    return body


def _opened(
    parts: SplitResult, destinations: Sequence[str], deadline: _Deadline, seconds: float
) -> http.client.HTTPConnection:
    """Return a connection to a checked address of the host, secured where it is https."""
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port)
    connection.sock = _connected(host, port, destinations, deadline, seconds)
    if parts.scheme == "https":
        connection.sock = _secured(connection.sock, host, deadline)
    return connection


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _failed(error: Exception, deadline: _Deadline) -> FetchError:
    """Say why nothing came back; whether the machine refused or did not speak HTTP is not told."""
    if deadline.is_over or isinstance(error, TimeoutError):
        return FetchError("it took too long", "mất quá nhiều thời gian")
    return FetchError("nothing useful answers there", "không có phản hồi đọc được")


def _connected(
    host: str, port: int, destinations: Sequence[str], deadline: _Deadline, seconds: float
) -> socket.socket:
    """Dial an address of the host that was checked; raise OSError where nobody answers."""
    is_listed = host in destinations
    if _literal(host) is None and not is_listed and host != "localhost":
        raise _not_allowed()  # nobody else's name is looked up
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [address for *_, address in found]
    if not all(_may_be_dialled(str(each[0]), destinations, is_listed) for each in addresses):
        raise _not_allowed()
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            connected = socket.create_connection((str(address[0]), port), timeout=seconds)
        except OSError as error:
            failure = error
            continue
        deadline.holds(connected)
        return connected
    raise failure


def _secured(plain: socket.socket, host: str, deadline: _Deadline) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    deadline.holds(secured)
    secured.do_handshake()
    return secured


def _may_be_dialled(address: str, destinations: Sequence[str], is_listed: bool) -> bool:  # noqa: FBT001 - one of three facts about an address
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.is_loopback or any(ip in network for network in _networks(destinations)):
        return True
    # A listed name may lead to any machine, but never to a cloud's metadata or to a group.
    return is_listed and not (ip.is_link_local or ip.is_multicast or ip.is_unspecified)


def _networks(
    destinations: Sequence[str],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found = []
    for each in destinations:
        try:
            found.append(ipaddress.ip_network(each))
        except ValueError:
            continue  # a name
    return found


def is_this_machine(host: str) -> bool:
    """Whether a host name or address is loopback, as it stands."""
    ip = _literal(host)
    return host == "localhost" or (ip is not None and ip.is_loopback)


def _literal(host: str) -> _Ip | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _not_allowed() -> FetchError:
    return FetchError(
        "only this machine may be dialled, and what DANCU_DESTINATIONS lists",
        "chỉ được gọi tới máy này và các địa chỉ nêu trong DANCU_DESTINATIONS",
    )
