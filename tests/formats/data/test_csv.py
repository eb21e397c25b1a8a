"""SDMX-CSV data of every version say what the source says, cell by cell."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from pysdmx.io import read_sdmx

from sdmx_server.dataset import Action, Component, Rendering, Role
from sdmx_server.errors import NotAcceptable
from sdmx_server.formats.data.readers.csv import read
from sdmx_server.formats.data.writers import csv1, csv2
from tests.formats.data import datasets as source
from tests.formats.data.decode import decode_csv

PACKAGINGS = (None, "AllDimensions", "CURRENCY")
EXR_COLUMNS = (
    *source.EXR_KEY,
    "TIME_PERIOD",
    "OBS_VALUE",
    "DS_NOTE",
    "UNIT",
    "TITLE",
    "COLLECTION",
    "OBS_STATUS",
    "OBS_COM",
)


def write1(*datasets, message=source.MESSAGE, **choices):
    return b"".join(csv1.write(datasets, message, Rendering("1.0.0", **choices)))


def write2(*datasets, message=source.MESSAGE, version="2.1.0", **choices):
    return b"".join(csv2.write(datasets, message, Rendering(version, **choices)))


def header(content):
    return next(csv.reader(io.StringIO(content.decode(), newline="")))


def figures(rows, columns=EXR_COLUMNS):
    """Return the cells of the columns of the source, in an order of their own."""
    return sorted(tuple(row.get(column) or "" for column in columns) for row in rows)


@pytest.mark.parametrize("packaging", PACKAGINGS)
def test_version_1_begins_with_the_dataflow(packaging):
    content = write1(source.exr(dimension_at_observation=packaging))

    assert header(content) == ["DATAFLOW", *EXR_COLUMNS]
    rows = decode_csv(content)
    assert {row["DATAFLOW"] for row in rows} == {"TST:EXR(1.0.0)"}
    assert figures(rows) == figures(source.exr_rows())


@pytest.mark.parametrize("packaging", PACKAGINGS)
@pytest.mark.parametrize("version", ["2.0.0", "2.1.0"])
def test_version_2_begins_with_structure_and_action(version, packaging):
    content = write2(source.exr(dimension_at_observation=packaging), version=version)

    assert header(content) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *EXR_COLUMNS]
    rows = decode_csv(content)
    assert {(r["STRUCTURE"], r["STRUCTURE_ID"], r["ACTION"]) for r in rows} == {
        ("dataflow", "TST:EXR(1.0.0)", "R")
    }
    assert figures(rows) == figures(source.exr_rows())


@pytest.mark.parametrize(
    ("context", "kind", "short"),
    [
        ("dataflow", "dataflow", "TST:EXR(1.0.0)"),
        ("datastructure", "datastructure", "TST:DSD_EXR(1.0.0)"),
        ("provisionagreement", "dataprovision", "TST:PA_ECB(1.0.0)"),
    ],
)
def test_rows_name_what_was_asked_for(context, kind, short):
    row = decode_csv(write2(source.exr(context)))[0]

    assert (row["STRUCTURE"], row["STRUCTURE_ID"]) == (kind, short)


@pytest.mark.parametrize(
    ("action", "in_2_0", "in_2_1"),
    [
        (Action.INFORMATION, "I", "I"),
        (Action.APPEND, "A", "A"),
        (Action.MERGE, "A", "M"),
        (Action.REPLACE, "R", "R"),
        (Action.DELETE, "D", "D"),
    ],
)
def test_actions_are_letters(action, in_2_0, in_2_1):
    rows = [
        decode_csv(write2(source.exr(action=action), version=version))[0]["ACTION"]
        for version in ("2.0.0", "2.1.0")
    ]

    assert rows == [in_2_0, in_2_1]


@pytest.mark.parametrize("write", [write1, write2])
@pytest.mark.parametrize("packaging", PACKAGINGS)
def test_awkward_texts_come_back_as_they_were(write, packaging):
    content = write(source.awkward(dimension_at_observation=packaging))

    assert figures(decode_csv(content)) == figures(source.awkward_rows())


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "hi"', '"say ""hi"""'),
        ('"', '""""'),
        ("two\nlines", '"two\nlines"'),
        ("two\r\nlines", '"two\r\nlines"'),
        ("end\r", '"end\r"'),
        ("  spaces  ", "  spaces  "),
        ("semi;colon", "semi;colon"),
        ("007", "007"),
        ("NA", "NA"),
        ("#N/A", "#N/A"),
        ("null", "null"),
        ("NaN", "NaN"),
        ("1.10", "1.10"),
        ("0.000010", "0.000010"),
        ("1e5", "1e5"),
        ("=1+1", "=1+1"),
        ("東京 \U0001f600 العربية", "東京 \U0001f600 العربية"),
    ],
)
@pytest.mark.parametrize("place", ["OBS_COM", "TITLE", "DS_NOTE"])
@pytest.mark.parametrize("write", [write1, write2])
def test_cells_are_quoted_only_where_they_must_be(write, place, text, cell):
    rows = [{**row, place: text} for row in source.exr_rows()]

    content = write(source.pack(source.exr_structure(), rows))

    assert f",{cell}," in content.decode() or f",{cell}\r\n" in content.decode()
    assert {row[place] for row in decode_csv(content)} == {text}


