"""Namespaces of SDMX-ML 2.1.

Source: SDMX 2.1, SDMXMessage.xsd.
"""

from __future__ import annotations

_ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"

NAMESPACES = {
    "mes": f"{_ROOT}message",
    "str": f"{_ROOT}structure",
    "com": f"{_ROOT}common",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
"""Namespaces by prefix, those of sdmx.org first: some clients tell the version by them."""

MES = f"{{{NAMESPACES['mes']}}}"
STR = f"{{{NAMESPACES['str']}}}"
COM = f"{{{NAMESPACES['com']}}}"
