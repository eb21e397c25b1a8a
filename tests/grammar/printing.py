"""Queries written as the URLs of each dialect: the way back from what the grammars read."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from sdmx_server.grammar.artefact_types import CONSTRAINT_ROLES, V1_TYPES
from sdmx_server.grammar.references import V1_REFERENCES
from sdmx_server.query import (
    ArtefactQuery,
    AvailabilityQuery,
    ComponentFilter,
    Condition,
    Cube,
    DataQuery,
    Key,
    Operator,
    RegistrationQuery,
    StructureQuery,
)

Url = tuple[str, str]
"""What follows the resource in the path, and the query string."""

V1_DETAILS = {
    (("dsd",), ("all",)): "full",
    (("none",), ("all",)): "dataonly",
    (("none",), ("none",)): "serieskeysonly",
    (("dataset", "series"), ("none",)): "nodata",
}
_V1_VERSIONS = {"*": "all"}


def v1_data(query: DataQuery, short: bool) -> Url:
    """Write a data query in SDMX-REST 1.5."""
    given = [
        *_v1_cube_parameters(query.cube),
        ("firstNObservations", query.first_n),
        ("lastNObservations", query.last_n),
        ("dimensionAtObservation", query.dimension_at_observation),
        ("detail", V1_DETAILS[query.attributes, query.measures]),
        ("includeHistory", "true" if query.include_history else None),
    ]
    return _path(_v1_cube(query.cube), ("", "all", "all"), short), _parameters(given)


def v1_availability(query: AvailabilityQuery, short: bool) -> Url:
    """Write an availability query in SDMX-REST 1.5."""
    given = [
        *_v1_cube_parameters(query.cube),
        ("mode", query.mode),
        ("references", query.references[0]),
    ]
    parts = (*_v1_cube(query.cube), "+".join(query.components) or "all")
    return _path(parts, ("", "all", "all", "all"), short), _parameters(given)


def v1_structure(query: StructureQuery, short: bool) -> tuple[str, str, str]:
    """Write a structure query in SDMX-REST 1.5; its resource comes first."""
    artefact, role = query.artefact, query.constraint_role
    by_type = [word for word, types in V1_TYPES.items() if types == query.types]
    resource = next((word for word in by_type if CONSTRAINT_ROLES.get(word) == role), by_type[0])
    words = [word for word, types in V1_REFERENCES.items() if types == query.references]
    same = [word for word in words if CONSTRAINT_ROLES.get(word) == role]
    parts = (
        "+".join(artefact.agencies) or "all",
        "+".join(artefact.ids) or "all",
        "+".join(_V1_VERSIONS.get(version, version) for version in artefact.versions),
        "+".join(query.items) or "all",
    )
    given = [("detail", query.detail), ("references", [*same, *words, *query.references][0])]
    return resource, _path(parts, ("all", "all", "latest", "all"), short), _parameters(given)


def v2_data(query: DataQuery, short: bool) -> Url:
    """Write a data query in SDMX-REST 2.2."""
    sort = [f"{each.component}{':desc' if each.descending else ''}" for each in query.sort]
    given = [
        *_v2_cube_parameters(query.cube),
        ("firstNObservations", query.first_n),
        ("lastNObservations", query.last_n),
        ("dimensionAtObservation", query.dimension_at_observation),
        ("attributes", ",".join(query.attributes)),
        ("measures", ",".join(query.measures)),
        ("includeHistory", "true" if query.include_history else None),
        ("offset", query.offset),
        ("limit", query.limit),
        ("sort", "+".join(sort) or None),
        ("asOf", _instant(query.as_of)),
    ]
    return _path(_v2_cube(query.cube), "*****", short), _parameters(given)


def v2_availability(query: AvailabilityQuery, short: bool) -> Url:
    """Write an availability query in SDMX-REST 2.2."""
    given = [
        *_v2_cube_parameters(query.cube),
        ("mode", query.mode),
        ("references", ",".join(query.references)),
    ]
    parts = (*_v2_cube(query.cube), ",".join(query.components) or "*")
    return _path(parts, ("", *"*****"), short), _parameters(given)


def v2_structure(query: StructureQuery, short: bool) -> Url:
    """Write a structure query in SDMX-REST 2.2."""
    parts = (
        ",".join(query.types) or "*",
        *_v2_artefact(query.artefact),
        ",".join(map(_twice, query.items)) or "*",
    )
    given = [
        ("detail", query.detail),
        ("references", ",".join(query.references)),
        ("asOf", _instant(query.as_of)),
    ]
    return _path(parts, "***~*", short), _parameters(given)


def v2_registration(query: RegistrationQuery, short: bool) -> Url:
    """Write a query for registrations in SDMX-REST 2.2."""
    given = [
        ("updatedAfter", _instant(query.updated_after)),
        ("updatedBefore", _instant(query.updated_before)),
    ]
    if query.by == "id":
        return _path(("id", query.id or ""), ("", ""), short), _parameters(given)
    parts = (query.by, *_v2_artefact(query.artefact))
    if query.by == "provider":
        parts = parts[:3]
    return _path(parts, "****", short), _parameters(given)


def _v1_cube(cube: Cube) -> tuple[str, str, str]:
    artefact = cube.artefact
    flow = (
        (artefact.agencies or ("all",))[0],
        (artefact.ids or ("all",))[0],
        _V1_VERSIONS.get(artefact.versions[0], artefact.versions[0]),
    )
    key = ".".join("+".join(codes) for codes in cube.keys[0]) if cube.keys else "all"
    providers = "+".join(",".join(each.rsplit(".", 1)) for each in cube.providers)
    return ",".join(flow), key, providers or "all"


def _v1_cube_parameters(cube: Cube) -> list[tuple[str, object]]:
    names = {Operator.GREATER_OR_EQUAL: "startPeriod", Operator.LESS_OR_EQUAL: "endPeriod"}
    periods = [
        (names[each.operator], each.value) for f in cube.filters for each in f.alternatives[0]
    ]
    return [*periods, ("updatedAfter", _instant(cube.updated_after))]


def _v2_cube(cube: Cube) -> tuple[str, ...]:
    return (cube.context, *_v2_artefact(cube.artefact), ",".join(map(_v2_key, cube.keys)) or "*")


def _v2_cube_parameters(cube: Cube) -> list[tuple[str, object]]:
    return [
        *((f"c[{each.component}]", _filter(each)) for each in cube.filters),
        ("updatedAfter", _instant(cube.updated_after)),
        ("reportingYearStartDay", cube.reporting_year_start_day),
    ]


def _v2_artefact(artefact: ArtefactQuery) -> tuple[str, str, str]:
    names = (",".join(artefact.agencies) or "*", ",".join(artefact.ids) or "*")
    return (*names, ",".join(artefact.versions))


def _v2_key(key: Key) -> str:
    return ".".join(codes[0] if codes else "*" for codes in key)


def _filter(wanted: ComponentFilter) -> str:
    return ",".join("+".join(map(_condition, branch)) for branch in wanted.alternatives)


def _condition(condition: Condition) -> str:
    is_plain = condition.operator is Operator.EQUAL and ":" not in condition.value
    prefix = "" if is_plain else f"{condition.operator.value}:"
    return prefix + _twice(condition.value)


def _twice(value: str) -> str:
    """Encode what would separate once more than the rest of the URL."""
    return value.replace("%", "%25").replace(",", "%2C").replace("+", "%2B")


def _instant(instant: datetime | None) -> str | None:
    return instant and instant.isoformat()


def _path(parts: Iterable[str], defaults: Iterable[str], short: bool) -> str:
    left, usual = list(parts), list(defaults)
    while short and left and left[-1] == usual[len(left) - 1]:
        left.pop()
    return "/".join(quote(part, safe="") for part in left)


def _parameters(given: Iterable[tuple[str, object]]) -> str:
    return "&".join(
        f"{quote(name, safe='[]')}={quote(str(value), safe='')}"
        for name, value in given
        if value is not None
    )
