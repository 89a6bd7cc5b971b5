"""Settings: one small frozen object, read from `DANCU_…` variables and passed in, never global."""

from __future__ import annotations

import datetime as dt
import ipaddress
import resource
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.platform import names

#: What listens on every address is reached by one of this machine's own.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - read, not listened on
_MIB = 1024 * 1024
#: A process with fewer could not serve one world.
_FEWEST_CONNECTIONS = 4
_ON_POSTGRES = 80
#: Each has the file and its write-ahead log open; something is left for callers.
_MOST_ON_FILES, _FILES_OF_ONE, _OTHER_FILES = 240, 2, 96


class Settings(BaseSettings):
    """What a person may set. Each description is the setting's line in the docs."""

    model_config = SettingsConfigDict(
        # A variable that is set to nothing is not set: '' as a home would be the current folder.
        env_prefix="DANCU_",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
    )

    home: Path = Field(
        default=Path(".dancu"),
        description="Folder of the worlds, their keys and the operator's token.",
    )
    database_url: str | None = Field(
        default=None,
        description="PostgreSQL server for the worlds, each in a database of its own, as "
        "`postgresql://user:password@host:port/postgres`. Unset: one SQLite file per world.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="Address by which others reach the server: the base of every issuer. "
        "Unset: `http://<host>:<port>`, with 127.0.0.1 where it listens everywhere.",
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Server processes. More than one needs PostgreSQL."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("127.0.0.1", "localhost", "[::1]"),
        description="Host names a request may name, separated by commas; those of `host` and "
        "`public_url` are added.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Origins of web pages that may call, separated by commas."
    )
    destinations: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Host names and networks (CIDR), separated by commas, that the server may "
        "fetch systems' keys from and send webhooks to, besides this machine.",
    )
    default_world: str = Field(default="default", description="World that `/v1/…` stands for.")
    default_size: int = Field(default=50_000, ge=1, description="Citizens of the default world.")
    default_seed: int = Field(default=1, ge=0, description="Seed of the default world.")
    default_start_date: dt.date = Field(
        default=dt.date(2026, 1, 1), description="Start date of the default world."
    )
    default_pin_style: Literal["reserved", "realistic"] = Field(
        default="reserved",
        description="Personal numbers of the default world: `reserved` numbers are nobody's.",
    )
    max_open_worlds: int = Field(
        default=32, ge=1, description="Worlds held open at once; the longest idle is closed."
    )
    wake_seconds: float = Field(
        default=20.0,
        ge=0,
        description="How often worlds that are not open are looked at, so that webhooks, jobs and "
        "held steps go on there though nobody calls. 0: never.",
    )
    max_connections: int | None = Field(
        default=None,
        ge=_FEWEST_CONNECTIONS,
        description="Database connections, of all worlds and workers together. Unless said: 80, "
        "as PostgreSQL gives 100; on files three times as many, if so many may be open.",
    )
    writer_queue: int = Field(
        default=4096,
        ge=1,
        description="Writes that may wait for one world before callers get 503.",
    )
    max_body_bytes: int = Field(default=_MIB, ge=1024, description="Largest request body.")
    max_batch_bytes: int = Field(default=4 * _MIB, ge=1024, description="Largest body of a batch.")
    max_table_bytes: int = Field(
        default=128 * _MIB, ge=1024, description="Largest table that is sent as a file."
    )
    max_upload_bytes: int = Field(
        default=512 * _MIB, ge=1024, description="Largest file of a reconciliation."
    )
    spark_master: str | None = Field(
        default=None,
        description="Spark cluster for reconciliations that ask for it, as `spark://host:7077` or "
        "`local-cluster[2,1,1024]`. Unset: such are refused.",
    )
    headless_sign_in: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether tests may sign people in without a page, with the operator's token "
        "for one world. `auto`: only while nobody but this machine is meant to reach the server.",
    )
    prefer_faults: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether a call may name its own fault (`Prefer: code=503`), with the "
        "operator's token for one world. `auto`: as for sign-in without a page.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Collector that traces of requests are sent to by OTLP over HTTP, as "
        "`http://127.0.0.1:4318`; needs `make otel`. Unset: none are made.",
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="Form of the server's log lines."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level of the server's log lines."
    )

    @field_validator("allowed_hosts", "allowed_origins", "destinations", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("default_world")
    @classmethod
    def _is_world_name(cls, value: str) -> str:
        return names.checked(value)

    @field_validator("public_url", "otlp_endpoint")
    @classmethod
    def _is_base_url(cls, value: str | None, about: ValidationInfo) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError(f"{about.field_name} must be like https://dancu.example")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("postgresql", "postgres"):
            raise ValueError("database_url must start with postgresql://")
        return value

    @property
    def issuer_base(self) -> str:
        """The base of every issuer and of every address in an answer; never taken from Host."""
        return self.public_url or self.own_base

    @property
    def own_base(self) -> str:
        """The address by which this machine reaches the server."""
        host = self.host.strip("[]")
        host = _EVERYWHERE.get(host, host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def own_connections(self) -> int:
        """Database connections that one worker may have."""
        most = self.max_connections
        if most is None:
            most = _ON_POSTGRES if self.database_url else _on_files()
        return max(_FEWEST_CONNECTIONS, most // self.workers)

    @property
    def is_private(self) -> bool:
        """Whether only this machine is meant to reach the server.

        What it listens on is not all: one that others reach through a proxy on this machine says
        so by its public address, or by the hosts and origins that it accepts.
        """
        public = urlsplit(self.issuer_base).hostname or ""
        origins = (urlsplit(origin).hostname or "" for origin in self.allowed_origins)
        return all(map(_is_loopback, (self.host, public, *self.allowed_hosts, *origins)))

    @property
    def may_sign_in_headless(self) -> bool:
        """Whether a sign-in without pages is answered."""
        return self._is_on(self.headless_sign_in)

    @property
    def may_prefer_faults(self) -> bool:
        """Whether a call is given the fault that it names."""
        return self._is_on(self.prefer_faults)

    def _is_on(self, setting: Literal["auto", "on", "off"]) -> bool:
        return self.is_private if setting == "auto" else setting == "on"


def _is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own; what cannot be told is not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _on_files() -> int:
    """How many connections to SQLite's files a process may have by its limit of open files."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(_MOST_ON_FILES, max(0, limit - _OTHER_FILES) // _FILES_OF_ONE)
