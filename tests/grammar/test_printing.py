"""Whatever can be asked for can be written as a URL that is read as the same query."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sdmx_server.grammar import v1, v2
from sdmx_server.grammar.artefact_types import (
    CONSTRAINT_ROLES,
    V1_ITEM_SCHEMES,
    V1_TYPES,
    V2_ITEM_SCHEMES,
    V2_TYPES,
)
from sdmx_server.grammar.references import (
    V1_AVAILABILITY_REFERENCES,
    V1_DIRECTIONS,
    V1_REFERENCES,
    V2_AVAILABILITY_REFERENCES,
    V2_DETAILS,
    V2_DIRECTIONS,
)
from sdmx_server.grammar.references import V1_DETAILS as STRUCTURE_DETAILS
from sdmx_server.query import (
    ArtefactQuery,
    AvailabilityQuery,
    ComponentFilter,
    Condition,
    Cube,
    DataQuery,
    Operator,
    RegistrationQuery,
    SortLevel,
    StructureQuery,
)
from tests.grammar import printing

PERIODS = (
    "2010",
    "2010-05",
    "2010-05-03",
    "2010-Q1",
    "2010-W05",
    "2010-05-03T12:00:00",
    "2010-05-03T12:00:00+07:00",
    "2010-05-03/P7D",
)
VERSIONS = ("~", "+", "*", "1.0", "1.0.0", "1.0.0-draft", "1.2+.0", "2.~.0", "1.*", "3")
V1_VERSIONS = ("latest", "*", "1.0", "1.0.0", "2", "1.10")
TEXTUAL = (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
COMPARING = tuple(set(Operator) - set(TEXTUAL))
WORDS = ("all", "latest")  # those of 1.5, which are no ids in it

short = st.booleans()
ids = st.from_regex(r"[A-Za-z0-9_@$-]{1,4}", fullmatch=True).filter(
    lambda id_: id_.lower() not in WORDS
)
agencies = st.from_regex(
    r"[A-Za-z][A-Za-z0-9_-]{0,3}(\.[A-Za-z][A-Za-z0-9_-]{0,3})?", fullmatch=True
).filter(lambda id_: id_.lower() not in WORDS)
components = st.one_of(st.just("TIME_PERIOD"), ids, st.builds("{}.{}".format, ids, ids))
instants = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
whole = st.integers(1, 10**18 - 1)
texts = st.text(min_size=1, max_size=6) | st.sampled_from(
    ("a,b", "a+b", "100%", "%2C", "%252B", "ne:x", "a&b=c", "#?/", "é ü", "1.5", "*", "10:00")
)


def several(values, at_least=0):
    return st.lists(values, min_size=at_least, max_size=3, unique=True).map(tuple)


def filters():
    """Filters of 2.2, of which those on time hold periods."""

    def on(component):
        comparing = st.sampled_from(PERIODS) if component == "TIME_PERIOD" else texts
        condition = st.one_of(
            st.builds(Condition, st.sampled_from(COMPARING), comparing),
            st.builds(Condition, st.sampled_from(TEXTUAL), texts),
        )
        branches = several(several(condition, 1), 1)
        return st.builds(ComponentFilter, st.just(component), branches)

    return several(components).flatmap(lambda names: st.tuples(*map(on, names)))


def bounds():
    """The filters on time that 1.5 has."""

    def made(start, end):
        told = ((Operator.GREATER_OR_EQUAL, start), (Operator.LESS_OR_EQUAL, end))
        conditions = tuple(Condition(operator, period) for operator, period in told if period)
        return (ComponentFilter("TIME_PERIOD", (conditions,)),) if conditions else ()

    period = st.none() | st.sampled_from(PERIODS)
    return st.builds(made, period, period)


def keys(codes):
    return st.lists(codes, min_size=1, max_size=4).map(tuple)


v1_keys = keys(several(ids)).filter(lambda key: key != ((),))
v2_keys = keys(st.just(()) | st.tuples(ids)).filter(any)
v1_cubes = st.builds(
    Cube,
    context=st.just("dataflow"),
    artefact=st.builds(
        ArtefactQuery,
        st.just(()) | st.tuples(agencies),
        st.just(()) | st.tuples(ids),
        st.tuples(st.sampled_from(V1_VERSIONS)),
    ),
    keys=st.just(()) | st.tuples(v1_keys),
    key_may_be_short=st.just(False),
    providers=several(ids | st.builds("{}.{}".format, agencies, ids)),
    filters=bounds(),
    updated_after=st.none() | instants,
)


v2_artefacts = st.builds(
    ArtefactQuery, several(agencies), several(ids), several(st.sampled_from(VERSIONS), 1)
)


def v2_cubes(contexts):
    return st.builds(
        Cube,
        context=st.sampled_from(contexts),
        artefact=v2_artefacts,
        keys=several(v2_keys),
        filters=filters(),
        updated_after=st.none() | instants,
        reporting_year_start_day=st.none() | st.sampled_from(("--01-01", "--07-01")),
    )


@given(
    st.builds(
        lambda detail, **rest: DataQuery(attributes=detail[0], measures=detail[1], **rest),
        detail=st.sampled_from(list(printing.V1_DETAILS)),
        cube=v1_cubes,
        first_n=st.none() | whole,
        last_n=st.none() | whole,
        dimension_at_observation=st.none() | st.just("AllDimensions") | components,
        include_history=st.booleans(),
    ),
    short,
)
def test_data_queries_of_the_first_version_are_read_as_written(query, short):
    assert v1.parse_data(*printing.v1_data(query, short)) == query


wanted = st.just(("none",)) | several(
    st.sampled_from(("dsd", "msd", "series", "obs")) | ids, 1
).filter(lambda names: "none" not in names)
sorting = st.lists(
    st.builds(SortLevel, components | st.just("*"), st.booleans()),
    max_size=3,
    unique_by=lambda level: level.component,
).map(tuple)


@given(
    st.builds(
        DataQuery,
        cube=v2_cubes(v2.DATA_CONTEXTS),
        first_n=st.none() | whole,
        last_n=st.none() | whole,
        dimension_at_observation=st.none() | st.just("AllDimensions") | components,
        attributes=wanted,
        measures=wanted,
        include_history=st.booleans(),
        offset=whole | st.just(0),
        limit=st.none() | whole,
        sort=sorting,
        as_of=st.none() | instants,
    ),
    short,
)
def test_data_queries_of_the_second_version_are_read_as_written(query, short):
    assert v2.parse_data(*printing.v2_data(query, short)) == query


@given(
    st.builds(
        AvailabilityQuery,
        cube=v1_cubes,
        components=several(components),
        mode=st.sampled_from(("exact", "available")),
        references=st.tuples(st.sampled_from(("none", "all", *V1_AVAILABILITY_REFERENCES))),
    ),
    short,
)
def test_availability_queries_of_the_first_version_are_read_as_written(query, short):
    assert v1.parse_availability(*printing.v1_availability(query, short)) == query


@given(
    st.builds(
        AvailabilityQuery,
        cube=v2_cubes(v2.AVAILABILITY_CONTEXTS),
        components=several(components),
        mode=st.sampled_from(("exact", "available")),
        references=st.tuples(st.sampled_from(("none", "all")))
        | several(st.sampled_from(list(V2_AVAILABILITY_REFERENCES)), 1),
    ),
    short,
)
def test_availability_queries_of_the_second_version_are_read_as_written(query, short):
    assert v2.parse_availability(*printing.v2_availability(query, short)) == query


@st.composite
def v1_structures(draw):
    resource = draw(st.sampled_from(list(V1_TYPES)))
    word = draw(st.sampled_from((*V1_DIRECTIONS, *V1_REFERENCES)))
    versions = st.just(("*",)) | several(st.sampled_from([v for v in V1_VERSIONS if v != "*"]), 1)
    return StructureQuery(
        types=V1_TYPES[resource],
        artefact=draw(st.builds(ArtefactQuery, several(agencies), several(ids), versions)),
        items=draw(several(components)) if resource in V1_ITEM_SCHEMES else (),
        detail=draw(st.sampled_from(STRUCTURE_DETAILS)),
        references=V1_REFERENCES.get(word, (word,)),
        constraint_role=CONSTRAINT_ROLES.get(resource) or CONSTRAINT_ROLES.get(word),
        by_hierarchical_codelist=resource == "hierarchicalcodelist",
    )


@given(v1_structures(), short)
def test_structure_queries_of_the_first_version_are_read_as_written(query, short):
    assert v1.parse_structure(*printing.v1_structure(query, short)) == query


@st.composite
def v2_structures(draw):
    type_ = draw(st.sampled_from(("*", *V2_TYPES)))
    values = texts.filter(lambda text: text != "*") if type_ == "valuelist" else components
    directions = st.tuples(st.sampled_from(V2_DIRECTIONS))
    return StructureQuery(
        types=() if type_ == "*" else (type_,),
        artefact=draw(v2_artefacts),
        items=draw(several(values)) if type_ in V2_ITEM_SCHEMES else (),
        detail=draw(st.sampled_from(V2_DETAILS)),
        references=draw(directions | several(st.sampled_from(V2_TYPES), 1)),
        as_of=draw(st.none() | instants),
    )


@given(v2_structures(), short)
def test_structure_queries_of_the_second_version_are_read_as_written(query, short):
    assert v2.parse_structure(*printing.v2_structure(query, short)) == query


bounds_in_time = {"updated_after": st.none() | instants, "updated_before": st.none() | instants}
any_version = st.just(("*",))


@given(
    st.builds(RegistrationQuery, by=st.just("id"), id=ids)
    | st.builds(
        RegistrationQuery,
        by=st.just("provider"),
        artefact=st.builds(ArtefactQuery, several(agencies), several(ids), any_version),
        **bounds_in_time,
    )
    | st.builds(
        RegistrationQuery,
        by=st.sampled_from(v2.DATA_CONTEXTS),
        artefact=v2_artefacts,
        **bounds_in_time,
    ),
    short,
)
def test_queries_for_registrations_are_read_as_written(query, short):
    assert v2.parse_registration(*printing.v2_registration(query, short)) == query
