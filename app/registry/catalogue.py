"""The form in which each room's catalogue says what may be read of a person: one row per field.

A caller that reads several catalogues gets one dictionary per person: the names do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_origin

Sensitivity = Literal["basic", "sensitive"]
Reader = TypeVar("Reader")


@dataclass(frozen=True)
class Field(Generic[Reader]):
    """One field: `type` is what a reading gives, None beside it where nothing is on record.

    A field with `several` gives a list, empty where nothing is on record. What `read` takes is
    each catalogue's own.
    """

    name: str
    group: int
    type: Any
    label_vi: str
    label_en: str
    read: Reader
    sensitivity: Sensitivity = field(default="basic", kw_only=True)

    @property
    def several(self) -> bool:
        """Whether a reading is a list."""
        return get_origin(self.type) is list
