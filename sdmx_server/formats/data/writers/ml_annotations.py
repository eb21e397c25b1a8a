"""``Annotations`` elements of SDMX-ML data messages: each list is spelt once.

Source: SDMXCommon.xsd 2.1, 3.0 and 3.1, "AnnotableType", "AnnotationType".
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from sdmx_server.formats.data.writers.fragments import Cell, Plan, Wrapper
from sdmx_server.formats.structure import ml3_parts, ml3_shapes, ml21_names, ml21_shapes
from sdmx_server.formats.structure.parts import Scope, Shape, add, write_value
from sdmx_server.model.annotations import from_text

_START, _END = "<common:Annotations>", "</common:Annotations>"
_NOWHERE = Scope("", "", "", "")  # annotations have no URN


def write_ml21(text: str) -> str:
    """Return the ``Annotation`` elements of SDMX-ML 2.1 for a list of annotations."""
    return _write(text, ml21_shapes.ANNOTATION, ml21_names.COM)


def write_ml3(text: str) -> str:
    """Return the same for SDMX-ML 3.0 and 3.1, which differ only in their namespace."""
    return _write(text, ml3_shapes.ANNOTATION, ml3_parts.COM)


Write = Callable[[str], str]


def in_columns(columns: tuple[str, ...], write: Write) -> Plan:
    """Return the plan of an ``Annotations`` element that some columns fill, or of none."""

    cells = tuple(Cell(column, "", "", write) for column in columns)
    return (Wrapper(_START, cells, _END),) if cells else ()


def element(text: str | None, write: Write) -> str:
    """Return an ``Annotations`` element; nothing where nothing is said."""
    return f"{_START}{write(text)}{_END}" if text else ""


def _container(namespace: str) -> etree._Element:
    name = namespace.strip("{}")
    return etree.Element(f"{namespace}Annotations", nsmap={"common": name})


def _write(text: str, shape: Shape, namespace: str) -> str:
    container = _container(namespace)
    for annotation in from_text(text):
        write_value(annotation, add(container, f"{namespace}Annotation"), shape, _NOWHERE)
    whole = etree.tostring(container, encoding="unicode")
    # The message declares the prefix already, so what stands within is all that is needed.
    return whole[whole.index(">") + 1 : whole.rindex("<")]
