"""What cannot be answered gets the status of the standard and a message that helps.

Source: SDMX-REST 1.5, section 4.7; SDMX-REST 2.2, doc/status.md.
"""

from __future__ import annotations

import json
import re

import pytest
import requests
from lxml import etree

from tests.endtoend.source import AGENCY

IPM1 = f"data/{AGENCY},DF_IPM,1.0.0"
IPM2 = f"data/dataflow/{AGENCY}/DF_IPM/+"
AVAILABLE = f"availability/dataflow/{AGENCY}/DF_IPM/+"
METHODS = f"codelist/{AGENCY}/CL_METHOD"

V1 = [
    # path and query, status, SDMX error number, what the message names
    ("dataflow?detail=bogus", 400, 140, "bogus"),
    ("dataflow?references=bogus", 400, 140, "bogus"),
    (f"{METHODS}/1.0.x", 400, 140, "1.0.x"),
    (f"{METHODS}/1.0.0/ZZZ", 404, 100, "ZZZ"),
    (f"dataflow/{AGENCY}/DF_IPM/1.0.0/X", 400, 140, "'X'"),
    (f"{METHODS}/1.0.0/SP2010LF/X", 400, 140, "'X'"),
    ("codelist/NOBODY/CL_X", 404, 100, "NOBODY/CL_X"),
    ("dataflow/all/DF_NONE", 404, 100, "DF_NONE"),
    (f"transformationscheme/{AGENCY}", 404, 100, "transformationscheme"),
    ("bogus/X", 400, 140, "'bogus' is no resource of SDMX-REST 1.5"),
    ("data", 400, 140, "AGENCY,FLOW,VERSION"),
    ("data/DF_NONE", 404, 100, "DF_NONE"),
    ("data/A,B,C,D", 400, 140, "A,B,C,D"),
    (f"{IPM1}/A.3673", 400, 140, "2 positions"),
    (f"{IPM1}/A.3673.IPM.SP2010LF.X", 400, 140, "5 positions"),
    (f"{IPM1}/A.9999..", 404, 100, "No observation"),
    (f"{IPM1}/A..%00.", 400, 140, "key"),
    (f"{IPM1}/%FF%FE", 400, 140, "key"),
    (f"{IPM1}/all/NOBODY", 404, 100, "No observation"),
    (f"{IPM1}/all/all/more", 400, 140, "more"),
    (f"{IPM1}?startPeriod=2010-13", 400, 140, "2010-13"),
    (f"{IPM1}?startPeriod=2010-W54", 400, 140, "2010-W54"),
    (f"{IPM1}?startPeriod=2010-Q5", 400, 140, "2010-Q5"),
    (f"{IPM1}?endPeriod=2010-02-30", 400, 140, "2010-02-30"),
    (f"{IPM1}?endPeriod=abc", 400, 140, "abc"),
    (f"{IPM1}?startPeriod=2024&endPeriod=2010", 404, 100, "No observation"),
    (f"{IPM1}?startPeriod=2010&startPeriod=2011", 400, 140, "startPeriod"),
    (f"{IPM1}?firstNObservations=0", 400, 140, "firstNObservations='0'"),
    (f"{IPM1}?lastNObservations=-1", 400, 140, "lastNObservations='-1'"),
    (f"{IPM1}?lastNObservations=x", 400, 140, "lastNObservations='x'"),
    (f"{IPM1}?detail=everything", 400, 140, "everything"),
    (f"{IPM1}?dimensionAtObservation=NOPE", 400, 140, "NOPE"),
    (f"{IPM1}?updatedAfter=yesterday", 400, 140, "yesterday"),
    (f"{IPM1}?includeHistory=perhaps", 400, 140, "perhaps"),
    ("availableconstraint/DF_IPM?mode=maybe", 400, 140, "maybe"),
    ("availableconstraint/DF_IPM?references=bogus", 400, 140, "bogus"),
    ("availableconstraint/DF_IPM/A.3673", 400, 140, "2 positions"),
    ("availableconstraint/DF_IPM/A.9999..", 404, 100, "No observation"),
    ("availableconstraint/DF_IPM/all/all/NOPE", 400, 140, "NOPE"),
    ("availableconstraint/DF_NONE", 404, 100, "DF_NONE"),
    ("schema/dataflow/all/DF_IPM", 400, 140, "all"),
    (f"schema/dataflow/{AGENCY}/DF_IPM+DF_IHK", 400, 140, "DF_IPM+DF_IHK"),
    (f"schema/dataflow/{AGENCY}", 400, 140, AGENCY),
    (f"schema/dataflow/{AGENCY}/DF_NONE", 404, 100, "DF_NONE"),
    (f"schema/{METHODS}", 400, 140, "codelist"),
    (f"{IPM1}?format=bogus", 406, 140, "bogus"),
    (f"{IPM1}?format=jsonstructure", 406, 140, "jsonstructure"),
    (f"{IPM1}?compression=bogus", 406, 140, "bogus"),
    ("dataflow?lang=xx", 406, 140, "xx"),
]

