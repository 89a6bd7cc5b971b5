"""One definition for both clients: a method that blocks in one and is awaited in the other.

    class Verifications(Calls):
        @operation
        def verify(self, number: str, …) -> Steps[Verification]: …

`Client().verify(…)` is a `Verification`, `AsyncClient().verify(…)` an awaitable one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from dancu_client.effects import Steps, Stream
from dancu_client.transports import Awaiting, Blocking

_P = ParamSpec("_P")
_T = TypeVar("_T")


class operation(Generic[_P, _T]):  # noqa: N801 - it is used as a decorator
    """A method whose steps end in a value."""

    def __init__(self, steps: Callable[Concatenate[Any, _P], Steps[_T]]) -> None:
        self._steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, at: None, owner: type) -> Self: ...
    @overload
    def __get__(self, at: Blocking, owner: type) -> Callable[_P, _T]: ...
    @overload
    def __get__(self, at: Awaiting, owner: type) -> Callable[_P, Awaitable[_T]]: ...
    def __get__(self, at: Blocking | Awaiting | None, owner: type) -> Any:
        """Return the method as this client has it."""
        if at is None:
            return self

        def call(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            return at.run(self._steps(at, *args, **kwargs))

        return update_wrapper(call, self._steps)


class listing(Generic[_P, _T]):  # noqa: N801 - it is used as a decorator
    """A method whose steps give items one after the other."""

    def __init__(self, steps: Callable[Concatenate[Any, _P], Stream[_T]]) -> None:
        self._steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, at: None, owner: type) -> Self: ...
    @overload
    def __get__(self, at: Blocking, owner: type) -> Callable[_P, Iterator[_T]]: ...
    @overload
    def __get__(self, at: Awaiting, owner: type) -> Callable[_P, AsyncIterator[_T]]: ...
    def __get__(self, at: Blocking | Awaiting | None, owner: type) -> Any:
        """Return the method as this client has it."""
        if at is None:
            return self

        def call(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            return at.each(self._steps(at, *args, **kwargs))

        return update_wrapper(call, self._steps)
