"""A dancu server that is running, asked over HTTP as any agency's system asks it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, BinaryIO, TypeVar

import msgspec

from app.cli import dpop, home
from app.cli.failing import CommandError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

    import httpx

    from app.platform.signing import Es256Signer

_TIMEOUT_SECONDS = 30.0
#: How long an answer may take: a file of a million rows is made while its caller waits.
_PATIENCE_SECONDS = 300.0
#: A file is looked through before the server answers.
_UPLOAD_SECONDS = 600.0
_PART_BYTES = 1 << 18
_Answer = TypeVar("_Answer")


class Metadata(msgspec.Struct, frozen=True):
    """What is needed of a world's discovery document (RFC 8414 §2)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str


class Token(msgspec.Struct, frozen=True):
    """An access token as it was given (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class Place(msgspec.Struct, frozen=True):
    """Where in which log an exchange stands."""

    seq: int
    log: str


class _Param(msgspec.Struct, frozen=True):
    """A member that was wrong, and why."""

    name: str
    reason: str


class _Problem(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457), or an OAuth error (RFC 6749 §5.2)."""

    code: str = ""
    detail: str = ""
    next: str = ""
    request_id: str = ""
    error: str = ""
    error_description: str = ""
    invalid_params: tuple[_Param, ...] = ()