@pytest.mark.parametrize("write", [write1, write2])
def test_lines_end_as_rfc_4180_says(write):
    content = write(source.exr())

    assert content.count(b"\r\n") == content.count(b"\n") == 18
    assert content.endswith(b"\r\n")


def test_codes_may_look_like_anything():
    area = replace(
        source.flat_structure().dimensions[0], codes={"NA": source.code("NA", "Namibia", "Namibia")}
    )
    structure = replace(source.flat_structure(), dimensions=(area,))
    rows = [{"REF_AREA": "NA", "OBS_VALUE": "1"}]

    assert decode_csv(write2(source.pack(structure, rows)))[0]["REF_AREA"] == "NA"


def test_labels_may_stand_beside_ids():
    content = write2(source.exr(), labels="name")

    names = header(content)
    assert names[:8] == [
        "STRUCTURE",
        "STRUCTURE_ID",
        "STRUCTURE_NAME",
        "ACTION",
        "FREQ",
        "Frekuensi",
        "CURRENCY",
        "Mata uang",
    ]
    row = decode_csv(content)[0]
    assert row["STRUCTURE_NAME"] == "Kurs"
    assert (row["FREQ"], row["Frekuensi"]) == ("A", "Tahunan")
    assert (row["OBS_STATUS"], row["Status"]) == ("A", "Nilai normal")
    assert (row["OBS_VALUE"], row["Nilai amatan"]) == ("1.3948", "")
    assert figures(decode_csv(content)) == figures(source.exr_rows())


def test_labels_may_follow_ids():
    english = replace(source.MESSAGE, languages=("en", "id"))

    row = decode_csv(write2(source.exr(), labels="both", message=english))[0]

    assert row["STRUCTURE_ID"] == "TST:EXR(1.0.0): Exchange rates"
    assert row["FREQ: Frequency"] == "A: Annual"
    assert row["TIME_PERIOD: Time period"] == "2009"
    assert row["OBS_VALUE: Observation value"] == "1.3948"


def test_version_1_calls_the_measure_obs_value_with_labels_too():
    content = write1(source.exr(), labels="both")

    row = decode_csv(content)[0]
    assert row["DATAFLOW"] == "TST:EXR(1.0.0): Kurs"
    assert row["FREQ: Frekuensi"] == "A: Tahunan"
    assert row["OBS_VALUE"] == "1.3948"


