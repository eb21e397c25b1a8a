"""The XML Schema of the structure-specific data of one structure.

The official schemas are imported by their file names, so a validator that has them in the
same folder can resolve them. Attributes and measures are optional, because messages may
hold data alone or documentation alone; dimensions are not, but for deletions.

Source: SDMX 2.1, 3.0 and 3.1 SDMXDataStructureSpecific.xsd (the types that the schema of a
structure restricts); SDMX-REST 1.5 and 2.2, schema queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from sdmx_server.dataset import Component, Level, ResolvedStructure, Role
from sdmx_server.errors import NotAcceptable, SemanticError
from sdmx_server.formats.data.writers.complex_values import is_complex
from sdmx_server.formats.data.writers.envelope import SCHEMAS, namespace
from sdmx_server.formats.data.writers.ml21 import PRIMARY_MEASURE
from sdmx_server.formats.schema.comp_types import add_comp_types
from sdmx_server.formats.schema.elements import XS, add, complex_type
from sdmx_server.formats.schema.value_types import (
    SchemaVersion,
    add_time_type,
    add_value_type,
)
from sdmx_server.query import ALL_DIMENSIONS

_SCHEMAS = {"2.1": "v2_1", "3.0.0": "v3_0", "3.1.0": "v3_1"}
_REPORTING_YEAR_START_DAY = "REPORTING_YEAR_START_DAY"


@dataclass(frozen=True, slots=True)
class _Places:
    """Which components stand at which level of the messages.

    Attributes:
        version: the SDMX-ML version of the messages.
        is_flat: whether observations stand alone.
        is_time_series: whether the types for time series of SDMX 2.1 can be restricted.
        dimension_use: whether dimensions are ``required`` or ``optional``.
        data_set, series, observation: attributes and measures, in DSD order.
        groups: attributes by group id.
        series_dimensions, dimensions: the key of a series and of an observation.
    """

    version: SchemaVersion
    is_flat: bool
    is_time_series: bool
    dimension_use: str
    data_set: tuple[Component, ...]
    groups: dict[str, tuple[Component, ...]]
    series: tuple[Component, ...]
    observation: tuple[Component, ...]
    series_dimensions: tuple[Component, ...]
    dimensions: tuple[Component, ...]


def write(
    structure: ResolvedStructure,
    *,
    version: SchemaVersion,
    dimension_at_observation: str | None = None,
    deletion: bool = False,
) -> bytes:
    """Return the schema of the structure-specific data of a structure.

    ``dimension_at_observation`` is a dimension id or ``AllDimensions``; where it is not
    given, time or, without time, ``AllDimensions``. Codes are those that the constraints of
    the structure leave. Attributes that a version cannot express are left out of its schemas.

    Raises:
        SemanticError: if there is no such dimension.
        NotAcceptable: if SDMX 2.1 is asked for and the structure has several measures.
    """
    at_observation = _observation_dimension(structure, dimension_at_observation)
    components = _expressible(structure, version)
    places = _places(
        structure, components, version, at_observation=at_observation, deletion=deletion
    )
    root = _root(structure, version, at_observation)
    typed = [component for component in components if not component.is_nested]
    _add_value_types(root, typed, version)
    add_comp_types(root, list(filter(is_complex, typed)))
    _add_data_set(root, places)
    _add_atts(root, structure, places)
    _add_groups(root, structure, places)
    _add_series(root, places)
    _add_observation(root, places)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _observation_dimension(structure: ResolvedStructure, asked: str | None) -> str:
    if asked is None:
        return structure.time.id if structure.time else ALL_DIMENSIONS
    allowed = [*(component.id for component in structure.key), ALL_DIMENSIONS]
    if asked not in allowed:
        raise SemanticError(
            f"{asked} cannot be at observation level in {structure.dsd_urn}; it may be "
            f"{', '.join(allowed)}."
        )
    return asked


def _expressible(structure: ResolvedStructure, version: SchemaVersion) -> list[Component]:
    """Return the components that messages of a version can hold."""
    components = structure.components
    if version == "3.1.0":
        return list(components)
    if version == "3.0.0":
        return [component for component in components if not component.is_nested]
    if len(structure.measures) > 1:
        ids = ", ".join(measure.id for measure in structure.measures)
        raise NotAcceptable(
            f"SDMX-ML 2.1 cannot express several measures ({ids}); ask for the schema of "
            "SDMX-ML 3.0.0 or 3.1.0."
        )
    return [c for c in components if not (is_complex(c) or c.is_metadata)]


def _places(
    structure: ResolvedStructure,
    components: Sequence[Component],
    version: SchemaVersion,
    *,
    at_observation: str,
    deletion: bool,
) -> _Places:
    is_flat = at_observation == ALL_DIMENSIONS
    attributes = [c for c in components if c.role is Role.ATTRIBUTE]
    series = tuple(a for a in attributes if not is_flat and _is_of_series(a, at_observation))
    lower = {a.id for a in attributes if a not in series and _is_lower(a, at_observation)}
    is_time = structure.time is not None and structure.time.id == at_observation
    return _Places(
        version=version,
        is_flat=is_flat,
        is_time_series=version == "2.1" and is_time and not deletion,
        dimension_use="optional" if deletion else "required",
        data_set=tuple(a for a in attributes if a.level is Level.DATASET),
        groups={
            group: tuple(a for a in attributes if a.level is Level.GROUP and a.group == group)
            for group in structure.groups
        },
        series=series,
        observation=tuple(c for c in components if c.role is Role.MEASURE or c.id in lower),
        series_dimensions=tuple(c for c in structure.key if not is_flat and c.id != at_observation),
        dimensions=tuple(c for c in structure.key if is_flat or c.id == at_observation),
    )


def _is_of_series(attribute: Component, at_observation: str) -> bool:
    return attribute.level is Level.SERIES and at_observation not in attribute.dimensions


def _is_lower(attribute: Component, at_observation: str) -> bool:
    """Tell whether an observation may have the attribute; a group may often have it as well."""
    if attribute.level is Level.GROUP:
        return at_observation in attribute.dimensions
    return attribute.level in {Level.SERIES, Level.OBSERVATION}


def _root(
    structure: ResolvedStructure, version: SchemaVersion, at_observation: str
) -> etree._Element:
    target = namespace(structure, at_observation)
    official = f"{SCHEMAS}{_SCHEMAS[version]}/"
    specific, shared = f"{official}data/structurespecific", f"{official}common"
    nsmap = {"xs": XS, "common": shared, "ss": specific, "ns": target}
    root = etree.Element(f"{{{XS}}}schema", {"targetNamespace": target}, nsmap=nsmap)
    add(root, "import", namespace=shared, schemaLocation="SDMXCommon.xsd")
    add(root, "import", namespace=specific, schemaLocation="SDMXDataStructureSpecific.xsd")
    return root


def _add_value_types(
    root: etree._Element, components: Iterable[Component], version: SchemaVersion
) -> None:
    for component in components:
        name = f"{component.id}.Value"
        if component.role is Role.TIME:
            add_time_type(root, name, component)
        elif not component.is_multilingual and component.data_type != "XHTML":
            add_value_type(root, name, component, version)


def _add_data_set(root: etree._Element, places: _Places) -> None:
    base = "TimeSeriesDataSetType" if places.is_time_series else "DataSetType"
    restriction, sequence = complex_type(root, "DataSetType", f"ss:{base}")
    provider = add(
        sequence, "element", name="DataProvider", type="common:DataProviderReferenceType"
    )
    provider.attrib.update({"minOccurs": "0", "form": "unqualified"})
    rows = "Obs" if places.is_flat else "Series"
    if places.version == "2.1":
        if places.groups:
            _add_child(sequence, "Group", minOccurs="0", maxOccurs="unbounded")
        _add_child(add(sequence, "choice", minOccurs="0"), rows, maxOccurs="unbounded")
        _add_attributes(restriction, places, places.data_set)
        return
    choice = add(sequence, "choice", minOccurs="0", maxOccurs="unbounded")
    for name in ("Atts", *(["Group"] if places.groups else []), rows):
        _add_child(choice, name)
    _add_metadata(sequence, places.data_set)


def _add_atts(root: etree._Element, structure: ResolvedStructure, places: _Places) -> None:
    """Append the attributes of the data set, and of partial keys, outside of series (3.x)."""
    if places.version == "2.1":
        return
    partial = [
        a
        for a in (*places.series, *places.observation)
        if a.level is Level.SERIES
        and len(a.dimensions) < len(structure.dimensions)
        and not a.is_nested
    ]
    named = {id_ for attribute in partial for id_ in attribute.dimensions}
    dimensions = [c for c in structure.key if c.id in named]
    attributes = [*places.data_set, *partial]
    restriction, sequence = complex_type(root, "AttsType", "ss:AttsType")
    _add_comps(sequence, attributes)
    _add_key(restriction, dimensions, "optional")
    _prohibit_time(restriction, structure.time, dimensions)
    _add_attributes(restriction, places, attributes)


def _add_groups(root: etree._Element, structure: ResolvedStructure, places: _Places) -> None:
    if not places.groups:
        return
    # Each group restricts this type, so that xsi:type says which one it is.
    restriction, sequence = complex_type(root, "GroupType", "ss:GroupType", abstract="true")
    of_groups = [a for attributes in places.groups.values() for a in attributes]
    _add_comps(sequence, of_groups)
    _add_metadata(sequence, of_groups)
    add(restriction, "attribute", name="type", type="common:IDType")
    add(restriction, "anyAttribute", namespace="##local")
    for group, attributes in places.groups.items():
        restriction, sequence = complex_type(root, group, "ns:GroupType")
        _add_comps(sequence, attributes)
        _add_metadata(sequence, attributes)
        add(restriction, "attribute", name="type", type="common:IDType", fixed=group)
        key = [c for c in structure.key if c.id in structure.groups[group]]
        _add_key(restriction, key, places.dimension_use)
        _add_attributes(restriction, places, attributes)


def _add_series(root: etree._Element, places: _Places) -> None:
    if places.is_flat:
        return
    base = "TimeSeriesType" if places.is_time_series else "SeriesType"
    restriction, sequence = complex_type(root, "SeriesType", f"ss:{base}")
    _add_comps(sequence, places.series)
    _add_child(sequence, "Obs", minOccurs="0", maxOccurs="unbounded")
    _add_metadata(sequence, places.series)
    _add_key(restriction, places.series_dimensions, places.dimension_use)
    if not places.is_time_series:
        _prohibit_time(restriction, _time(places), places.series_dimensions)
    _add_attributes(restriction, places, places.series)


def _add_observation(root: etree._Element, places: _Places) -> None:
    base = "TimeSeriesObsType" if places.is_time_series else "ObsType"
    restriction, sequence = complex_type(root, "ObsType", f"ss:{base}")
    _add_comps(sequence, places.observation)
    _add_metadata(sequence, places.observation)
    if not places.is_time_series:
        add(restriction, "attribute", name="type", use="prohibited")
    _add_key(restriction, places.dimensions, places.dimension_use)
    _prohibit_time(restriction, _time(places), places.dimensions)
    _add_attributes(restriction, places, places.observation)


def _time(places: _Places) -> Component | None:
    dimensions = (*places.series_dimensions, *places.dimensions)
    return next((c for c in dimensions if c.role is Role.TIME), None)


def _add_child(parent: etree._Element, name: str, **occurs: str) -> None:
    add(parent, "element", name=name, type=f"ns:{name}Type", form="unqualified", **occurs)


def _add_comps(sequence: etree._Element, components: Iterable[Component]) -> None:
    if any(is_complex(component) and not component.is_nested for component in components):
        _add_child(sequence, "Comp", minOccurs="0", maxOccurs="unbounded")


def _add_metadata(sequence: etree._Element, components: Iterable[Component]) -> None:
    """Append the element of metadata attributes below others; its type checks no values."""
    if any(component.is_nested for component in components):
        element = add(sequence, "element", name="Metadata", type="ss:MetadataType")
        element.attrib.update({"minOccurs": "0", "form": "unqualified"})


def _add_key(restriction: etree._Element, dimensions: Iterable[Component], use: str) -> None:
    for dimension in dimensions:
        value_type = f"ns:{dimension.id}.Value"
        add(restriction, "attribute", name=dimension.id, type=value_type, use=use)


def _prohibit_time(
    restriction: etree._Element, time: Component | None, dimensions: Iterable[Component]
) -> None:
    if time is None or time not in dimensions:
        add(restriction, "attribute", name="TIME_PERIOD", use="prohibited")


def _add_attributes(
    restriction: etree._Element, places: _Places, components: Iterable[Component]
) -> None:
    """Append attributes and measures; the base types of SDMX 2.1 know two by name."""
    is_ml21 = places.version == "2.1"
    written = [component for component in components if not is_complex(component)]
    for component in written:
        is_primary = is_ml21 and component.role is Role.MEASURE
        name = PRIMARY_MEASURE if is_primary else component.id
        add(restriction, "attribute", name=name, type=f"ns:{component.id}.Value")
    if is_ml21 and all(component.id != _REPORTING_YEAR_START_DAY for component in written):
        add(restriction, "attribute", name=_REPORTING_YEAR_START_DAY, use="prohibited")
