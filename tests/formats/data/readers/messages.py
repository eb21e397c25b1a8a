"""Small SDMX-ML messages about EXR, written by hand."""

from __future__ import annotations

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas"


def ml21(root: str, data_sets: str, *, dimension: str = "TIME_PERIOD", more: str = "") -> bytes:
    """Return a 2.1 message; ``more`` stands at the end of the header."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:{root} xmlns:m="{SCHEMAS}/v2_1/message" xmlns:c="{SCHEMAS}/v2_1/common"
 xmlns:g="{SCHEMAS}/v2_1/data/generic" xmlns:s="{SCHEMAS}/v2_1/data/structurespecific"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:n="urn:x">
<m:Header><m:ID>X</m:ID><m:Test>false</m:Test>
<m:Prepared>2025-01-01T00:00:00</m:Prepared><m:Sender id="TST"/>
<m:Structure structureID="EXR" dimensionAtObservation="{dimension}" namespace="urn:x">
<c:StructureUsage><Ref agencyID="TST" id="EXR" version="1.0.0"/></c:StructureUsage>
</m:Structure>{more}</m:Header>
{data_sets}
</m:{root}>
""".encode()


def ml3(data_sets: str, version: str = "v3_1") -> bytes:
    """Return a 3.0 or 3.1 message."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:StructureSpecificData xmlns:m="{SCHEMAS}/{version}/message"
 xmlns:c="{SCHEMAS}/{version}/common" xmlns:s="{SCHEMAS}/{version}/data/structurespecific"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:n="urn:x">
<m:Header><m:ID>X</m:ID><m:Test>false</m:Test>
<m:Prepared>2025-01-01T00:00:00Z</m:Prepared><m:Sender id="TST"/>
<m:Structure structureID="EXR" namespace="urn:x" dimensionAtObservation="TIME_PERIOD">
<c:ProvisionAgreement>urn:sdmx:org.sdmx.infomodel.registry.ProvisionAgreement=TST:PA_ECB(1.0.0)
</c:ProvisionAgreement></m:Structure></m:Header>
{data_sets}
</m:StructureSpecificData>
""".encode()
