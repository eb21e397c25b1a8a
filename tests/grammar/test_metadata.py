"""URLs of reference metadata, in both versions of SDMX-REST."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sdmx_server.errors import QuerySyntaxError
from sdmx_server.grammar import v1, v2
from sdmx_server.query import ArtefactQuery, MetadataQuery

LATEST = ArtefactQuery()
V2_PATHS = {
    "metadataset": MetadataQuery("metadataset", LATEST),
    "/metadataset/": MetadataQuery("metadataset", LATEST),
    "metadataset/*/*/~": MetadataQuery("metadataset", LATEST),
    "metadataset/ECB/QUALITY/1.0.0": MetadataQuery(
        "metadataset", ArtefactQuery(("ECB",), ("QUALITY",), ("1.0.0",))
    ),
    "metadataset/ECB,BIS.XTD/A,B/+,1.2.0*": MetadataQuery(
        "metadataset", ArtefactQuery(("ECB", "BIS.XTD"), ("A", "B"), ("+", "1.2.0*"))
    ),
    "metadataset/ECB%2CBIS/%2A/%2B": MetadataQuery(
        "metadataset", ArtefactQuery(("ECB", "BIS"), (), ("+",))
    ),
    "metadataflow": MetadataQuery("metadataflow", LATEST),
    "metadataflow/*/QUALITY/*/*": MetadataQuery(
        "metadataflow", ArtefactQuery((), ("QUALITY",), ("*",))
    ),
    "metadataflow/TST/QUALITY/~/MP1,TST.MP2": MetadataQuery(
        "metadataflow", ArtefactQuery(("TST",), ("QUALITY",)), providers=("MP1", "TST.MP2")
    ),
    "metadataflow/TST/QUALITY/~/MP1,*": MetadataQuery(
        "metadataflow", ArtefactQuery(("TST",), ("QUALITY",))
    ),
    "structure": MetadataQuery("structure", LATEST),
    "structure/*": MetadataQuery("structure", LATEST),
    "structure/dataflow/TST/EXR/1.0+.0": MetadataQuery(
        "structure",
        ArtefactQuery(("TST",), ("EXR",), ("1.0+.0",)),
        artefact_types=("dataflow",),
    ),
}


@pytest.mark.parametrize(("path", "query"), V2_PATHS.items())
def test_a_path_of_the_second_version_finds_sets_in_one_of_three_ways(
    path: str, query: MetadataQuery
):
    assert v2.parse_metadata(path, "") == query


def test_parameters_of_the_second_version():
    query = v2.parse_metadata(
        "metadataset/ECB", "detail=allstubs&asOf=2012-03-20T00:00:00Z&nothing=1"
    )
    assert (query.detail, query.as_of) == ("allstubs", datetime(2012, 3, 20, tzinfo=UTC))
    assert v2.parse_metadata("metadataset&detail=allstubs", "").detail == "allstubs"


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("", ""),
        ("datastructure/TST/DSD_EXR", ""),
        ("metadatasets/ECB", ""),
        ("metadataset/ECB/QUALITY/1.0.0/CONTACT", ""),
        ("metadataset/E C B", ""),
        ("metadataset/ECB/QUALITY/latest", ""),
        ("metadataset/ECB+BIS", ""),
        ("metadataflow/TST/QUALITY/~/TST:MP1", ""),
        ("metadataflow/TST/QUALITY/~/MP1/X", ""),
        ("structure/metadataset/MP1", ""),
        ("structure/dataflow,codelist/TST", ""),
        ("structure/dataflow/TST/EXR/~/X", ""),
        ("metadataset/ECB", "detail=full&detail=allstubs"),
        ("metadataset/ECB", "detail=referencestubs"),
        ("metadataset/ECB", "asOf=2012"),
    ],
)
def test_what_breaks_the_grammar_of_the_second_version_is_refused(path: str, parameters: str):
    with pytest.raises(QuerySyntaxError):
        v2.parse_metadata(path, parameters)


V1_PATHS = {
    "QUALITY": MetadataQuery(
        "metadataflow", ArtefactQuery((), ("QUALITY",), ("latest",)), versions=("latest",)
    ),
    "TST,QUALITY,1.0/all/TST,MP1+MP2": MetadataQuery(
        "metadataflow",
        ArtefactQuery(("TST",), ("QUALITY",), ("1.0",)),
        providers=("TST.MP1", "MP2"),
        versions=("latest",),
    ),
    "all/A..B": MetadataQuery(
        "metadataflow",
        ArtefactQuery(versions=("latest",)),
        versions=("latest",),
        keys=((("A",), (), ("B",)),),
    ),
}


@pytest.mark.parametrize(("path", "query"), V1_PATHS.items())
def test_a_path_of_the_first_version_names_a_metadataflow(path: str, query: MetadataQuery):
    assert v1.parse_metadata(path, "") == query


def test_changes_alone_may_be_asked_for_in_the_first_version():
    query = v1.parse_metadata("QUALITY", "updatedAfter=2012-03-20T00:00:00Z&detail=full")
    assert query.updated_after == datetime(2012, 3, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("", ""),
        ("A,B,C,D", ""),
        ("QUALITY/all/MP1/X", ""),
        ("QUALITY", "detail=allstubs"),
        ("QUALITY", "updatedAfter=yesterday"),
    ],
)
def test_what_breaks_the_grammar_of_the_first_version_is_refused(path: str, parameters: str):
    with pytest.raises(QuerySyntaxError):
        v1.parse_metadata(path, parameters)
