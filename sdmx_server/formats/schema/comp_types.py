"""The types of components that stand in ``Comp`` elements (SDMX 3.0 and 3.1).

Source: SDMX 3.1 SDMXDataStructureSpecific.xsd, "CompType"; SDMXCommon.xsd, "ValueType".
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from sdmx_server.dataset import Component
from sdmx_server.formats.schema.elements import add, complex_type


def add_comp_types(root: etree._Element, components: Sequence[Component]) -> None:
    """Append a type for each component, and the one that they all restrict."""
    if not components:
        return
    restriction, sequence = complex_type(root, "CompType", "ss:CompType", abstract="true")
    _add_value(sequence, "common:ValueType", "unbounded")
    add(restriction, "attribute", name="id", type="common:NCNameIDType", use="required")
    for component in components:
        _add_comp_type(root, component)


def _add_comp_type(root: etree._Element, component: Component) -> None:
    restriction, sequence = complex_type(root, component.id, "ns:CompType")
    _add_value(
        sequence,
        _content_type(root, component),
        "unbounded" if component.is_array else "1",
    )
    identity = add(restriction, "attribute", name="id", type="common:NCNameIDType")
    identity.attrib.update({"use": "required", "fixed": component.id})


def _add_value(sequence: etree._Element, content_type: str, at_most: str) -> None:
    value = add(sequence, "element", name="Value", type=content_type, form="unqualified")
    value.attrib.update({"minOccurs": "0", "maxOccurs": at_most})


def _content_type(root: etree._Element, component: Component) -> str:
    if component.data_type == "XHTML":
        return "common:StructuredTextValueType"
    if component.is_multilingual:
        return "common:TextValueType"
    declared = add(root, "complexType", name=f"{component.id}.Content")
    restriction = add(add(declared, "simpleContent"), "restriction", base="common:ValueType")
    add(add(restriction, "simpleType"), "restriction", base=f"ns:{component.id}.Value")
    return f"ns:{component.id}.Content"
