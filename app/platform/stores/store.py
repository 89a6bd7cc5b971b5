"""What a store of worlds can do, whichever database keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from app.platform import errors

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import URL

    from app.platform.settings import Settings

Dialect = Literal["sqlite", "postgresql"]

UNKNOWN = errors.declare(
    code="world-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có thế giới tên đó",
    title_en="There is no world of that name",
    next_vi="Xem danh sách bằng `dancu world list`, hoặc tạo bằng `dancu world create`.",
    next_en="See the worlds there are with `dancu world list`, or make one: `dancu world create`.",
)
EXISTS = errors.declare(
    code="world-exists",
    kind="conflict",
    fault_of="caller",
    title_vi="Đã có thế giới tên đó",
    title_en="There is a world of that name already",
    next_vi="Chọn tên khác, hoặc xóa thế giới cũ bằng `dancu world delete`.",
    next_en="Choose another name, or delete the old world with `dancu world delete`.",
)
IN_USE = errors.declare(
    code="world-in-use",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Một tiến trình khác đang thay đổi thế giới này",
    title_en="Another process is changing this world",
    next_vi="Đợi thao tác đó xong rồi thử lại.",
    next_en="Wait until it is done, then try again.",
)


class Draft(Protocol):
    """A database in the making: nobody finds it until published, and it goes if it is not."""

    url: URL

    def publish(self, name: str) -> None:
        """Make it the world `name`, in one step; raise `world-exists` if there is one.

        Every connection to it must be closed.
        """
        ...

    def replace(self, name: str) -> None:
        """Put its contents in the place of world `name`'s, in one step, also while that is served.

        Every connection to the draft must be closed. The caller holds `Store.lock`.
        """
        ...

    def keep(self, key: str) -> None:
        """Keep a copy of it under `key`, to make further drafts from."""
        ...


class Store(Protocol):
    """A place that keeps worlds by name. Names are checked by the caller (`names.checked`)."""

    dialect: Dialect

    def names(self) -> list[str]:
        """Return the names of all worlds, sorted."""
        ...

    def url(self, name: str) -> URL:
        """Return a world's address; raise `world-unknown` if there is none of that name."""
        ...

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold the right to change what `name` stands for, against all other processes.

        Raises `world-in-use` after `LOCK_SECONDS`.
        """
        ...

    def making(self) -> AbstractContextManager[Draft]:
        """Make an empty draft."""
        ...

    def copying(self, name: str) -> AbstractContextManager[Draft]:
        """Make a draft that is a copy of world `name`, as of one moment, also while it is served.

        PostgreSQL copies only what nobody is connected to: there the world refuses connections
        while it is copied, and who is in a transaction has `DRAIN_SECONDS` to end it.
        """
        ...

    def copying_kept(self, key: str) -> AbstractContextManager[Draft | None]:
        """Make a draft from what was kept under `key`; None if there is nothing."""
        ...

    def kept(self) -> list[str]:
        """Return the keys under which something is kept."""
        ...

    def discard(self, key: str) -> None:
        """Give up what was kept under `key`, if anything."""
        ...

    def back_up(self, name: str, label: str) -> str:
        """Keep a copy of world `name` aside and return where it is. The caller holds the lock."""
        ...

    def drop(self, name: str) -> None:
        """Remove a world, also while another process serves it. The caller holds the lock."""
        ...

    def sweep(self) -> None:
        """Clear away what dead processes left behind, and nothing that is still being made."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


#: How long to wait for another process that holds a world's lock.
LOCK_SECONDS = 120.0
#: How long transactions may take to end before a world is copied on PostgreSQL.
DRAIN_SECONDS = 2.0


def at(settings: Settings) -> Store:
    """Return the store that the settings name."""
    if settings.database_url is None:
        from app.platform.stores.sqlite import SqliteStore  # noqa: PLC0415 - only the one in use

        return SqliteStore(settings.home)
    from app.platform.stores.postgres import PostgresStore  # noqa: PLC0415 - an extra, and heavy

    return PostgresStore(settings.database_url)
