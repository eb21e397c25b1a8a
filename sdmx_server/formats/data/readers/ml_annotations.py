"""``Annotations`` elements of an SDMX-ML data message.

Source: SDMXCommon.xsd 2.1, 3.0 and 3.1, "AnnotableType", "AnnotationType".
"""

from __future__ import annotations

from lxml import etree

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.data.readers import faults
from sdmx_server.formats.data.readers.ml_message import DataSet
from sdmx_server.formats.data.readers.xml import line_of, local_name
from sdmx_server.formats.structure import ml3_parts, ml3_shapes, ml21_names, ml21_shapes
from sdmx_server.formats.structure.parts import read_value
from sdmx_server.model.annotations import ANNOTATIONS, DATASET_ANNOTATIONS, to_text

_OF_2_1 = ml21_shapes.ANNOTATION, ml21_names.COM
_OF_3 = ml3_shapes.ANNOTATION, ml3_parts.COM


def annotation_cells(element: etree._Element, data_set: DataSet) -> dict[str, str]:
    """Return the cell of what is said of the parent of ``Annotations``; none where nothing is.

    Annotations that cannot be read are noted as faults.
    """
    shape, namespace = _OF_2_1 if str(element.tag).startswith(ml21_names.COM) else _OF_3
    for part in element.iter():
        part.tag = namespace + local_name(part)  # 3.0 and 3.1 are read alike
    try:
        found = [read_value(child, shape) for child in element]
    except MessageSyntaxError as error:
        data_set.found.add(faults.MALFORMED_ANNOTATIONS, line_of(element), reason=error.detail)
        return {}
    return {ANNOTATIONS: to_text(found)} if found else {}


def dataset_annotations(element: etree._Element, data_set: DataSet) -> None:
    """Note what is said of the data set."""
    for text in annotation_cells(element, data_set).values():
        data_set.content.dataset_attributes[DATASET_ANNOTATIONS] = text
