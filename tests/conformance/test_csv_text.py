"""SDMX-CSV answers, character by character."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from flask.testing import FlaskClient

from sdmx_server.model.codelist import Code, ValueItem, ValueList
from sdmx_server.model.datastructure import AttributeRelationship
from sdmx_server.model.representation import Representation
from tests.conformance import fixtures as fx
from tests.conformance.answers import media
from tests.conformance.artefacts import (
    AGENCY,
    OBSERVATION,
    attached,
    codelist,
    dataflow,
    dsd,
    text,
)
from tests.conformance.conftest import Serving
from tests.conformance.fixtures import CREATED, T1, Content, delivery

LISTS = "urn:sdmx:org.sdmx.infomodel.codelist"
CODED_ARRAY = Representation(enumeration=f"{LISTS}.Codelist=TST:CL_KIND(1.0.0)", max_occurs=3)
VALUES = Representation(enumeration=f"{LISTS}.ValueList=TST:VL_UNIT(1.0.0)")


def kinds() -> Content:
    """Components of every kind: lists of values, several codes, several languages."""
    structure = dsd(
        "DSD_KINDS",
        "1.0.0",
        {"INDICATOR": VALUES},
        measures={"OBS_VALUE": text("Double"), "OBS_COUNT": CODED_ARRAY},
        attributes=[
            attached("CONTACT", text(most=2), AttributeRelationship(dimensions=("INDICATOR",))),
            attached("SRC", CODED_ARRAY, OBSERVATION),
            attached("OBS_NOTE", text(multilingual=True), OBSERVATION),
            attached("METHOD", text(most=2, multilingual=True), OBSERVATION),
        ],
    )
    flow = dataflow("KINDS", "1.0.0", structure)
    codes = codelist(
        "CL_KIND", "1.0.0", [Code(id="A", names={"en": "Alpha; first"}), Code(id="B", names={})]
    )
    units = ValueList(
        id="VL_UNIT",
        agency_id=AGENCY,
        version="1.0.0",
        names={"en": "Units"},
        value_items=(
            ValueItem(id="%", names={"en": "Percent, %"}),
            ValueItem(id='"', names={"en": "Inch"}),
        ),
    )
    rows = [
        {
            "INDICATOR": "%",
            "TIME_PERIOD": "2020",
            "OBS_VALUE": "1.10",
            "OBS_COUNT": json.dumps(["A", "B"]),
            "CONTACT": json.dumps(["a;b", 'say "c"']),
            "SRC": json.dumps(["B"]),
            "OBS_NOTE": json.dumps({"en": "One; two", "fr": "Un, deux"}),
            "METHOD": json.dumps([{"en": "x;y"}, {"en": "z", "fr": "w"}]),
        },
        {"INDICATOR": '"', "TIME_PERIOD": "2021-Q2", "OBS_VALUE": "007"},
    ]
    return Content([structure, flow, codes, units], [(CREATED, [delivery(flow, rows)])])


def validity() -> Content:
    """A flow with an attribute that is called as a custom column would be."""
    structure = dsd(
        "DSD_VALID",
        "1.0.0",
        {"SEX": "CL_SEX"},
        attributes=[attached("VALID_TO", None, OBSERVATION)],
    )
    flow = dataflow("VALID", "1.0.0", structure)

    def told(value: str) -> dict[str, str]:
        return {"SEX": "F", "TIME_PERIOD": "2020", "OBS_VALUE": value, "VALID_TO": "May"}

    steps = [(CREATED, [delivery(flow, [told("1")])]), (T1, [delivery(flow, [told("2")])])]
    return Content([structure, flow], steps)


@pytest.fixture(scope="module")
def server(serving: Serving) -> FlaskClient:
    shared = [*fx.shared("1.0.0"), *fx.organisations()]
    made = Content(shared) + fx.exr("1.0.0") + fx.availability("1.0.0") + fx.flat("1.0.0")
    return serving(made + fx.history("1.0.0") + kinds() + validity())


ANSWERS = [
    (
        "2.1.0",
        "dataflow/TST/FLAT,LFS/*/*?c[SEX]=F",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,SEX,EMP_STATUS,TIME_PERIOD,OBS_VALUE
        dataflow,TST:FLAT(1.0.0),R,FR,F,,,3
        dataflow,TST:FLAT(1.0.0),R,UK,F,,,1
        dataflow,TST:LFS(1.0.0),R,FR,F,UEMP,2002,1
        """,
    ),
    (
        "2.1.0;labels=name",
        "dataflow/TST/FLAT,LFS/*/*?c[SEX]=F&c[REF_AREA]=FR",
        """
        STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,SEX,Sex,"""
        """EMP_STATUS,Employment status,TIME_PERIOD,Time period,OBS_VALUE,Observation value
        dataflow,TST:FLAT(1.0.0),Data of FLAT,R,FR,France,F,Female,,,,,3,
        dataflow,TST:LFS(1.0.0),Data of LFS,R,FR,France,F,Female,UEMP,Unemployed,2002,,1,
        """,
    ),
    (
        "2.1.0;labels=both;keys=both",
        "dataflow/TST/FLAT,LFS/*/*?c[SEX]=F&c[REF_AREA]=FR",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,REF_AREA: Reference area,SEX: Sex,"""
        """EMP_STATUS: Employment status,TIME_PERIOD: Time period,OBS_VALUE: Observation value
        dataflow,TST:FLAT(1.0.0): Data of FLAT,R,FR.F,FR.F,FR: France,F: Female,,,3
        dataflow,TST:LFS(1.0.0): Data of LFS,R,FR.UEMP.F,FR.UEMP.F.2002,FR: France,F: Female,"""
        """UEMP: Unemployed,2002,1
        """,
    ),
    (
        "2.0.0;labels=both;keys=obs",
        "dataflow/TST/FLAT?c[REF_AREA]=UK",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,OBS_KEY,REF_AREA: Reference area,SEX: Sex,"""
        """OBS_VALUE: Observation value
        dataflow,TST:FLAT(1.0.0): Data of FLAT,R,UK.F,UK: United Kingdom,F: Female,1
        dataflow,TST:FLAT(1.0.0): Data of FLAT,R,UK.M,UK: United Kingdom,M: Male,2
        """,
    ),
    (
        "1.0.0",
        "dataflow/TST/FLAT,LFS/*/*?c[SEX]=F",
        """
        DATAFLOW,REF_AREA,SEX,EMP_STATUS,TIME_PERIOD,OBS_VALUE
        TST:FLAT(1.0.0),FR,F,,,3
        TST:FLAT(1.0.0),UK,F,,,1
        TST:LFS(1.0.0),FR,F,UEMP,2002,1
        """,
    ),
    (
        "1.0.0;labels=both",
        "dataflow/TST/FLAT,LFS/*/*?c[SEX]=F&c[REF_AREA]=FR",
        """
        DATAFLOW,REF_AREA: Reference area,SEX: Sex,EMP_STATUS: Employment status,"""
        """TIME_PERIOD: Time period,OBS_VALUE
        TST:FLAT(1.0.0): Data of FLAT,FR: France,F: Female,,,3
        TST:LFS(1.0.0): Data of LFS,FR: France,F: Female,UEMP: Unemployed,2002,1
        """,
    ),
    (
        "1.0.0;timeFormat=normalized",
        "dataflow/TST/EXR?c[CURRENCY]=USD&lastNObservations=1",
        """
        DATAFLOW,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE,DS_NOTE,"""
        """UNIT,TITLE,COLLECTION,OBS_STATUS,OBS_COM
        TST:EXR(1.0.0),A,USD,EUR,SP00,A,2010-01-01,1.3257,Reference rates,USD,"""
        """"US dollar/Euro, annual",A,A,
        TST:EXR(1.0.0),D,USD,EUR,SP00,A,2010-01-06,1.4404,Reference rates,USD,"""
        """"US dollar/Euro, daily",A,A,
        TST:EXR(1.0.0),M,USD,EUR,SP00,A,2010-04-01,1.3406,Reference rates,USD,"""
        """"US dollar/Euro, monthly",A,P,
        """,
    ),
    (
        "2.1.0;timeFormat=normalized;keys=series",
        "dataflow/TST/KINDS?attributes=none&measures=OBS_VALUE",
        '''
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,INDICATOR,TIME_PERIOD,OBS_VALUE
        dataflow,TST:KINDS(1.0.0),M,"""","""",2021-04,007
        dataflow,TST:KINDS(1.0.0),M,"%",%,2020-01,1.10
        ''',
    ),
    (
        "2.1.0;keys=both",
        "dataflow/TST/LFS?attributes=none&measures=none",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,REF_AREA,EMP_STATUS,SEX,TIME_PERIOD
        dataflow,TST:LFS(1.0.0),M,FR.EMP.M,,FR,EMP,M,
        dataflow,TST:LFS(1.0.0),M,FR.UEMP.F,,FR,UEMP,F,
        dataflow,TST:LFS(1.0.0),M,UK.EMP.M,,UK,EMP,M,
        """,
    ),
    (
        "2.1.0;keys=both",
        "dataflow/TST/LFS?dimensionAtObservation=SEX&c[TIME_PERIOD]=2002",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,REF_AREA,EMP_STATUS,SEX,TIME_PERIOD,"""
        """OBS_VALUE
        dataflow,TST:LFS(1.0.0),R,FR.EMP.2002,FR.EMP.M.2002,FR,EMP,M,2002,2
        dataflow,TST:LFS(1.0.0),R,FR.UEMP.2002,FR.UEMP.F.2002,FR,UEMP,F,2002,1
        dataflow,TST:LFS(1.0.0),R,UK.EMP.2002,UK.EMP.M.2002,UK,EMP,M,2002,3
        """,
    ),
    (
        "2.1.0",
        "dataflow/TST/KINDS",
        """
        STRUCTURE[;],STRUCTURE_ID,ACTION,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_COUNT[],CONTACT[],"""
        '''SRC[],OBS_NOTE[en;fr],METHOD[en;fr]
        dataflow,TST:KINDS(1.0.0),R,"""",2021-Q2,007,,,,,
        dataflow,TST:KINDS(1.0.0),R,%,2020,1.10,A;B,"""a;b"";say ""c""",B,'''
        '''"""en:One; two"";fr:Un, deux","""""""en:x;y"""""";""en:z;fr:w"""
        ''',
    ),
    (
        "2.1.0;labels=both",
        "dataflow/TST/KINDS?attributes=SRC&c[INDICATOR]=%25",
        """
        STRUCTURE[;],STRUCTURE_ID,ACTION,INDICATOR: Indicator,TIME_PERIOD: Time period,"""
        """OBS_VALUE: Observation value,OBS_COUNT[]: Number of observations,SRC[]: Source
        dataflow,TST:KINDS(1.0.0): Data of KINDS,M,"%: Percent, %",2020,1.10,"""
        '''"""A: Alpha; first"";B",B
        ''',
    ),
    (
        "2.0.0;labels=name",
        "dataflow/TST/KINDS?attributes=SRC&measures=OBS_COUNT&c[INDICATOR]=%25",
        """
        STRUCTURE[;],STRUCTURE_ID,STRUCTURE_NAME,ACTION,INDICATOR,Indicator,TIME_PERIOD,"""
        '''Time period,OBS_COUNT[],Number of observations,SRC[],Source
        dataflow,TST:KINDS(1.0.0),Data of KINDS,A,%,"Percent, %",2020,,A;B,"""Alpha; first"";",B,
        ''',
    ),
    (
        "1.0.0",
        "dataflow/TST/KINDS?attributes=OBS_NOTE&measures=OBS_VALUE&c[INDICATOR]=%25",
        """
        DATAFLOW,INDICATOR,TIME_PERIOD,OBS_VALUE,OBS_NOTE
        TST:KINDS(1.0.0),%,2020,1.10,One; two
        """,
    ),
    (
        "2.1.0;keys=both",
        "provisionagreement/TST/PA_BIS?lastNObservations=1&attributes=none",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,"""
        """EXR_SUFFIX,TIME_PERIOD,OBS_VALUE
        dataprovision,TST:PA_BIS(1.0.0),M,M.JPY.EUR.SP00.A,M.JPY.EUR.SP00.A.2010-04,M,JPY,EUR,"""
        """SP00,A,2010-04,125.33
        """,
    ),
    (
        "2.1.0",
        "dataflow/TST/HIST?includeHistory=true",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,TIME_PERIOD,OBS_VALUE,VALID_FROM,VALID_TO
        dataflow,TST:HIST(1.0.0),R,I1,2011-12,10,2012-02-15T12:00:00Z,
        dataflow,TST:HIST(1.0.0),R,I1,2012-01,11,2012-02-15T12:00:00Z,
        dataflow,TST:HIST(1.0.0),R,I1,2012-02,12,2012-03-15T12:00:00Z,
        dataflow,TST:HIST(1.0.0),D,I1,2011-12,,,2012-03-15T12:00:00Z
        dataflow,TST:HIST(1.0.0),R,I1,2012-02,12.5,2012-04-15T12:00:00Z,
        dataflow,TST:HIST(1.0.0),R,I1,2012-03,13,2012-04-15T12:00:00Z,
        """,
    ),
    (
        "2.0.0;labels=name",
        "dataflow/TST/HIST?includeHistory=true&asOf=2012-03-01T00:00:00Z&c[TIME_PERIOD]=2012",
        """
        STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,INDICATOR,Indicator,TIME_PERIOD,Time period,"""
        """OBS_VALUE,Observation value,VALID_FROM,VALID_TO
        dataflow,TST:HIST(1.0.0),Data of HIST,R,I1,,2012-01,,11,,2012-02-15T12:00:00Z,
        """,
    ),
    (
        "2.1.0",
        "dataflow/TST/VALID?includeHistory=true&updatedAfter=2012-01-01T00:00:00Z",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SEX,TIME_PERIOD,OBS_VALUE,VALID_TO,VALID_FROM,VALID_TO_
        dataflow,TST:VALID(1.0.0),R,F,2020,2,May,2012-02-15T12:00:00Z,
        """,
    ),
    (
        "2.1.0;keys=both",
        "dataflow/TST/HIST?updatedAfter=2012-02-20T00:00:00Z",
        """
        STRUCTURE,STRUCTURE_ID,ACTION,SERIES_KEY,OBS_KEY,INDICATOR,TIME_PERIOD,OBS_VALUE
        dataflow,TST:HIST(1.0.0),R,I1,I1.2012-02,I1,2012-02,12.5
        dataflow,TST:HIST(1.0.0),R,I1,I1.2012-03,I1,2012-03,13
        dataflow,TST:HIST(1.0.0),D,I1,I1.2011-12,I1,2011-12,
        """,
    ),
]


@pytest.mark.parametrize(("asked", "path", "expected"), ANSWERS)
def test_an_answer_is_written_so(server: FlaskClient, asked: str, path: str, expected: str):
    version, _, choices = asked.partition(";")
    accept = media("data+csv", version, f";{choices}" if choices else "")
    response = server.get(f"/sdmx/v2/data/{path}", headers=accept | {"Accept-Language": "en"})
    assert response.status_code == 200, response.text
    assert response.text.replace("\r\n", "\n") == dedent(expected).lstrip("\n")
    assert response.headers["Content-Type"] == f"application/vnd.sdmx.data+csv;version={asked}"
