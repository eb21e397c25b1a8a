"""SDMX-JSON data of every version say what the source says, and follow the schemas."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
import sdmx

from sdmx_server.dataset import Action, Component, Rendering, Role
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.writers import json1, json2
from tests.formats.data import datasets as source
from tests.formats.data.decode import Observation, decode_json
from tests.formats.json_validation import validate_json

WRITERS = {"1.0.0": json1.write, "2.0.0": json2.write, "2.1.0": json2.write}
VERSIONS = tuple(WRITERS)
PACKAGINGS = (None, "AllDimensions", "CURRENCY")


def write(version, *datasets, message=source.MESSAGE):
    return b"".join(WRITERS[version](datasets, message, Rendering(version)))


def valid(version, *datasets, message=source.MESSAGE):
    return validate_json(write(version, *datasets, message=message), "data", version)


def expected(structure, rows, measures=None, attributes=None):
    """Return the rows as a reader of a message should see them."""
    dimensions = [c.id for c in structure.dimensions]
    measure_ids = [m.id for m in structure.measures if measures is None or m.id in measures]
    attribute_ids = [a.id for a in structure.attributes if attributes is None or a.id in attributes]
    return [
        Observation(
            tuple(row[id_] for id_ in dimensions),
            row.get("TIME_PERIOD"),
            {id_: row[id_] for id_ in measure_ids if id_ in row},
            {id_: row[id_] for id_ in attribute_ids if id_ in row},
        )
        for row in rows
    ]


def in_order(observations):
    return sorted(observations, key=lambda o: (o.key, o.time or ""))


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_packaging_holds_the_same_observations(version, packaging):
    content = write(version, source.exr(dimension_at_observation=packaging))

    validate_json(content, "data", version)
    decoded = in_order(decode_json(content))
    assert decoded == in_order(expected(source.exr_structure(), source.exr_rows()))


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("version", VERSIONS)
def test_texts_that_need_escaping_come_back_as_they_were(version, packaging):
    content = write(version, source.awkward(dimension_at_observation=packaging))

    validate_json(content, "data", version)
    decoded = in_order(decode_json(content))
    assert decoded == in_order(expected(source.exr_structure(), source.awkward_rows()))


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("detail", source.DETAILS)
@pytest.mark.parametrize("version", VERSIONS)
def test_every_detail_is_valid(version, detail, packaging):
    dataset = source.exr(detail=detail, dimension_at_observation=packaging)

    decoded = decode_json(write(version, dataset))

    valid(version, source.exr(detail=detail, dimension_at_observation=packaging))
    has_attributes = detail in {"full", "nodata"}
    assert all(bool(o.attributes) is has_attributes for o in decoded)
    if detail in {"full", "dataonly"}:
        assert len(decoded) == 17
    else:
        assert all(not o.measures for o in decoded)


@pytest.mark.parametrize("version", VERSIONS)
def test_series_keys_alone_are_the_five_series(version):
    decoded = decode_json(write(version, source.exr(detail="serieskeysonly")))

    keys = {tuple(key.split(".")) for key, _, _ in source.EXR_SERIES}
    assert {o.key for o in decoded} == keys
    assert [o.time for o in decoded] == [None] * 5


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("detail", ["full", "serieskeysonly"])
def test_data_without_time_are_flat(version, detail):
    content = write(version, source.flat(detail=detail))

    document = validate_json(content, "data", version)
    assert "series" not in document["data"]["dataSets"][0]
    measures = None if detail == "full" else ()
    wanted = expected(source.flat_structure(), source.flat_rows(), measures)
    assert in_order(decode_json(content)) == in_order(wanted)


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
@pytest.mark.parametrize("packaging", [None, "AllDimensions"])
def test_arrays_and_languages_are_arrays_and_objects(version, packaging):
    content = write(version, source.multi(dimension_at_observation=packaging))

    validate_json(content, "data", version)
    decoded = in_order(decode_json(content))
    wanted = in_order(expected(source.multi_structure(), source.multi_rows()))
    documents = {"CONTACT", "OBS_NOTE", "METHOD"}
    assert decoded == [
        o._replace(
            attributes={
                id_: json.loads(text) if id_ in documents else text
                for id_, text in o.attributes.items()
            }
        )
        for o in wanted
    ]


def test_only_the_measures_asked_for_are_shown():
    document = valid("2.1.0", source.multi(measures=["OBS_COUNT"]))

    shown = document["data"]["structures"][0]["measures"]["observation"]
    assert [(m["id"], m["format"]["dataType"]) for m in shown] == [("OBS_COUNT", "Integer")]


def test_no_measures_leave_the_attributes():
    content = write("2.1.0", source.exr(measures=()))

    document = validate_json(content, "data", "2.1.0")
    assert document["data"]["structures"][0]["measures"] == {"observation": []}
    assert {o.attributes["OBS_STATUS"] for o in decode_json(content)} == {"A", "P"}


@pytest.mark.parametrize(
    ("data_type", "text", "written"),
    [
        ("Double", "1.10", "1.10"),
        ("Double", "0.000010", "0.000010"),
        ("Double", "1e5", "1e5"),
        ("Double", "-0", "-0"),
        ("Double", "+1.5", "1.5"),
        ("Double", "007", "7"),
        ("Double", "-.5", "-0.5"),
        ("Double", "5.", "5"),
        ("Double", "NaN", '"NaN"'),
        ("Double", "INF", '"INF"'),
        ("Double", "1e999", '"1e999"'),
        ("Double", "", '""'),
        ("Double", ".", '"."'),
        ("Double", "1,5", '"1,5"'),
        ("Double", "null", '"null"'),
        ("Integer", "-12", "-12"),
        ("Integer", "12345678901234567890123", "12345678901234567890123"),
        ("Decimal", "1.10", '"1.10"'),
        ("BigInteger", "5", '"5"'),
        ("String", "007", '"007"'),
        ("String", "null", '"null"'),
        ("String", 'a"\\\n', '"a\\"\\\\\\n"'),
        ("Boolean", "1", "true"),
        ("Boolean", "false", "false"),
        ("Boolean", "#N/A", '"#N/A"'),
    ],
)
@pytest.mark.parametrize("beside", [None, "2.5"])
def test_values_are_written_as_their_data_type_wants(data_type, text, written, beside):
    measure = Component(id="OBS_VALUE", role=Role.MEASURE, data_type=data_type)
    structure = replace(source.flat_structure(), measures=(measure,))
    rows = [{**row, "OBS_VALUE": text} for row in source.flat_rows()]
    rows[-1].pop("OBS_VALUE")
    if beside is not None:
        rows[1]["OBS_VALUE"] = beside

    content = write("2.1.0", source.pack(structure, rows))

    validate_json(content, "data", "2.1.0")
    assert f'"0:0":[{written}]' in content.decode()
    assert '"1:1":[null]' in content.decode()


@pytest.mark.parametrize(
    ("data_type", "text", "written"),
    [
        ("String", "1.10", "1.10"),
        ("String", "007", '"007"'),
        ("String", "NaN", '"NaN"'),
        ("Decimal", "1.10", "1.10"),
        ("BigInteger", "5", "5"),
        ("ObservationalTimePeriod", "2010", '"2010"'),
    ],
)
def test_version_1_writes_measures_as_numbers_where_it_can(data_type, text, written):
    measure = Component(id="OBS_VALUE", role=Role.MEASURE, data_type=data_type)
    structure = replace(source.flat_structure(), measures=(measure,))
    rows = [{**row, "OBS_VALUE": text} for row in source.flat_rows()]

    content = write("1.0.0", source.pack(structure, rows))

    validate_json(content, "data", "1.0.0")
    assert f'"0:0":[{written}]' in content.decode()


def test_missing_values_of_a_mixed_column_are_null():
    content = write("2.1.0", source.multi()).decode()

    assert '"0":[null,8,' in content
    assert '"1":[0.000010,null,' in content


@pytest.mark.parametrize("version", VERSIONS)
def test_dimensions_with_one_value_stand_at_the_data_set(version):
    rows = [row for row in source.exr_rows() if row["FREQ"] == "A"]

    document = valid(version, source.pack(source.exr_structure(), rows))

    data = document["data"]
    dimensions = (data.get("structures") or [data["structure"]])[0]["dimensions"]
    assert [d["id"] for d in dimensions["dataSet"]] == list(source.EXR_KEY[:-1])
    assert [d["keyPosition"] for d in dimensions["dataSet"]] == [0, 1, 2, 3]
    assert [d["id"] for d in dimensions["series"]] == ["EXR_SUFFIX"]
    assert list(data["dataSets"][0]["series"]) == ["0"]
    content = write(version, source.pack(source.exr_structure(), rows))
    assert in_order(decode_json(content)) == in_order(expected(source.exr_structure(), rows))


def test_group_attributes_stand_at_keys_of_all_dimensions():
    document = valid("2.1.0", source.exr())

    dataset = document["data"]["dataSets"][0]
    assert sorted(dataset["dimensionGroupAttributes"]) == [
        ":0:0:0:0:",
        ":1:0:0:0:",
        ":2:0:0:0:",
    ]
    structure = document["data"]["structures"][0]
    assert [a["id"] for a in structure["attributes"]["dimensionGroup"]] == ["UNIT"]
    assert structure["attributes"]["dimensionGroup"][0]["relationship"] == {
        "dimensions": list(source.SIBLING)
    }


@pytest.mark.parametrize(
    ("version", "relationships"),
    [
        ("1.0.0", {"DS_NOTE": {"none": {}}, "OBS_STATUS": {"primaryMeasure": "OBS_VALUE"}}),
        ("2.1.0", {"DS_NOTE": {"dataflow": {}}, "OBS_STATUS": {"observation": {}}}),
    ],
)
def test_attributes_tell_what_they_are_attached_to(version, relationships):
    data = valid(version, source.exr())["data"]

    structure = data["structures"][0] if "structures" in data else data["structure"]
    found = {
        a["id"]: a["relationship"] for level in structure["attributes"].values() for a in level
    }
    assert relationships.items() <= found.items()
    assert found["TITLE"] == {"dimensions": list(source.EXR_KEY)}


def test_an_attribute_about_one_measure_names_it():
    structure = valid("2.1.0", source.multi())["data"]["structures"][0]

    relationship = {a["id"]: a["relationship"] for a in structure["attributes"]["observation"]}
    assert relationship["SRC"] == {"observation": {}, "measures": ["OBS_COUNT"]}


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_two_structures_and_their_data_sets_point_at_each_other(version):
    content = write(version, source.exr(), source.multi(), source.exr())

    document = validate_json(content, "data", version)
    assert [s["dataSets"] for s in document["data"]["structures"]] == [[0, 2], [1]]
    assert [d["structure"] for d in document["data"]["dataSets"]] == [0, 1, 0]
    assert len(decode_json(content)) == 17 + 4 + 17


@pytest.mark.parametrize("version", VERSIONS)
def test_data_sets_of_one_structure_share_its_values(version):
    rows = source.exr_rows()
    structure = source.exr_structure()
    older = {"action": Action.REPLACE, "valid_from": datetime(2012, 2, 15, 12, tzinfo=UTC)}
    newer = {"action": Action.DELETE, "valid_to": datetime(2012, 3, 15, 12, tzinfo=UTC)}

    content = write(
        version,
        source.pack(structure, rows[:4], **older),
        source.pack(structure, rows[4:], **newer),
    )

    document = validate_json(content, "data", version)
    first, second = document["data"]["dataSets"]
    assert (first["action"], first["validFrom"]) == ("Replace", "2012-02-15T12:00:00Z")
    assert (second["action"], second["validTo"]) == ("Delete", "2012-03-15T12:00:00Z")
    assert in_order(decode_json(content)) == in_order(expected(structure, rows))


@pytest.mark.parametrize(
    ("version", "written"), [("1.0.0", "Append"), ("2.0.0", "Append"), ("2.1.0", "Merge")]
)
def test_merge_is_append_before_version_2_1(version, written):
    document = valid(version, source.exr(action=Action.MERGE))

    assert document["data"]["dataSets"][0]["action"] == written


@pytest.mark.parametrize("context", ["dataflow", "datastructure", "provisionagreement"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_first_link_is_what_was_asked_for(version, context):
    data = valid(version, source.exr(context))["data"]

    structure = data["structures"][0] if "structures" in data else data["structure"]
    assert structure["links"][0] == {"urn": source.exr_structure(context).urn, "rel": context}
    assert structure["links"][-1]["rel"] == "datastructure"


@pytest.mark.parametrize("version", VERSIONS)
def test_meta_comes_first_and_begins_with_the_schema(version):
    content = write(version, source.exr())

    assert content.startswith(b'{"meta":{"schema":"https://')
    meta = json.loads(content)["meta"]
    assert meta["prepared"] == "2025-01-02T03:04:05Z"
    assert meta["contentLanguages"] == ["id"]
    assert meta["sender"] == {"id": "TST", "name": "Badan Uji"}


@pytest.mark.parametrize("version", VERSIONS)
def test_names_are_in_the_best_language_and_in_all_where_asked(version):
    english = replace(source.MESSAGE, languages=("en-GB", "id"))
    all_languages = replace(english, all_languages=True)

    best = valid(version, source.exr(), message=english)
    everything = valid(version, source.exr(), message=all_languages)

    assert '"names"' not in json.dumps(best)
    assert best["meta"]["contentLanguages"] == ["en"]
    assert everything["meta"]["contentLanguages"] == ["id", "en"]
    data = everything["data"]
    structure = data["structures"][0] if "structures" in data else data["structure"]
    assert (structure["name"], structure["names"]) == (
        "Exchange rates",
        {"en": "Exchange rates", "id": "Kurs"},
    )
    currencies = {v["id"]: v for v in structure["dimensions"]["series"][1]["values"]}
    assert currencies["USD"]["names"] == {"en": "US dollar", "id": "Dolar AS"}


def test_codes_tell_their_place_in_the_codelist():
    structure = valid("2.1.0", source.exr())["data"]["structures"][0]

    frequencies = structure["dimensions"]["series"][0]["values"]
    assert [(v["id"], v["order"]) for v in frequencies] == [("A", 0), ("D", 5), ("M", 3)]


@pytest.mark.parametrize(("version", "name"), [("1.0.0", "id"), ("2.1.0", "value")])
def test_periods_tell_when_they_start_and_end(version, name):
    data = valid(version, source.exr())["data"]

    structure = data["structures"][0] if "structures" in data else data["structure"]
    time = structure["dimensions"]["observation"][0]
    assert time["keyPosition"] == 5
    by_text = {value[name]: (value["start"], value["end"]) for value in time["values"]}
    assert by_text["2009"] == ("2009-01-01T00:00:00Z", "2009-12-31T23:59:59Z")
    assert by_text["2010-02"] == ("2010-02-01T00:00:00Z", "2010-02-28T23:59:59Z")


@pytest.mark.parametrize("version", VERSIONS)
def test_values_that_the_answer_does_not_use_are_not_listed(version):
    dataset = source.exr()
    spare = {**dataset.dictionaries, "CURRENCY": ("CHF", "GBP", "JPY", "USD")}
    moved = np.array([0, 2, 3], dtype=np.int32)
    batches = [
        replace(batch, series={**batch.series, "CURRENCY": moved[batch.series["CURRENCY"]]})
        for batch in dataset.batches
    ]

    content = write(version, replace(dataset, dictionaries=spare, batches=iter(batches)))

    validate_json(content, "data", version)
    assert b"GBP" not in content
    decoded = in_order(decode_json(content))
    assert decoded == in_order(expected(source.exr_structure(), source.exr_rows()))


@pytest.mark.parametrize("version", VERSIONS)
def test_series_without_observations_stand_beside_those_with(version):
    dataset = source.exr(series_per_batch=5)
    (batch,) = dataset.batches
    emptied = replace(
        batch,
        offsets=np.concatenate([[0, 0], batch.offsets[2:] - batch.offsets[1]]),
        observations={i: c[batch.offsets[1] :] for i, c in batch.observations.items()},
        texts={i: t[batch.offsets[1] :] for i, t in batch.texts.items()},
    )

    content = write(version, replace(dataset, batches=iter([emptied])))

    validate_json(content, "data", version)
    decoded = decode_json(content)
    assert [o.key[0] for o in decoded if not o.measures] == ["A"]
    assert len(decoded) == 16


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_several_codes_are_several_numbers(version):
    attribute = replace(
        source.component("TAGS", Role.ATTRIBUTE, ("Tags", "Tag"), source.CL_SEX, "CL_SEX"),
        is_array=True,
        mandatory=False,
    )
    structure = replace(
        source.multi_structure(), attributes=(replace(attribute, level=source.Level.OBSERVATION),)
    )
    rows = source.multi_rows()
    rows[0]["TAGS"] = '["M","F"]'
    rows[1]["TAGS"] = '["F"]'

    content = write(version, source.pack(structure, rows))

    validate_json(content, "data", version)
    found = [o.attributes.get("TAGS") for o in in_order(decode_json(content))]
    assert found == [["M", "F"], ["F"], None, None]


@pytest.mark.parametrize("level", [source.Level.OBSERVATION, source.Level.DATASET])
@pytest.mark.parametrize(
    ("version", "text", "written"),
    [
        ("2.0.0", '["1","2"]', '["1","2"]'),
        ("2.1.0", '["1","2.50"]', "[1,2.50]"),
        ("2.1.0", '["1","NaN"]', '["1","NaN"]'),
    ],
)
def test_arrays_of_numbers_are_numbers_where_the_schema_lets_them(version, text, written, level):
    attribute = Component(
        id="BOUNDS", role=Role.ATTRIBUTE, data_type="Double", is_array=True, level=level
    )
    structure = replace(source.flat_structure(), attributes=(attribute,))
    rows = [{**row, "BOUNDS": text} for row in source.flat_rows()]

    content = write(version, source.pack(structure, rows))

    validate_json(content, "data", version)
    assert written in content.decode()


@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_values_whose_ids_are_no_ids_are_values(version):
    unit = Component(
        id="UNIT",
        role=Role.ATTRIBUTE,
        codes={"€/m²": source.code("€/m²", "euro", "euro")},
        level=source.Level.OBSERVATION,
    )
    structure = replace(source.flat_structure(), attributes=(unit,))
    rows = [{**row, "UNIT": "€/m²"} for row in source.flat_rows()]

    content = write(version, source.pack(structure, rows))

    validate_json(content, "data", version)
    assert {o.attributes["UNIT"] for o in decode_json(content)} == {"€/m²"}


def test_limits_of_values_are_told():
    facets = {
        "maxLength": "10",
        "minLength": "0",
        "minValue": "-1.5",
        "maxValue": "x",
        "decimals": "2",
        "pattern": "[0-9]+",
        "isSequence": "true",
    }
    measure = Component(id="OBS_VALUE", role=Role.MEASURE, data_type="Double", facets=facets)
    structure = replace(source.flat_structure(), measures=(measure,))

    document = valid("2.1.0", source.pack(structure, source.flat_rows()))

    shown = document["data"]["structures"][0]["measures"]["observation"][0]["format"]
    assert shown == {
        "dataType": "Double",
        "maxLength": 10,
        "minValue": -1.5,
        "decimals": 2,
        "pattern": "[0-9]+",
        "isSequence": True,
    }


@pytest.mark.parametrize(
    ("datasets", "said"),
    [
        (lambda: [source.exr(), source.flat()], "one structure"),
        (lambda: [source.multi()], "one measure"),
        (lambda: [source.multi(measures=["OBS_VALUE"])], "CONTACT, METHOD"),
    ],
)
def test_version_1_refuses_before_the_first_byte_what_it_cannot_hold(datasets, said):
    with pytest.raises(NotAcceptable, match=said):
        json1.write(datasets(), source.MESSAGE, Rendering("1.0.0"))


def test_version_1_shows_text_by_language_with_all_its_languages():
    dataset = source.multi(measures=["OBS_VALUE"], attributes=["OBS_NOTE"])

    document = valid("1.0.0", dataset)

    note = document["data"]["structure"]["attributes"]["observation"][0]["values"][0]
    assert note == {
        "name": "Final <b>",
        "names": {"en": "Final <b>", "fr": "Définitif"},
    }


@pytest.mark.parametrize("packaging", PACKAGINGS)
def test_sdmx1_reads_the_same_observations(packaging):
    """sdmx1 knows the parts of version 1.0 at the root of the message, as drafts had them."""
    document = json.loads(write("1.0.0", source.exr(dimension_at_observation=packaging)))
    draft = {"header": document["meta"], **document["data"]}

    message = sdmx.read_sdmx(BytesIO(json.dumps(draft).encode()))

    (dataset,) = message.data
    read = {
        (
            *(str(o.key.values[id_].value) for id_ in (*source.EXR_KEY, "TIME_PERIOD")),
            float(o.value),
        )
        for o in dataset.obs
    }
    assert read == {
        (*(row[id_] for id_ in (*source.EXR_KEY, "TIME_PERIOD")), float(row["OBS_VALUE"]))
        for row in source.exr_rows()
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("packaging", [None, "AllDimensions"])
def test_large_answers_come_in_pieces(version, packaging):
    row = source.exr_rows()[0]
    rows = [
        {**row, "TIME_PERIOD": str(year), "CURRENCY": currency, "UNIT": currency}
        for currency in ("USD", "CHF", "JPY")
        for year in range(1000, 9000)
    ]
    dataset = source.pack(
        source.exr_structure(), rows, dimension_at_observation=packaging, series_per_batch=1
    )

    found = list(WRITERS[version]([dataset], source.MESSAGE, Rendering(version)))

    assert len(found) > 1 or len(found[0]) < 2 << 20
    assert len(decode_json(b"".join(found))) == len(rows)