@pytest.mark.parametrize(
    ("keys", "columns"),
    [
        ("none", []),
        ("series", ["SERIES_KEY"]),
        ("obs", ["OBS_KEY"]),
        ("both", ["SERIES_KEY", "OBS_KEY"]),
    ],
)
@pytest.mark.parametrize("packaging", [None, "AllDimensions"])
def test_keys_stand_after_the_action(keys, columns, packaging):
    content = write2(source.exr(dimension_at_observation=packaging), keys=keys)

    assert header(content) == ["STRUCTURE", "STRUCTURE_ID", "ACTION", *columns, *EXR_COLUMNS]
    for row in decode_csv(content):
        series = ".".join(row[id_] for id_ in source.EXR_KEY)
        assert row.get("SERIES_KEY", series) == series
        assert row.get("OBS_KEY", f"{series}.{row['TIME_PERIOD']}").endswith(row["TIME_PERIOD"])


def test_series_keys_of_a_cross_section_leave_its_dimension_out():
    row = decode_csv(write2(source.exr(dimension_at_observation="CURRENCY"), keys="both"))[0]

    assert row["SERIES_KEY"] == "A.EUR.SP00.A.2009"
    assert row["OBS_KEY"] == "A.USD.EUR.SP00.A.2009"


def test_keys_are_quoted_where_a_value_needs_it():
    place = Component(id="PLACE", role=Role.DIMENSION)
    structure = replace(source.flat_structure(), dimensions=(place,))
    rows = [{"PLACE": text, "OBS_VALUE": "1"} for text in ('a "b"', "c, d", "e")]

    found = decode_csv(write2(source.pack(structure, rows), keys="obs"))

    assert [row["OBS_KEY"] for row in found] == [row["PLACE"] for row in found]


@pytest.mark.parametrize("write", [write1, write2])
def test_normalised_times_are_the_dates_that_periods_start_on(write):
    rows = decode_csv(write(source.exr(), time_format="normalized"))

    annual = [row["TIME_PERIOD"] for row in rows if row["FREQ"] == "A"]
    daily = [row["TIME_PERIOD"] for row in rows if row["FREQ"] == "D"]
    assert annual == ["2009-01-01", "2010-01-01"]
    assert daily == ["2010-01-04", "2010-01-05", "2010-01-06"]
    assert {len(row["TIME_PERIOD"]) for row in rows} == {10}


@pytest.mark.parametrize(
    ("periods", "normalised"),
    [
        (("2010", "2010-Q2", "2010-W01"), ["2010-01-01", "2010-04-01", "2010-01-04"]),
        (("2010", "2010-05-03T12:00:00"), ["2010-01-01T00:00:00", "2010-05-03T12:00:00"]),
        (("2010-02", "someday"), ["2010-02", "someday"]),
        (("2010", "2011-A1"), ["2010", "2011"]),
        (("2010", "2010-Q3", "2010-S2", "2010-M12"), ["2010-01", "2010-07", "2010-07", "2010-12"]),
        (("2010-01", "2010-01-15/P1M"), ["2010-01-01", "2010-01-15"]),
    ],
)
def test_periods_of_every_kind_are_normalised(periods, normalised):
    rows = [{**source.exr_rows()[0], "TIME_PERIOD": period} for period in periods]

    content = write2(source.pack(source.exr_structure(), rows), time_format="normalized")

    assert sorted(r["TIME_PERIOD"] for r in decode_csv(content)) == sorted(normalised)