V2 = [
    ("structure/dataflow?detail=bogus", 400, "bogus"),
    ("structure/dataflow?references=bogus", 400, "bogus"),
    ("structure/dataflow?asOf=bogus", 400, "bogus"),
    *(
        (f"structure/{METHODS}/{version}", 400, version)
        for version in (
            "latest",
            "all",
            "v1.0",
            "1.+.3",
            "2.3+",
            "+.0",
            "01.0",
            "1.0.0.0",
            "1.0.0-",
        )
    ),
    (f"structure/dataflow/{AGENCY}/DF_IPM/+/X", 400, "'X'"),
    (f"structure/{METHODS}/+/SP2010LF/X", 400, "'X'"),
    ("structure/bogus", 400, "bogus"),
    ("structure/codelist,conceptscheme", 400, "codelist,conceptscheme"),
    ("structure/organisationscheme", 400, "organisationscheme"),
    ("bogus", 404, "'bogus' is no resource of SDMX-REST 2.2"),
    ("metadata/datastructure/X", 400, "'datastructure' leads to no reference metadata"),
    ("registration/id", 400, "registration id"),
    ("registration/id/X,Y", 400, "'X,Y'"),
    ("registration/id/X", 404, "id X"),
    ("registration/codelist", 400, "'codelist' leads to no registrations"),
    (f"registration/dataflow/{AGENCY}/DF_IPM/latest", 400, "latest"),
    ("registration/provider/*/*?updatedAfter=2026-01-01", 400, "2026-01-01"),
    ("subscription", 501, "subscription"),
    ("data/codelist/SDMX/CL_FREQ", 400, "codelist"),
    (f"data/dataflow,datastructure/{AGENCY}/DF_IPM", 400, "dataflow,datastructure"),
    (f"data/dataflow/{AGENCY}/DF_IPM/1.+.3", 400, "1.+.3"),
    (f"data/dataflow/{AGENCY}/DF_IPM/latest", 400, "latest"),
    (f"{IPM2}/A.3673+3604.*.*", 400, "3673+3604"),
    (f"{IPM2}/A.3673.IPM.SP2010LF.2022", 400, "5 positions"),
    (f"{IPM2}/*.*.*.*.*", 400, "5 positions"),
    (f"{IPM2}/A,*.*.*.*.*", 400, "5 positions"),
    (f"{IPM2}/*/X", 400, "'X'"),
    (f"{IPM2}?c[NOPE]=1", 400, "NOPE"),
    (f"{IPM2}?c[METHOD]=_U&c[METHOD]=_Z", 400, "METHOD"),
    (f"{IPM2}?c[METHOD]=", 400, "METHOD"),
    (f"{IPM2}?c[]=A", 400, "c[]"),
    (f"{IPM2}?c[TIME_PERIOD]=2010-13", 400, "2010-13"),
    (f"{IPM2}?c[TIME_PERIOD]=ge:abc", 400, "abc"),
    (f"{IPM2}?c[TIME_PERIOD]=ge:2020+le:%00", 400, "TIME_PERIOD"),
    (f"{IPM2}?attributes=BOGUS", 400, "BOGUS"),
    (f"{IPM2}?measures=BOGUS", 400, "BOGUS"),
    (f"{IPM2}?dimensionAtObservation=BOGUS", 400, "BOGUS"),
    (f"{IPM2}?firstNObservations=0", 400, "firstNObservations='0'"),
    (f"{IPM2}?lastNObservations=1.5", 400, "1.5"),
    (f"{IPM2}?limit=0", 400, "limit='0'"),
    (f"{IPM2}?limit=x", 400, "limit='x'"),
    (f"{IPM2}?offset=-1", 400, "offset='-1'"),
    (f"{IPM2}?sort=BOGUS", 400, "BOGUS"),
    (f"{IPM2}?sort=METHOD:up", 400, "up"),
    (f"{IPM2}?asOf=bogus", 400, "bogus"),
    (f"{IPM2}?updatedAfter=bogus", 400, "bogus"),
    (f"{IPM2}?includeHistory=perhaps", 400, "perhaps"),
    (f"{IPM2}?reportingYearStartDay=bogus", 400, "bogus"),
    (f"availability/*/{AGENCY}/DF_IPM", 400, "'*'"),
    (f"availability/dataflow,datastructure/{AGENCY}/DF_IPM", 400, "dataflow,datastructure"),
    (f"{AVAILABLE}?mode=none", 400, "none"),
    (f"{AVAILABLE}?references=bogus", 400, "bogus"),
    (f"{AVAILABLE}/*/BOGUS", 400, "BOGUS"),
    ("schema/dataflow/*/DF_IPM", 400, "'*'"),
    (f"schema/dataflow/{AGENCY}/DF_IPM,DF_IHK", 400, "DF_IPM,DF_IHK"),
    (f"schema/{METHODS}", 400, "codelist"),
    (f"schema/dataflow/{AGENCY}/DF_NONE", 404, "DF_NONE"),
    (f"schema/dataflow/{AGENCY}/DF_IPM?deletion=perhaps", 400, "perhaps"),
    (f"schema/dataflow/{AGENCY}/DF_IPM?dimensionAtObservation=NOPE", 400, "NOPE"),
    (f"{IPM2}?format=bogus", 406, "bogus"),
    (f"{IPM2}?compression=bogus", 406, "bogus"),
    ("structure/dataflow?lang=xx", 406, "xx"),
]

