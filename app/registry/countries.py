"""Countries: which codes a country and a nationality have (ISO 3166-1 alpha-2).

The 249 codes that ISO has assigned, from `iso3166.tab` of the tz database (public domain), state
of ISO/TC 46 N1108 (2023-04-05). Codes for users (XK), reserved ones (UK) and former countries (SU)
are not among them: a record would not say which country is meant.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTRIES: Final = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW
    """.split()  # noqa: SIM905 - a table reads better than 249 strings
)
#: Viet Nam.
HOME: Final = "VN"
#: A nationality that is not determined: one of the codes that ISO 3166-1 leaves to its users.
UNDETERMINED: Final = "XX"
NATIONALITIES: Final = COUNTRIES | {UNDETERMINED}


def _pattern(codes: Iterable[str]) -> str:
    """Write a regular expression for exactly these codes, as short as it can be read."""
    by_first = defaultdict(list)
    for code in sorted(codes):
        by_first[code[0]].append(code[1])
    return "^({})$".format("|".join(f"{a}[{''.join(b)}]" for a, b in sorted(by_first.items())))


COUNTRY_PATTERN: Final = _pattern(COUNTRIES)
NATIONALITY_PATTERN: Final = _pattern(NATIONALITIES)


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country_unknown", "ISO 3166-1 has no such alpha-2 code")
    return code


def _nationality(code: str) -> str:
    if code not in NATIONALITIES:
        raise PydanticCustomError(
            "nationality_unknown",
            "ISO 3166-1 has no such alpha-2 code (not determined is XX)",
        )
    return code


#: A country as it is sent. The patterns are for readers of the schema: what they say is checked.
Country = Annotated[
    str,
    AfterValidator(_country),
    Field(description="ISO 3166-1 alpha-2.", json_schema_extra={"pattern": COUNTRY_PATTERN}),
]
Nationality = Annotated[
    str,
    AfterValidator(_nationality),
    Field(
        description="ISO 3166-1 alpha-2; XX is not determined.",
        json_schema_extra={"pattern": NATIONALITY_PATTERN},
    ),
]
