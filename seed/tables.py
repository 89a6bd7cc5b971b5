"""The reference tables that come with the generator, as Arrow tables and numpy arrays."""

from __future__ import annotations

import functools
import io
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

if TYPE_CHECKING:
    from numpy.typing import NDArray


@functools.cache
def table(name: str) -> pa.Table:
    """Return `seed/reference/<name>.csv` with every column as text; an empty cell is ''."""
    content = files("seed").joinpath("reference", f"{name}.csv").read_bytes()
    header = content.split(b"\n", 1)[0].decode().split(",")
    as_text = csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    return csv.read_csv(io.BytesIO(content), convert_options=as_text)


def rows(name: str) -> list[dict[str, str]]:
    """Return a table as one dict a row."""
    found: list[dict[str, str]] = table(name).to_pylist()
    return found


def numbers(name: str, column: str) -> NDArray[np.float64]:
    """Return one column as floats."""
    found: NDArray[np.float64] = table(name)[column].cast(pa.float64()).to_numpy()
    return found


def integers(name: str, column: str) -> NDArray[np.int64]:
    """Return one column of digits as whole numbers."""
    found: NDArray[np.int64] = table(name)[column].cast(pa.int64()).to_numpy()
    return found


def texts(name: str, column: str) -> NDArray[Any]:
    """Return one column as an object array of str."""
    return np.array(table(name)[column].to_pylist(), dtype=object)
