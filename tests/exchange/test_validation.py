"""A delivery is checked as a whole: every fault, at its place, in both languages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from sdmx_server.dataset import PROVIDER, Component, Level, ResolvedStructure, Role
from sdmx_server.exchange.faults import report
from sdmx_server.exchange.validation import check, dataset_attributes, to_table
from sdmx_server.model.artefact import Annotation
from sdmx_server.model.codelist import Code
from sdmx_server.model.delivery import Delivery, Fault
from tests.formats.data import datasets as source

Row = Mapping[str, str | None]
EXR = source.exr_structure()
GOOD: Row = {
    "FREQ": "M",
    "CURRENCY": "USD",
    "CURRENCY_DENOM": "EUR",
    "EXR_TYPE": "SP00",
    "EXR_SUFFIX": "A",
    "TIME_PERIOD": "2010-01",
    "OBS_VALUE": "1.4272",
    "UNIT": "USD",
    "TITLE": "US dollar",
    "COLLECTION": "A",
    "OBS_STATUS": "A",
    "OBS_COM": None,
}
NEXT: Row = {**GOOD, "TIME_PERIOD": "2010-02"}


def delivery(*rows: Row, action: str = "Merge", **more: object) -> Delivery:
    """Return rows as a delivery; they stand in the lines from 2 on."""
    ids = dict.fromkeys(id_ for row in rows for id_ in row)
    return Delivery(
        structure="TST:EXR(1.0.0)",
        context="dataflow",
        action=action,
        columns={id_: [row.get(id_) for row in rows] for id_ in ids},
        file="kurs.csv",
        rows=range(2, len(rows) + 2),
        **more,  # type: ignore[arg-type]
    )


def told(faults: list[Fault]) -> list[tuple[str, int | None, str | None, str | None]]:
    return [(f.code, f.place.row, f.place.column, f.value) for f in faults]


def changed(id_: str, **changes: object) -> ResolvedStructure:
    """Return EXR with one component changed."""

    def change(components: tuple[Component, ...]) -> tuple[Component, ...]:
        return tuple(replace(c, **changes) if c.id == id_ else c for c in components)  # type: ignore[arg-type]

    return replace(
        EXR,
        dimensions=change(EXR.dimensions),
        time=change((source.TIME,))[0],
        measures=change(EXR.measures),
        attributes=change(EXR.attributes),
    )


def without(row: Row, *ids: str) -> Row:
    return {id_: text for id_, text in row.items() if id_ not in ids}


def test_a_sound_delivery_has_no_fault() -> None:
    assert check(delivery(*source.exr_rows()), EXR) == []


MISTAKES: list[tuple[str, tuple[Row, ...], list[tuple[str, int | None, str | None, str | None]]]]
MISTAKES = [
    ("unknown code", ({**GOOD, "FREQ": "X"},), [("unknown-code", 2, "FREQ", "X")]),
    ("blank behind a code", ({**GOOD, "FREQ": "M "},), [("unknown-code", 2, "FREQ", "M ")]),
    ("two unknown codes", ({**GOOD, "FREQ": "X"}, {**NEXT, "OBS_STATUS": "?"}), [
        ("unknown-code", 2, "FREQ", "X"),
        ("unknown-code", 3, "OBS_STATUS", "?"),
    ]),
    ("unknown column", ({**GOOD, "CURENCY": "USD"},), [
        ("unknown-column", None, "CURENCY", "CURENCY"),
    ]),
    ("missing dimension", (without(GOOD, "EXR_TYPE"),), [
        ("missing-column", None, "EXR_TYPE", "EXR_TYPE"),
    ]),
    ("empty dimension", ({**GOOD, "CURRENCY": None}, NEXT), [
        ("empty-dimension", 2, "CURRENCY", None),
    ]),
    ("malformed period", ({**GOOD, "TIME_PERIOD": "2010-13"},), [
        ("malformed-period", 2, "TIME_PERIOD", "2010-13"),
    ]),
    ("period of another frequency", ({**GOOD, "TIME_PERIOD": "2024"},), [
        ("period-frequency", 2, "TIME_PERIOD", "2024"),
    ]),
    ("number in Indonesian", ({**GOOD, "OBS_VALUE": "1.234,5"},), [
        ("malformed-number", 2, "OBS_VALUE", "1.234,5"),
    ]),
    ("word in place of a number", ({**GOOD, "OBS_VALUE": "n/a"},), [
        ("malformed-number", 2, "OBS_VALUE", "n/a"),
    ]),
    ("mandatory observation attribute", ({**GOOD, "OBS_STATUS": None}, NEXT), [
        ("missing-attribute", 2, "OBS_STATUS", None),
    ]),
    ("mandatory series attribute", (without(GOOD, "COLLECTION"), without(NEXT, "COLLECTION")), [
        ("missing-attribute", 2, "COLLECTION", None),
    ]),
    ("value despite its status", ({**GOOD, "OBS_STATUS": "M"},), [
        ("measure-despite-status", 2, "OBS_VALUE", None),
    ]),
    ("two values of a series attribute", (GOOD, {**NEXT, "TITLE": "Dollar"}), [
        ("conflicting-attribute", 3, "TITLE", "Dollar"),
    ]),
    ("two values of a group attribute", (
        GOOD, {**GOOD, "FREQ": "A", "TIME_PERIOD": "2010", "UNIT": "EUR"},
    ), [("conflicting-attribute", 3, "UNIT", "EUR")]),
    ("two values of a dataset attribute", (
        {**GOOD, "DS_NOTE": "a"}, {**NEXT, "DS_NOTE": "b"},
    ), [("conflicting-attribute", 3, "DS_NOTE", "b")]),
    ("duplicate key", (GOOD, NEXT, {**GOOD, "OBS_VALUE": "2"}), [
        ("duplicate-key", 4, None, "M.USD.EUR.SP00.A.2010-01"),
    ]),
    ("control character", ({**GOOD, "OBS_COM": "a\x00b"},), [
        ("illegal-character", 2, "OBS_COM", "a\x00b"),
    ]),
    ("column of persons", ({**GOOD, "Nama Lengkap": "x"},), [
        ("personal-data", None, "Nama Lengkap", None),
    ]),
    ("identity number", ({**GOOD, "OBS_COM": "NIK 3673041508900001"},), [
        ("personal-data", 2, "OBS_COM", "*" * 16),
    ]),
    ("any sixteen digits", ({**GOOD, "OBS_COM": " 9999999999999999"},), [
        ("personal-data", 2, "OBS_COM", "*" * 16),
    ]),
    ("attributes of no observation", (GOOD, {"CURRENCY": "CHF", "OBS_COM": "x"}), [
        ("unmatched-attributes", 3, None, None),
    ]),
    ("attributes against the observation", (GOOD, {"CURRENCY": "USD", "TITLE": "Dollar"}), [
        ("clashing-attributes", 3, None, None),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), [pytest.param(*m[1:], id=m[0]) for m in MISTAKES])
def test_each_mistake_is_found_at_its_place(
    rows: tuple[Row, ...], expected: list[tuple[str, int | None, str | None, str | None]]
) -> None:
    faults = check(delivery(*rows), EXR)

    assert told(faults) == expected
    assert all(fault.place.file == "kurs.csv" for fault in faults)
    assert all(fault.indonesian != fault.english for fault in faults)


def test_a_duplicate_names_both_rows() -> None:
    (fault,) = check(delivery(GOOD, NEXT, GOOD), EXR)

    assert fault.place.row == 4
    assert "baris 2" in fault.indonesian
    assert "row 2" in fault.english


def test_a_code_that_constraints_leave_out_is_told_from_an_unknown_one() -> None:
    structure = changed("CURRENCY", allowed=frozenset({"USD", "CHF"}))

    faults = check(delivery(GOOD, {**GOOD, "CURRENCY": "JPY", "UNIT": "JPY"}), structure)

    assert told(faults) == [("code-not-allowed", 3, "CURRENCY", "JPY")]
    assert "USD, CHF" in faults[0].english


AREAS = {
    id_: Code(
        id=id_,
        names={"id": f"{level.capitalize()} {name}", "en": f"{name} {english}"},
        annotations=(Annotation(id="NAMA", value=name),),
    )
    for id_, level, name, english in (
        ("3673010", "kecamatan", "Curug", "District"),
        ("3673030", "kecamatan", "Cipocok Jaya", "District"),
        ("3673050", "kecamatan", "Taktakan", "District"),
    )
}


def test_a_misspelt_name_gets_the_nearest_code_in_both_languages() -> None:
    structure = changed("CURRENCY", codes=AREAS)

    (fault,) = check(delivery({**GOOD, "CURRENCY": "Cipocok Jya"}), structure)

    assert fault.suggestions == ("3673030",)
    assert fault.indonesian == (
        "'Cipocok Jya' bukan kode CURRENCY; mungkin 'Kecamatan Cipocok Jaya' (3673030)."
    )
    assert fault.english == (
        "'Cipocok Jya' is no code of CURRENCY; perhaps 'Cipocok Jaya District' (3673030)."
    )


@pytest.mark.parametrize(
    ("data_type", "facets", "good", "bad", "code"),
    [
        ("Integer", {}, ("7", "-7", "007"), ("1.0", "2147483648", "1e3"), "malformed-number"),
        ("Long", {}, ("2147483648",), ("9223372036854775808",), "malformed-number"),
        ("Decimal", {}, ("1.10", ".5"), ("1e3", "NaN", "1 000"), "malformed-number"),
        ("Double", {}, ("1e-05", "INF", "NaN"), ("1,5", "0x1", "١"), "malformed-number"),
        ("Double", {"minValue": "0"}, ("0", "0.0"), ("-0.1",), "facet"),
        ("Double", {"maxValue": "100"}, ("100",), ("100.01",), "facet"),
        ("Double", {"decimals": "2"}, ("1.10", "1"), ("1.101",), "facet"),
        ("ExclusiveValueRange", {"minValue": "0"}, ("1",), ("0",), "facet"),
        ("String", {"maxLength": "3"}, ("abc",), ("abcd",), "facet"),
        ("String", {"minLength": "2"}, ("ab",), ("a",), "facet"),
        ("String", {"pattern": "[A-Z]{2}"}, ("AB",), ("ABC", "ab"), "facet"),
        ("Boolean", {}, ("true", "0"), ("ya", "TRUE"), "malformed-value"),
        ("GregorianYear", {}, ("2010",), ("2010-01",), "malformed-value"),
        ("ReportingQuarter", {}, ("2010-Q1",), ("2010-S1",), "malformed-value"),
        ("StandardTimePeriod", {}, ("2010-Q1",), ("2010-02-30",), "malformed-period"),
        ("StandardTimePeriod", {"startTime": "2010"}, ("2010-Q1",), ("2009-12",), "facet"),
        ("StandardTimePeriod", {"endTime": "2010"}, ("2010-Q1",), ("2011",), "facet"),
        ("StandardTimePeriod", {"endTime": "soon"}, ("2010-Q1",), (), "facet"),
        ("Time", {}, ("12:00:00Z",), ("25:00:00",), "malformed-value"),
        ("Duration", {}, ("P1Y", "PT5M"), ("P", "1Y"), "malformed-value"),
    ],
)
def test_data_types_and_facets_are_kept(
    data_type: str, facets: dict[str, str], good: tuple[str, ...], bad: tuple[str, ...], code: str
) -> None:
    structure = changed("OBS_COM", data_type=data_type, facets=facets)

    for text in good:
        assert check(delivery({**GOOD, "OBS_COM": text}), structure) == []
    for text in bad:
        faults = check(delivery({**GOOD, "OBS_COM": text}), structure)
        assert told(faults) == [(code, 2, "OBS_COM", text)]


@pytest.mark.parametrize("status", ["M", "O", "L", "Q", "H"])
def test_a_mandatory_value_may_be_absent_where_the_status_says_so(status: str) -> None:
    structure = changed("OBS_VALUE", mandatory=True)
    structure = replace(
        structure,
        attributes=tuple(
            replace(a, codes=None) if a.id == "OBS_STATUS" else a for a in EXR.attributes
        ),
    )

    assert check(delivery({**GOOD, "OBS_VALUE": None, "OBS_STATUS": status}), structure) == []


def test_a_mandatory_value_is_missed_otherwise() -> None:
    faults = check(delivery({**GOOD, "OBS_VALUE": None}), changed("OBS_VALUE", mandatory=True))

    assert told(faults) == [("missing-measure", 2, "OBS_VALUE", None)]
    assert "H, L, M, O, Q" in faults[0].indonesian


def test_a_merge_may_change_one_attribute_of_an_observation() -> None:
    row = {**GOOD, "OBS_VALUE": None, "OBS_STATUS": None, "OBS_COM": "revised"}

    assert check(delivery(row), changed("OBS_VALUE", mandatory=True)) == []


def test_a_deletion_may_leave_dimensions_out_and_say_anything_of_the_rest() -> None:
    row = {"CURRENCY": "USD", "TIME_PERIOD": None, "OBS_VALUE": "-", "OBS_STATUS": "-"}

    assert check(delivery(row, action="Delete"), EXR) == []
    faults = check(delivery({**row, "CURRENCY": "US"}, action="Delete"), EXR)
    assert told(faults) == [("unknown-code", 2, "CURRENCY", "US")]


KEY: Row = {id_: GOOD[id_] for id_ in (*(c.id for c in EXR.dimensions), "TIME_PERIOD")}
SERIES: Row = without(KEY, "TIME_PERIOD")
ALL: Row = {"OBS_VALUE": "-", "OBS_STATUS": "-", "OBS_COM": "-", "OBS_CONF": "-"}


@pytest.mark.parametrize(
    ("row", "deleted"),
    [
        ({**GOOD, "OBS_COM": "x"}, []),
        ({**KEY}, []),
        ({**SERIES}, []),
        ({**KEY, "OBS_COM": "-"}, []),
        ({**KEY, "OBS_VALUE": "-"}, []),
        ({**KEY, "OBS_VALUE": "-", "OBS_STATUS": "-"}, []),
        ({**KEY, "OBS_VALUE": "-", "COLLECTION": "-"}, []),
        ({**KEY, "TITLE": "-"}, []),
        ({**SERIES, **ALL, "COLLECTION": "-"}, []),
        ({**KEY, "OBS_STATUS": "-"}, ["OBS_STATUS"]),
        ({**SERIES, "OBS_STATUS": "-", "OBS_COM": "-"}, ["OBS_STATUS"]),
        ({**KEY, "COLLECTION": "-"}, ["COLLECTION"]),
        ({**SERIES, "COLLECTION": "-"}, ["COLLECTION"]),
        ({**SERIES, "OBS_VALUE": "-", "COLLECTION": "-"}, ["COLLECTION"]),
        ({"COLLECTION": "-", "OBS_STATUS": "-"}, ["OBS_STATUS", "COLLECTION"]),
    ],
)
def test_a_mandatory_attribute_is_deleted_only_with_what_it_describes(
    row: Row, deleted: list[str]
) -> None:
    row = {id_: text for id_, text in row.items() if EXR.component(id_)}
    found = told(check(delivery(row, action="Delete"), EXR))
    assert sorted(found) == sorted(("mandatory-deleted", 2, id_, None) for id_ in deleted)


def test_a_mandatory_attribute_that_cannot_be_deleted_is_told_with_a_remedy() -> None:
    (fault,) = check(delivery({**KEY, "OBS_STATUS": "-"}, action="Delete"), EXR)
    assert fault.english == (
        "OBS_STATUS is mandatory and cannot be deleted while what it belongs to stays; name "
        "OBS_VALUE too, or leave every cell but the dimensions empty to delete whole observations."
    )
    assert fault.indonesian == (
        "OBS_STATUS wajib diisi dan tidak dapat dihapus selama yang dijelaskannya tetap ada; "
        "sebut juga OBS_VALUE, atau kosongkan semua sel selain dimensi untuk menghapus seluruh "
        "pengamatan."
    )


def test_a_mandatory_measure_is_deleted_only_with_its_whole_observation() -> None:
    structure = changed("OBS_VALUE", mandatory=True)
    alone = delivery({**KEY, "OBS_VALUE": "-"}, action="Delete")
    whole = {id_: text for id_, text in ALL.items() if EXR.component(id_)}

    assert told(check(alone, structure)) == [("mandatory-deleted", 2, "OBS_VALUE", None)]
    assert check(delivery({**KEY, **whole}, action="Delete"), structure) == []


@pytest.mark.parametrize(
    "row", [{**KEY, "DS_NOTE": "-"}, {"DS_NOTE": "-", "FREQ": None}, {**SERIES, "DS_NOTE": "-"}]
)
def test_an_attribute_of_the_dataset_is_deleted_by_rows_that_name_nothing_else(row: Row) -> None:
    alone = delivery(row, action="Delete")

    assert check(alone, EXR) == []
    assert dataset_attributes(alone, EXR) == {"DS_NOTE": "-"}
    assert to_table(alone, EXR).num_rows == 0
    assert told(check(alone, changed("DS_NOTE", mandatory=True))) == [
        ("mandatory-deleted", 2, "DS_NOTE", None)
    ]


def test_a_deleted_observation_leaves_the_attributes_of_the_dataset() -> None:
    row = delivery({**GOOD, "DS_NOTE": "x"}, action="Delete")

    assert check(row, changed("DS_NOTE", mandatory=True)) == []
    assert dataset_attributes(row, EXR) == {}
    assert to_table(row, EXR).num_rows == 1


def test_a_message_that_names_only_an_attribute_of_the_dataset_deletes_nothing_else() -> None:
    message = Delivery(
        "TST:EXR(1.0.0)", "dataflow", "Delete", {}, "x", [1], dataset_attributes={"DS_NOTE": "-"}
    )

    assert dataset_attributes(message, EXR) == {"DS_NOTE": "-"}
    assert to_table(message, EXR).num_rows == 0
    assert told(check(message, changed("DS_NOTE", mandatory=True))) == [
        ("mandatory-deleted", None, "DS_NOTE", None)
    ]


def test_an_empty_deletion_means_everything() -> None:
    everything = Delivery("TST:EXR(1.0.0)", "dataflow", "Delete", {}, "x", [1])

    assert check(everything, EXR) == []
    table = to_table(everything, EXR)
    assert table.num_rows == 1
    assert all(column.null_count == 1 for column in table.columns)


def test_a_missing_mandatory_attribute_of_the_dataset_is_told_once() -> None:
    structure = changed("DS_NOTE", mandatory=True)

    assert told(check(delivery(GOOD, NEXT), structure)) == [
        ("missing-attribute", None, "DS_NOTE", None)
    ]
    given = delivery(GOOD, NEXT, dataset_attributes={"DS_NOTE": "x"})
    assert check(given, structure) == []


MULTI = source.multi_structure()


@pytest.mark.parametrize(
    ("id_", "text", "is_sound"),
    [
        ("CONTACT", '["a","b"]', True),
        ("CONTACT", "a", True),
        ("CONTACT", '["a",1]', False),
        ("CONTACT", '["a"', False),
        ("CONTACT", "[]", False),
        ("CONTACT", "[" * 9000 + "]" * 9000, False),
        ("OBS_NOTE", "[" * 9000 + "]" * 9000, False),
        ("OBS_NOTE", '{"en":"a","fr":"b"}', True),
        ("OBS_NOTE", "a", False),
        ("OBS_NOTE", '{"en":1}', False),
        ("OBS_NOTE", '{"not a language":"a"}', False),
        ("METHOD", '[{"en":"a"},{"fr":"b"}]', True),
        ("METHOD", '{"en":"a"}', True),
        ("METHOD", '["a"]', False),
    ],
)
def test_arrays_and_texts_by_language_have_their_shape(id_: str, text: str, is_sound: bool) -> None:
    row = {**source.multi_rows()[0], id_: text}

    codes = [fault.code for fault in check(delivery(row), MULTI)]

    assert codes == ([] if is_sound else ["malformed-json"])


def test_labels_are_taken_off_coded_cells_alone() -> None:
    row = {**GOOD, "FREQ": "M: Bulanan", "OBS_STATUS": "A: Nilai normal", "OBS_COM": "Nb: x"}

    labelled = delivery(row, labelled=True)

    assert check(labelled, EXR) == []
    (found,) = to_table(labelled, EXR).to_pylist()
    assert (found["FREQ"], found["OBS_STATUS"], found["OBS_COM"]) == ("M", "A", "Nb: x")


def test_labels_are_taken_off_each_value_of_an_array() -> None:
    structure = changed("OBS_COM", codes=AREAS, is_array=True)
    row = {**GOOD, "OBS_COM": '["3673010: Curug","3673030"]'}

    (found,) = to_table(delivery(row, labelled=True), structure).to_pylist()

    assert found["OBS_COM"] == '["3673010","3673030"]'


def test_what_is_said_once_for_all_series_reaches_each_row() -> None:
    given = delivery(without(GOOD, "TITLE"), NEXT, dataset_attributes={"TITLE": "US dollar"})

    assert check(given, EXR) == []
    assert to_table(given, EXR)["TITLE"].to_pylist() == ["US dollar", "US dollar"]


def test_texts_of_one_language_each_are_one_text_by_language() -> None:
    row = {**source.multi_rows()[0], "OBS_NOTE": '[{"en":"a"},{"fr":"b"}]'}

    (found,) = to_table(delivery(row), MULTI).to_pylist()

    assert found["OBS_NOTE"] == '{"en":"a","fr":"b"}'


def test_an_attribute_that_is_switched_off_is_absent() -> None:
    (found,) = to_table(delivery({**GOOD, "TITLE": "~"}), EXR).to_pylist()

    assert found["TITLE"] is None


def test_attributes_of_the_dataset_are_checked_as_well() -> None:
    given = {"DS_NOTE": "NIK 3673041508900001", "NOTE": "x"}

    faults = check(delivery(GOOD, dataset_attributes=given), EXR)

    assert told(faults) == [
        ("unknown-column", None, "NOTE", "NOTE"),
        ("personal-data", None, "DS_NOTE", "*" * 16),
    ]


def test_an_unknown_column_with_identity_numbers_is_refused_without_repeating_them() -> None:
    faults = check(delivery({**GOOD, "KODE": "3673041508900001"}), EXR)

    assert [f.code for f in faults] == ["unknown-column", "personal-data"]
    assert "3673041508900001" not in report(faults, "id") + report(faults, "en")


def test_attributes_of_a_partial_key_reach_the_rows_that_match() -> None:
    rows = [
        without(GOOD, "TITLE", "UNIT"),
        without({**NEXT, "FREQ": "D", "TIME_PERIOD": "2010-02-01"}, "TITLE", "UNIT"),
        {"CURRENCY": "USD", "CURRENCY_DENOM": "EUR", "EXR_TYPE": "~", "UNIT": "USD"},
        {"FREQ": "M", "TITLE": "monthly"},
        {"DS_NOTE": "Reference rates"},
    ]

    joined = delivery(*rows)

    assert check(joined, EXR) == []
    found = to_table(joined, EXR).to_pylist()
    assert [(row["UNIT"], row["TITLE"]) for row in found] == [("USD", "monthly"), ("USD", None)]
    assert dataset_attributes(joined, EXR) == {"DS_NOTE": "Reference rates"}


def test_attributes_of_series_elsewhere_are_left_to_the_store() -> None:
    part = delivery({"FREQ": "M", "CURRENCY": "USD", "TITLE": "monthly"})

    assert check(part, EXR) == []
    assert to_table(part, EXR).to_pylist()[0]["TITLE"] == "monthly"


def test_the_table_repeats_what_belongs_to_a_series_in_each_of_its_rows() -> None:
    table = to_table(delivery(GOOD, {**NEXT, "TITLE": None}, provider="TST.ECB"), EXR)

    assert table.column_names == [
        *(c.id for c in EXR.components if c.level is not Level.DATASET),
        PROVIDER,
    ]
    assert table["TITLE"].to_pylist() == ["US dollar", "US dollar"]
    assert table[PROVIDER].to_pylist() == ["TST.ECB", "TST.ECB"]


def test_texts_reach_the_table_as_they_were_received() -> None:
    texts = ["007", "1.10", "", "NA", "null", "é\n\N{GRINNING FACE}", " x "]
    periods = [f"2010-{month:02}" for month in range(1, 8)]
    rows = [
        {**GOOD, "TIME_PERIOD": period, "OBS_COM": text}
        for period, text in zip(periods, texts, strict=True)
    ]

    assert check(delivery(*rows), EXR) == []
    assert to_table(delivery(*rows), EXR)["OBS_COM"].to_pylist() == texts


def test_a_cell_of_a_workbook_is_told_by_its_address() -> None:
    workbook = delivery({**GOOD, "FREQ": "X"}, sheet="Tabel 3.1", cells={"FREQ": "D"})

    (fault,) = check(workbook, EXR)

    assert (fault.place.sheet, fault.place.cell) == ("Tabel 3.1", "D2")
    assert report([fault], "id").startswith("Lembar 'Tabel 3.1', sel D2: 'X' bukan kode FREQ")
    assert report([fault], "en").startswith("Sheet 'Tabel 3.1', cell D2: 'X' is no code of FREQ")


def test_many_faults_of_one_kind_are_listed_and_the_rest_counted() -> None:
    rows = [{**GOOD, "OBS_VALUE": "x"}] * 3000

    faults = [f for f in check(delivery(*rows), EXR) if f.code != "duplicate-key"]

    assert [f.code for f in faults].count("malformed-number") == 1000
    further = next(f for f in faults if f.code == "further-faults" and "OBS_VALUE" in f.english)
    assert "2000 more rows up to row 3001" in further.english


def test_a_structure_without_time_is_checked_as_well() -> None:
    rows = source.flat_rows()

    assert check(delivery(*rows), source.flat_structure()) == []
    assert check(delivery(*rows, rows[0]), source.flat_structure())[0].code == "duplicate-key"


def test_two_hundred_thousand_rows_take_a_second_or_so() -> None:
    count = 200_000
    years = [str(1900 + i % 100) for i in range(count)]
    columns = {
        "REF_AREA": [f"{i // 100}" for i in range(count)],
        "TIME_PERIOD": years,
        "OBS_VALUE": [f"{i}.5" for i in range(count)],
    }
    big = Delivery("TST:BIG(1.0.0)", "dataflow", "Merge", columns, "x", range(2, count + 2))
    structure = ResolvedStructure(
        "dataflow",
        "",
        {},
        None,
        "",
        dimensions=(Component("REF_AREA", Role.DIMENSION),),
        time=source.TIME,
        measures=(source.OBS_VALUE,),
        attributes=(),
    )

    start = time.process_time()
    assert check(big, structure) == []
    assert to_table(big, structure).num_rows == count
    assert time.process_time() - start < 10