NOTHING_FOUND = [
    f"structure/{METHODS}/+/ZZZ",
    f"structure/{METHODS}/9.9.9",
    "structure/codelist/NOBODY/CL_X",
    "structure/metadatastructure",
    "structure/dataflow?asOf=2001-01-01T00:00:00Z",
    f"data/dataflow/{AGENCY}/DF_NONE",
    f"data/dataflow/{AGENCY}/DF_UMK",
    f"{IPM2}/A.9999.*.*",
    f"{IPM2}/a.3673.*.*",
    f"{IPM2}?c[METHOD]=ZZZ",
    f"{IPM2}?c[METHOD]=SP2010LF+SP2020LF",
    f"{IPM2}?c[TIME_PERIOD]=ge:2100",
    f"{IPM2}?offset=999",
    f"{IPM2}?asOf=2001-01-01T00:00:00Z",
    f"{AVAILABLE}?c[METHOD]=X",
    f"availability/dataflow/{AGENCY}/DF_NONE",
]

WRONG_TYPES = [
    (f"v1/{IPM1}", "image/png"),
    (f"v1/{IPM1}", "application/vnd.sdmx.structure+xml;version=2.1"),
    (f"v1/{IPM1}", "application/vnd.sdmx.genericdata+xml;version=9.9"),
    ("v1/dataflow", "application/vnd.sdmx.data+json;version=1.0.0"),
    (f"v2/{IPM2}", "image/png"),
    (f"v2/{IPM2}", "application/vnd.sdmx.structure+xml;version=3.1.0"),
    (f"v2/{IPM2}", "application/vnd.sdmx.data+json;version=3.0.0+"),
    (f"v2/{IPM2}", "application/vnd.sdmx.data+csv;version=2.1.0;labels=bogus"),
    ("v2/structure/dataflow", "application/vnd.sdmx.data+json;version=2.1.0"),
    ("v2/structure/dataflow", "text/csv"),
]


