"""Rows of the reference tables: units of both eras, and the code lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed import dates, relations, tables, traits, units
from seed.people import NEVER
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.rows.arrow import Tables

#: The legacy list of June 2025 stands for all earlier days.
_FIRST_DAY = dates.day(1900)
_HL7 = "HL7 Vietnam, vn-core-ig"
_OWN = "dancu"


def rows() -> Tables:
    """Return the rows of all reference tables, by table."""
    return {
        "unit": _units(),
        "unit_succession": _successions(),
        "ethnicity": _ethnicities(),
        "religion": _religions(),
        "relationship": _relationships(),
    }


def _units() -> pa.RecordBatch:
    era_2004 = ("2004", 0, _FIRST_DAY, units.ERA_2025)
    era_2025 = ("2025", units.PROVINCE_2025 - units.LEGACY_PROVINCE, units.ERA_2025, int(NEVER))
    districts = tables.integers("wards_legacy", "district_code")
    provinces = np.zeros(1000, np.int64)
    provinces[tables.integers("districts_legacy", "code")] = tables.integers(
        "districts_legacy", "province_code"
    )
    of_district = tables.integers("districts_legacy", "province_code")
    of_commune = tables.integers("communes_2025", "province_code")
    parts = [
        _tier("provinces_legacy", 1, era_2004, None, None),
        _tier("districts_legacy", 2, era_2004, of_district, 1),
        _tier("wards_legacy", 3, era_2004, districts, 2, provinces[districts]),
        _tier("provinces_2025", 1, era_2025, None, None),
        _tier("communes_2025", 3, era_2025, of_commune, 1),
    ]
    return pa.Table.from_batches(parts).combine_chunks().to_batches()[0]


def _tier(
    name: str,
    tier: int,
    era: tuple[str, int, int, int],
    parent: NDArray[np.int64] | None,
    parent_tier: int | None,
    province: NDArray[np.int64] | None = None,
) -> pa.RecordBatch:
    """Return the units of one tier of an era; a ward's `province` is its district's."""
    label, offset, begin, end = era
    table = tables.table(name)
    code = tables.integers(name, "code")
    count = len(code)
    ids = offset + tier * 100_000 + code
    above = province if province is not None else parent
    of_province = ids if above is None else offset + 100_000 + above
    has_parent = np.full(count, parent is not None)
    parents = ids if parent is None else offset + (parent_tier or 0) * 100_000 + parent
    kind = table["type"] if "type" in table.column_names else _province_types(name)
    return arrow.batch(
        {
            "id": arrow.whole(ids),
            "era": arrow.constant(label, count),
            "tier": arrow.whole(np.full(count, tier)),
            "code": table["code"].combine_chunks(),
            "name": table["name"].combine_chunks(),
            "short_name": table["short_name"].combine_chunks(),
            "type": kind.combine_chunks() if isinstance(kind, pa.ChunkedArray) else kind,
            "parent_id": arrow.whole(parents, has_parent),
            "province_id": arrow.whole(of_province),
            "valid_from": arrow.days(np.full(count, begin)),
            "valid_to": arrow.days(np.full(count, end)),
            "latitude": _degrees(name, "lat"),
            "longitude": _degrees(name, "lon"),
        }
    )


def _province_types(name: str) -> pa.Array[Any]:
    """Return what a province is: the words before its short name."""
    return pa.array(
        [
            "Thành phố" if row["name"].startswith("Thành phố") else "Tỉnh"
            for row in tables.rows(name)
        ]
    )


def _degrees(name: str, column: str) -> pa.Array[Any]:
    text: Any = tables.table(name)[column].combine_chunks()
    missing: Any = pc.equal(text, pa.scalar(""))
    known: pa.Array[Any] = pc.if_else(missing, pa.scalar(None, pa.string()), text)
    return known.cast(pa.float64())


def _successions() -> pa.RecordBatch:
    name, islands = "ward_to_commune_2025", "islands_to_commune_2025"
    legacy = np.append(
        tables.integers(name, "legacy_ward_code") + units.LEGACY_WARD,
        tables.integers(islands, "legacy_district_code") + units.LEGACY_DISTRICT,
    )
    commune = np.append(
        tables.integers(name, "commune_code"),
        tables.integers(islands, "commune_code"),
    )
    whole = ["whole"] * len(tables.texts(islands, "commune_code"))
    return arrow.batch(
        {
            "legacy_unit_id": arrow.whole(legacy),
            "unit_id": arrow.whole(units.COMMUNE_2025 + commune),
            "relation": pa.array([*tables.texts(name, "relation"), *whole]),
        }
    )


def _ethnicities() -> pa.RecordBatch:
    name = "ethnicity_codes_hl7vn"
    table = tables.table(name)
    return arrow.batch(
        {
            "code": table["code"].combine_chunks(),
            "name": table["name"].combine_chunks(),
            "other_names": table["other_names"].combine_chunks(),
            "source": arrow.constant(f"{_HL7} (Quyết định 121-TCTK/PPCĐ, 1979)", len(table)),
        }
    )


def _religions() -> pa.RecordBatch:
    theirs = [_HL7 if "01" <= code <= "04" else _OWN for code in traits.RELIGIONS]
    return arrow.batch(
        {
            "code": pa.array(list(traits.RELIGIONS)),
            "name": pa.array(list(traits.RELIGIONS.values())),
            "other_names": arrow.constant("", len(theirs)),
            "source": pa.array(theirs),
        }
    )


def _relationships() -> pa.RecordBatch:
    return arrow.batch(
        {
            "code": pa.array([f"{code:02d}" for code in relations.NAMES]),
            "name": pa.array(list(relations.NAMES.values())),
            "source": arrow.constant(_OWN, len(relations.NAMES)),
        }
    )