class Remote:
    """One world of a server. Every method raises `CommandError` where the server refuses."""

    def __init__(self, client: httpx.Client, url: str, world: str | None) -> None:
        """`url` is the server's; `world` None is the world that stands for `/v1/…` there."""
        self._client = client
        self._url = url.rstrip("/")
        self._prefix = f"/w/{world}" if world else ""
        self._key: Es256Signer | None = None

    def bind(self, key: Es256Signer) -> None:
        """Bind the tokens that are asked for from now on to a key, and prove to hold it."""
        self._key = key

    def proof(self, method: str, path: str, token: str | None = None) -> dict[str, str]:
        """Return the headers that show a token at `path` of this world, or none yet.

        Where tokens are bound, a proof by their key is among them (RFC 9449 §4).
        """
        if self._key is None:
            return {} if token is None else {"Authorization": f"Bearer {token}"}
        address = self.metadata.issuer + path.partition("?")[0]
        shown = {} if token is None else {"Authorization": f"DPoP {token}"}
        return {**shown, "DPoP": dpop.proof(self._key, method, address, token)}

    @cached_property
    def metadata(self) -> Metadata:
        """Its discovery document."""
        return self.get("/.well-known/oauth-authorization-server", Metadata)

    def token(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Token:
        """Ask the token endpoint; `basic` is client id and secret for `client_secret_basic`."""
        return _read(self._send("POST", "/oidc/token", form=form, basic=basic), Token)

    def get(self, path: str, as_type: type[_Answer], token: str | None = None) -> _Answer:
        """Get `path` of this world and read the JSON as `as_type`."""
        return _read(self._send("GET", path, token=token), as_type)

    def download(self, path: str, token: str | None = None) -> bytes:
        """Get the file at `path` of this world."""
        return self._send("GET", path, token=token)

    def post(self, path: str, body: object, as_type: type[_Answer], token: str) -> _Answer:
        """Post `body` as JSON to `path` of this world and read the JSON as `as_type`."""
        sent = msgspec.json.encode(body)
        return _read(self._send("POST", path, token=token, content=sent), as_type)

    def upload(
        self, path: str, file: tuple[str, bytes], as_type: type[_Answer], token: str
    ) -> _Answer:
        """Post a file (media type and bytes) to `path` of this world, and read the JSON."""
        media_type, content = file
        sent = self._send("POST", path, token=token, content=content, media_type=media_type)
        return _read(sent, as_type)

    def exchange(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[bool, bytes]:
        """Post a body as it is; return whether it is answered well, and the answer as it is."""
        response = self._request("POST", path, headers=headers, content=body)
        return not response.is_error, response.content

    def patch(self, path: str, body: object, as_type: type[_Answer], token: str) -> _Answer:
        """Change what is at `path` of this world by JSON, and read the JSON as `as_type`."""
        sent = msgspec.json.encode(body)
        return _read(self._send("PATCH", path, token=token, content=sent), as_type)

    def put_file(
        self, path: str, file: BinaryIO, media_type: str, as_type: type[_Answer], token: str
    ) -> _Answer:
        """Put a file to `path` of this world, part by part, and read the JSON as `as_type`."""
        headers = {"Accept": "application/json", "Content-Type": media_type}
        headers |= self.proof("PUT", path, token)
        parts = iter(partial(file.read, _PART_BYTES), b"")
        response = self._request(
            "PUT", path, headers=headers, content=parts, timeout=_UPLOAD_SECONDS
        )
        if response.is_error:
            raise _refusal(response)
        return _read(response.content, as_type)

    def put(self, path: str, body: object, token: str) -> bytes:
        """Put `body` as JSON to `path` of this world; return what is answered, if anything is."""
        return self._send("PUT", path, token=token, content=msgspec.json.encode(body))

    def delete(self, path: str, token: str) -> bytes:
        """Remove what is at `path` of this world; return what is answered, if anything is."""
        return self._send("DELETE", path, token=token)

    def _send(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        content: bytes | None = None,
        media_type: str = "application/json",
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> bytes:
        headers = {"Accept": "application/json"}
        if token is not None or form is not None:
            headers |= self.proof(method, path, token)
        if content is not None:
            headers["Content-Type"] = media_type
        response = self._request(
            method, path, headers=headers, content=content, form=form, basic=basic
        )
        if response.is_error:
            raise _refusal(response)
        return response.content

    def _request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | Iterator[bytes] | None = None,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        timeout: float | None = None,
    ) -> httpx.Response:
        import httpx

        try:
            return self._client.request(
                method,
                f"{self._url}{self._prefix}{path}",
                headers=headers,
                content=content,
                data=form,
                timeout=httpx.USE_CLIENT_DEFAULT if timeout is None else timeout,
                auth=basic if basic is not None else httpx.USE_CLIENT_DEFAULT,
                follow_redirects=method == "GET",  # the default world's discovery, by its name
            )
        except (httpx.ReadTimeout, httpx.WriteTimeout):
            raise CommandError(
                f"the server at {self._url} took the call and has not answered in time",
                "It may still do what it was asked: look before you ask again (`dancu requests`).",
                code="server-slow",
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise CommandError(
                f"no dancu server answers at {self._url} ({error})",
                "Start it with `dancu serve` (or `make run`), or name another with --server.",
                code="server-unreachable",
            ) from None


@contextmanager
def connect(server: str | None, world: str | None) -> Iterator[Remote]:
    """Talk to the server that is named, else to the one that runs on this home folder."""
    url = server or home.server_url(home.settings())
    with http() as client:
        yield Remote(client, url, world)


def http() -> httpx.Client:
    """Return a client for servers that are usually on this machine: no proxy of the outside."""
    import httpx

    timeout = httpx.Timeout(_TIMEOUT_SECONDS, read=_PATIENCE_SECONDS)
    return httpx.Client(timeout=timeout, trust_env=False, verify=_authorities())


@cache
def _authorities() -> ssl.SSLContext:
    """Return whom a server's certificate may be from: reading the list takes 20 ms each time."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _read(content: bytes, as_type: type[_Answer]) -> _Answer:
    try:
        return msgspec.json.decode(content, type=as_type)
    except msgspec.DecodeError as error:
        raise _strange(f"the server's answer is not dancu's ({error})") from None


def _strange(message: str) -> CommandError:
    return CommandError(
        message, "Make sure that --server names a dancu server.", code="server-strange"
    )


def _refusal(response: httpx.Response) -> CommandError:
    try:
        problem = msgspec.json.decode(response.content, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    if problem.error:
        return CommandError(
            problem.error_description,
            "`dancu agency show CLIENT` shows how this client proves itself, and its secret.",
            code=problem.error,
        )
    if not problem.code:
        return _strange(f"the server answered {response.status_code} and not as dancu does")
    where = f" (request {problem.request_id})" if problem.request_id else ""
    wrong = [f"\n  {each.name}: {each.reason}" for each in problem.invalid_params]
    said = "".join((problem.detail, where, *wrong))
    return CommandError(said, problem.next, code=problem.code)