@pytest.mark.parametrize("packaging", [None, "AllDimensions"])
def test_arrays_and_languages_have_sub_fields(packaging):
    content = write2(source.multi(dimension_at_observation=packaging))

    assert header(content) == [
        "STRUCTURE[;]",
        "STRUCTURE_ID",
        "ACTION",
        "REF_AREA",
        "TIME_PERIOD",
        "OBS_VALUE",
        "OBS_COUNT",
        "CONTACT[]",
        "OBS_NOTE[en;fr]",
        "METHOD[en;fr]",
        "SRC",
        "GEO",
    ]
    first, second, *_ = decode_csv(content)
    assert first["CONTACT[]"] == "Ann;Bob & Co"
    assert first["OBS_NOTE[en;fr]"] == "en:Final <b>;fr:Définitif"
    assert first["METHOD[en;fr]"] == '"en:Survey;fr:Enquête";"en:Census"'
    assert first["GEO"] == "4326:POINT(106.15 -6.11)"
    assert (second["OBS_VALUE"], second["OBS_COUNT"], second["OBS_NOTE[en;fr]"]) == (
        "0.000010",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("place", "document", "cell"),
    [
        ("CONTACT", '["a;b","c"]', '"a;b";c'),
        ("CONTACT", '["say \\"hi\\"","x"]', 'say "hi";x'),
        ("CONTACT", '["\\"quoted\\""]', '"""quoted"""'),
        ("OBS_NOTE", '{"en":"a; b","fr":"c"}', '"en:a; b";fr:c'),
        ("METHOD", '[{"en":"a;b"},{"fr":"c"}]', '"""en:a;b""";"fr:c"'),
    ],
)
def test_parts_of_cells_are_quoted_where_they_must_be(place, document, cell):
    rows = [{**row, place: document} for row in source.multi_rows()]

    row = decode_csv(write2(source.pack(source.multi_structure(), rows)))[0]

    assert row[next(name for name in row if name.startswith(place))] == cell


@pytest.mark.parametrize(
    ("place", "document"),
    [
        ("CONTACT", '["a;b","c"]'),
        ("CONTACT", '["say \\"hi\\"","x"]'),
        ("CONTACT", '["\\"quoted\\""]'),
        ("CONTACT", '["a\\nb, c;\\"d\\"",""]'),
        ("OBS_NOTE", '{"en":"x: \\"y\\"; z","fr":"c"}'),
        ("METHOD", '[{"en":"only"}]'),
        ("METHOD", '[{"en":"q\\"q;","fr":"w"},{"en":"z"}]'),
    ],
)
def test_what_was_written_is_read_as_it_was(place, document):
    rows = [{**row, place: document} for row in source.multi_rows()]

    (delivery,) = read(write2(source.pack(source.multi_structure(), rows)), "answer.csv")

    assert set(delivery.columns[place]) == {document}


def test_codes_of_an_array_have_a_label_each():
    tags = replace(
        source.component("TAGS", Role.ATTRIBUTE, ("Tags", "Tag"), source.CL_SEX, "CL_SEX"),
        is_array=True,
        level=source.Level.OBSERVATION,
    )
    structure = replace(source.flat_structure(), attributes=(tags,))
    rows = [{**row, "TAGS": '["M","F"]'} for row in source.flat_rows()]

    both = decode_csv(write2(source.pack(structure, rows), labels="both"))[0]
    name = decode_csv(write2(source.pack(structure, rows), labels="name"))[0]

    assert both["TAGS[]: Tag"] == "M: Laki-laki;F: Perempuan"
    assert (name["TAGS[]"], name["Tag"]) == ("M;F", "Laki-laki;Perempuan")


def test_later_batches_may_bring_the_languages_of_the_server():
    content = write2(source.multi(series_per_batch=1))

    assert "OBS_NOTE[en;fr;id]" in header(content)


def test_several_structures_share_one_table():
    content = write2(source.exr(), source.flat(), source.multi())

    names = header(content)
    assert names[:3] == ["STRUCTURE[;]", "STRUCTURE_ID", "ACTION"]
    assert names[3:13] == [
        *source.EXR_KEY,
        "TIME_PERIOD",
        "REF_AREA",
        "SEX",
        "OBS_VALUE",
        "OBS_COUNT",
    ]
    rows = decode_csv(content)
    assert len(rows) == 17 + 4 + 4
    flat = [row for row in rows if row["STRUCTURE_ID"] == "TST:FLAT(1.0.0)"]
    assert {row["FREQ"] + row["TIME_PERIOD"] + row["OBS_STATUS"] for row in flat} == {""}
    assert figures(flat, ("REF_AREA", "SEX", "OBS_VALUE")) == figures(
        source.flat_rows(), ("REF_AREA", "SEX", "OBS_VALUE")
    )