def ask(server: str, query: str, accepted: str = "*/*") -> requests.Response:
    return requests.get(f"{server}/sdmx/{query}", headers={"Accept": accepted}, timeout=30)


def error_in_xml(response: requests.Response) -> tuple[int, str]:
    """Return the number and the text of an SDMX-ML error."""
    assert response.headers["Content-Type"] == "application/xml"
    root = etree.fromstring(response.content)
    assert etree.QName(root).localname == "Error"
    (message,) = root
    return int(message.get("code")), message.findtext("{*}Text")


def error_in_json(response: requests.Response) -> tuple[int, str]:
    """Return the number and the text of an SDMX-JSON error."""
    assert response.headers["Content-Type"] == "application/json"
    document = json.loads(response.content)
    assert set(document) == {"meta", "errors"}
    (error,) = document["errors"]
    return error["code"], error["title"]


def is_told_well(text: str) -> bool:
    """Whether a text speaks to the client: no traces, no paths of files, no markup."""
    return bool(text) and not re.search(r"Traceback|\.py\b|line \d|<html|<!doctype", text, re.I)


@pytest.mark.parametrize(("query", "status", "code", "named"), V1)
def test_version_1_says_in_xml_what_is_wrong(server, query, status, code, named):
    response = ask(server, f"v1/{query}")

    number, text = error_in_xml(response)
    assert (response.status_code, number) == (status, code)
    assert named in text
    assert is_told_well(text)


@pytest.mark.parametrize(("query", "status", "code", "named"), V1)
def test_version_1_says_in_json_what_is_wrong_if_that_is_asked_for(
    server, query, status, code, named
):
    kind = "data" if query.startswith("data/") else "structure"

    response = ask(server, f"v1/{query}", f"application/vnd.sdmx.{kind}+json;version=1.0.0")

    number, text = error_in_json(response)
    assert (response.status_code, number) == (status, code)
    assert named in text


@pytest.mark.parametrize(("query", "status", "named"), V2)
def test_version_2_says_in_json_what_is_wrong(server, query, status, named):
    response = ask(server, f"v2/{query}")

    number, text = error_in_json(response)
    assert (response.status_code, number) == (status, status)
    assert named in text
    assert is_told_well(text)


@pytest.mark.parametrize(("query", "status", "named"), V2)
def test_version_2_says_in_xml_what_is_wrong_if_that_is_asked_for(server, query, status, named):
    resource = query.partition("/")[0]
    kinds = {"data": "data", "schema": "schema", "registration": "registry"}
    kind = kinds.get(resource, "structure")

    response = ask(server, f"v2/{query}", f"application/vnd.sdmx.{kind}+xml;version=3.1.0")

    _, text = error_in_xml(response)
    assert response.status_code == status
    assert named in text


@pytest.mark.parametrize("query", NOTHING_FOUND)
def test_version_2_answers_nothing_where_nothing_is_found(server, query):
    response = ask(server, f"v2/{query}")

    assert response.status_code == 204
    assert response.content == b""
    assert not {"Content-Type", "Transfer-Encoding"} & set(response.headers)


