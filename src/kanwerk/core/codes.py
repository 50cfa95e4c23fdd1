"""Codes of the world's standards: currencies (ISO 4217), countries (ISO 3166-1), time zones (IANA)."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from msgspec import Meta

# Active currencies of ISO 4217, without funds, metals and test codes.
CURRENCIES = frozenset(
    (  # one string: a list would be a line each
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
        "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD "
        "KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO "
        "NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE "
        "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND "
        "VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
    ).split()
)
_DECIMALS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}

COUNTRIES = frozenset(
    (  # one string: a list would be a line each
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
        "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
        "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
        "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
        "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
        "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
        "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
        "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)

Currency = Annotated[
    str,
    Meta(
        pattern="^[A-Z]{3}$",
        description="Currency (ISO 4217)",
        extra={"one_of": "currency"},
        examples=["EUR"],
    ),
]
Country = Annotated[
    str,
    Meta(
        pattern="^[A-Z]{2}$", description="Country (ISO 3166-1)", extra={"one_of": "country"}, examples=["DE"]
    ),
]
Timezone = Annotated[
    str,
    Meta(
        max_length=64,
        description="Time zone (IANA name)",
        extra={"one_of": "time zone"},
        examples=["Europe/Berlin"],
    ),
]
Locale = Annotated[
    str,
    Meta(
        pattern="^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$",
        description="Language (BCP 47)",
        examples=["de-DE"],
    ),
]


def decimals(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217's minor unit)."""
    return _DECIMALS.get(currency, 2)


@cache
def known(what: str) -> frozenset[str]:
    """Return the codes of a kind: ``currency``, ``country`` or ``time zone``."""
    return {"currency": CURRENCIES, "country": COUNTRIES}.get(what) or frozenset(available_timezones())