@pytest.mark.parametrize("write", [write1, write2])
@pytest.mark.parametrize("detail", ["nodata", "serieskeysonly"])
def test_without_observations_there_is_a_row_a_series(write, detail):
    rows = decode_csv(write(source.exr(detail=detail)))

    assert figures(rows, source.EXR_KEY) == sorted(
        tuple(k.split(".")) for k, *_ in source.EXR_SERIES
    )
    assert {row["TIME_PERIOD"] + row.get("OBS_VALUE", "") for row in rows} == {""}
    assert ("TITLE" in rows[0]) is (detail == "nodata")
    assert all(row["UNIT"] == row["CURRENCY"] for row in rows if "UNIT" in row)


def test_version_1_keeps_the_column_of_the_measure():
    assert header(write1(source.exr(detail="serieskeysonly")))[-1] == "OBS_VALUE"


def test_series_without_observations_have_a_row_too():
    dataset = source.exr(series_per_batch=5)
    (batch,) = dataset.batches
    emptied = replace(
        batch,
        offsets=np.concatenate([[0, 0], batch.offsets[2:] - batch.offsets[1]]),
        observations={i: c[batch.offsets[1] :] for i, c in batch.observations.items()},
        texts={i: t[batch.offsets[1] :] for i, t in batch.texts.items()},
    )

    rows = decode_csv(write2(replace(dataset, batches=iter([emptied])), keys="both"))

    assert len(rows) == 16
    (bare,) = [row for row in rows if not row["OBS_VALUE"]]
    assert (bare["SERIES_KEY"], bare["OBS_KEY"]) == ("A.USD.EUR.SP00.A", "")


@pytest.mark.parametrize(
    ("dataset", "choices", "said"),
    [
        (lambda: source.multi(), {}, "one measure"),
        (lambda: source.multi(measures=["OBS_VALUE"]), {}, "CONTACT, METHOD"),
        (lambda: source.exr(action=Action.DELETE), {}, "deleted"),
        (lambda: source.exr(), {"labels": "name"}, "labels=name"),
    ],
)
def test_version_1_refuses_before_the_first_byte_what_it_cannot_hold(dataset, choices, said):
    with pytest.raises(NotAcceptable, match=said):
        csv1.write([dataset()], source.MESSAGE, Rendering("1.0.0", **choices))


def test_version_1_shows_text_in_the_best_language():
    dataset = source.multi(measures=["OBS_VALUE"], attributes=["OBS_NOTE"])

    assert decode_csv(write1(dataset))[0]["OBS_NOTE"] == "Final <b>"


@pytest.mark.parametrize("write", [write1, write2])
def test_pysdmx_reads_the_same_figures(write):
    message = read_sdmx(write(source.awkward()).decode())

    (dataset,) = message.data
    columns = [c for c in EXR_COLUMNS if c not in {"OBS_VALUE"}]
    read = dataset.data.astype({"OBS_VALUE": float})
    found = sorted(read[[*columns, "OBS_VALUE"]].itertuples(index=False, name=None))
    assert found == sorted(
        (*(row[column] for column in columns), float(row["OBS_VALUE"]))
        for row in source.awkward_rows()
    )


@pytest.mark.parametrize("write", [write1, write2])
def test_large_answers_keep_their_order(write):
    row = source.exr_rows()[0]
    rows = [
        {**row, "TIME_PERIOD": str(year), "CURRENCY": currency, "UNIT": currency}
        for currency in ("USD", "CHF", "JPY")
        for year in range(1000, 9000)
    ]

    found = decode_csv(write(source.pack(source.exr_structure(), rows, series_per_batch=1)))

    keys = [(row["CURRENCY"], row["TIME_PERIOD"]) for row in found]
    assert keys == sorted(keys)
    assert figures(found) == figures(rows)