@pytest.mark.parametrize(("query", "accepted"), WRONG_TYPES)
def test_a_type_that_a_resource_cannot_be_had_in_is_not_acceptable(server, query, accepted):
    response = ask(server, query, accepted)

    read = error_in_xml if "Error" in response.text else error_in_json
    _, text = read(response)
    assert response.status_code == 406
    assert accepted in text
    assert "application/vnd.sdmx." in text.replace(accepted, "")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "query", [f"v1/{IPM1}", "v1/codelist", f"v2/{IPM2}", "v2/structure", "v2/data"]
)
def test_nothing_can_be_written(server, query, method):
    response = requests.request(method, f"{server}/sdmx/{query}", timeout=30)

    read = error_in_xml if query.startswith("v1") else error_in_json
    assert method in read(response)[1]
    if query.startswith("v2") and method != "PATCH":  # maintenance and submission of SDMX-REST 2.2
        assert response.status_code == 501
    else:
        assert response.status_code == 405
        assert {"GET", "HEAD", "OPTIONS"} <= set(re.split(r",\s*", response.headers["Allow"]))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_very_long_url_is_refused_and_the_server_lives_on(server, version):
    path = {"v1": f"{IPM1}/", "v2": f"{IPM2}/"}[version]

    response = ask(server, f"{version}/{path}{'A' * 50_000}")

    read = error_in_xml if version == "v1" else error_in_json
    assert response.status_code == 414
    assert "16384" in read(response)[1]
    assert ask(server, f"{version}/{path}").status_code == 200


@pytest.mark.parametrize("path", ["sdmx", "sdmx/v3/data", "sdmx/v1", "sdmx/v2/"])
def test_a_path_that_leads_nowhere_is_not_found(server, path):
    response = requests.get(f"{server}/{path}", timeout=30)

    assert response.status_code == 404
    assert "html" not in response.headers["Content-Type"]
    assert "errors" in response.text or "Error" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "v1/%",
        "v1/data/%2",
        "v1/data//",
        "v1/data/DF_IPM/%2e%2e/%2e%2e/etc/passwd",
        "v1/dataflow/<script>",
        "v2/structure/dataflow/'%20OR%201=1",
        f"v2/{IPM2}?c[METHOD]=';DROP TABLE artefact;--",
        f"v2/{IPM2}?c[TITLE]=co:%F0%9F%98%80",
        f"v2/{IPM2}?%5B%5D%5B",
        f"v2/{IPM2}?c[OBS_VALUE]=ge:1e999",
        f"v2/{IPM2}?limit=99999999999999999999999",
        f"v2/{IPM2}?c[TIME_PERIOD]=ge:99999",
        f"v2/{IPM2}?c[TIME_PERIOD]=ge:0000",
        f"v1/{IPM1}?startPeriod=0001&endPeriod=9999",
        f"v1/{IPM1}?firstNObservations=99999999999999999999999",
        f"v1/{IPM1}?&&=&==&",
        f"v1/{IPM1}/{'.' * 2000}",
        f"v1/{IPM1}/{'A+' * 2000}..",
    ],
)
def test_whatever_is_sent_nothing_breaks(server, path):
    response = ask(server, path)

    assert response.status_code < 500
    assert response.content or response.status_code == 204
    assert is_told_well(response.text) or response.status_code == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": ""},
        {"Accept": ";;;,,,"},
        {"Accept": "application/vnd.sdmx.data+json;version=;q=x, */*"},
        {"Accept-Language": "%%%, -, *;q=9"},
        {"Accept-Encoding": "gzip;q=, br;q=0, *;q=0.1"},
        {"If-None-Match": "W/"},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Mon, 99 Foo 2024 99:99:99 GMT"},
        {"Range": "bytes=9-1"},
        {"Range": "lines=0-1"},
        {"Range": f"bytes={'9' * 5000}-"},
        {"If-Range": "yesterday"},
        {"Prefer": ";;;,,,"},
    ],
    ids=str,
)
def test_headers_without_sense_are_passed_over(server, headers):
    for query in (f"v1/{IPM1}", f"v2/{IPM2}"):
        response = requests.get(f"{server}/sdmx/{query}", headers=headers, timeout=30)

        assert response.status_code == 200
        assert response.content
