"""Discovery: a folder in which each module declares one thing is read into a table by name."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Container
    from types import ModuleType


class Named(Protocol):
    """What a declaration must have: the name it is found by."""

    @property
    def name(self) -> str:
        """Unique within its folder."""
        ...


T = TypeVar("T", bound=Named)


class DeclarationError(Exception):
    """A module of a discovered folder declares nothing, or a name that is taken."""


def declarations(
    package: ModuleType, attribute: str, of: type[T], besides: Container[str] = ()
) -> dict[str, T]:
    """Return what each module of `package` declares as `attribute`, in order of name.

    Every module must declare exactly one value of class `of`; a folder is no place for helpers.
    `besides` are what a room keeps beside its declarations (`models`, `bulk`), by name.
    Raises `DeclarationError` naming the module at fault, so that a server with a broken folder
    does not start.
    """
    found: dict[str, tuple[str, T]] = {}
    for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if info.name.rpartition(".")[2] in besides:
            continue
        value = getattr(importlib.import_module(info.name), attribute, None)
        if not isinstance(value, of):
            raise DeclarationError(f"{info.name} must declare {attribute}, one {of.__name__}")
        if value.name in found:
            other = found[value.name][0]
            raise DeclarationError(f"{info.name} and {other} both declare {value.name!r}")
        found[value.name] = (info.name, value)
    return {name: found[name][1] for name in sorted(found)}
