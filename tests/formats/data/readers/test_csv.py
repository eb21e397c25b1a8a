"""SDMX-CSV is read as it stands, and every mistake is told with its line."""

from __future__ import annotations

import pytest

from sdmx_server.formats.data.readers.csv import read
from sdmx_server.model.delivery import Delivery, DeliveryFaults

HEAD = "STRUCTURE,STRUCTURE_ID,ACTION,"


def only(text: str) -> Delivery:
    (delivery,) = read(text.encode(), "kiriman.csv")
    return delivery


def faults_of(content: bytes) -> list[tuple[str, int | None, str | None, str | None]]:
    with pytest.raises(DeliveryFaults) as caught:
        read(content, "kiriman.csv")
    assert {fault.place.file for fault in caught.value.faults} == {"kiriman.csv"}
    return [(f.code, f.place.row, f.place.column, f.value) for f in caught.value.faults]


@pytest.mark.parametrize(
    "text",
    [
        "DATAFLOW,FREQ,TIME_PERIOD,OBS_VALUE\nTST:EXR(1.0.0),A,2010,1.10\n",
        "DATAFLOW;FREQ;TIME_PERIOD;OBS_VALUE\r\nTST:EXR(1.0.0);A;2010;1.10\r\n",
        "DATAFLOW\tFREQ\tTIME_PERIOD\tOBS_VALUE\nTST:EXR(1.0.0)\tA\t2010\t1.10",
        '"DATAFLOW","FREQ","TIME_PERIOD","OBS_VALUE"\n"TST:EXR(1.0.0)","A","2010","1.10"\n',
        f"{HEAD}FREQ,TIME_PERIOD,OBS_VALUE\ndataflow,TST:EXR(1.0.0),M,A,2010,1.10\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}STRUCTURE;STRUCTURE_ID;OBS_VALUE;TIME_PERIOD;FREQ\n"
        "dataflow;TST:EXR(1.0.0);1.10;2010;A\n",
        "STRUCTURE[;]|STRUCTURE_ID|FREQ|TIME_PERIOD|OBS_VALUE\n"
        "dataflow|TST:EXR(1.0.0)|A|2010|1.10\n",
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,OBS_KEY,FREQ,Frequency,TIME_PERIOD,Time,"
        "OBS_VALUE,Value\ndataflow,TST:EXR(1.0.0),Rates,M,A.2010,A,Annual,2010,,1.10,\n",
    ],
)
def test_every_dialect_says_the_same(text: str) -> None:
    delivery = only(text)

    assert delivery.structure == "TST:EXR(1.0.0)"
    assert (delivery.context, delivery.action) == ("dataflow", "Merge")
    columns = {"FREQ": ["A"], "TIME_PERIOD": ["2010"], "OBS_VALUE": ["1.10"]}
    assert {id_: list(cells) for id_, cells in delivery.columns.items()} == columns
    assert list(delivery.rows) == [2]


def test_no_text_is_converted_or_trimmed() -> None:
    texts = ["007", "1.10", "NA", "NaN", "null", " a ", "1,5", "true", "é\nè", 'say "yes"', "#N/A"]
    rows = "".join(
        'dataflow,TST:EXR(1.0.0),M,"{}"\n'.format(text.replace('"', '""')) for text in texts
    )

    assert list(only(f"{HEAD}A\n{rows}").columns["A"]) == texts


def test_an_empty_cell_is_no_value() -> None:
    delivery = only(f'{HEAD}A,B\ndataflow,TST:EXR(1.0.0),M,,x\ndataflow,TST:EXR(1.0.0),M,"",\n')

    assert dict(delivery.columns) == {"A": [None, None], "B": ["x", None]}


def test_a_row_is_told_by_the_line_where_it_begins() -> None:
    delivery = only(
        f'{HEAD}A\ndataflow,TST:EXR(1.0.0),M,"two\nlines"\n\ndataflow,TST:EXR(1.0.0),M,x\n'
    )

    assert list(delivery.rows) == [2, 5]


def test_each_run_of_one_structure_and_action_is_a_delivery_of_its_own() -> None:
    text = (
        f"{HEAD}FREQ,SEX,OBS_VALUE\n"
        "dataflow,TST:A(1.0.0),D,A,,\n"
        "dataflow,TST:A(1.0.0),M,A,,1\n"
        "dataflow,TST:A(1.0.0),M,S,,2\n"
        "datastructure,TST:B(1.0.0),R,,F,3\n"
        "dataprovision,TST:C(1.0.0),A,,F,3\n"
        "dataprovision,TST:C,I,,F,3\n"
    )

    told = [
        (d.context, d.structure, d.action, list(d.rows), sorted(d.columns))
        for d in read(text.encode(), "x.csv")
    ]

    assert told == [
        ("dataflow", "TST:A(1.0.0)", "Delete", [2], ["FREQ"]),
        ("dataflow", "TST:A(1.0.0)", "Merge", [3, 4], ["FREQ", "OBS_VALUE"]),
        ("datastructure", "TST:B(1.0.0)", "Replace", [5], ["OBS_VALUE", "SEX"]),
        ("provisionagreement", "TST:C(1.0.0)", "Append", [6], ["OBS_VALUE", "SEX"]),
        ("provisionagreement", "TST:C", "Information", [7], ["OBS_VALUE", "SEX"]),
    ]


def test_labels_are_left_in_cells_for_those_who_know_which_are_coded() -> None:
    delivery = only(
        "DATAFLOW,FREQ: Frekuensi,OBS_COM: Komentar\nTST:EXR(1.0.0): Kurs,A: Tahunan,Nb: x\n"
    )

    assert delivery.labelled
    assert delivery.structure == "TST:EXR(1.0.0)"
    assert dict(delivery.columns) == {"FREQ": ["A: Tahunan"], "OBS_COM": ["Nb: x"]}


@pytest.mark.parametrize(
    ("header", "cell", "json"),
    [
        ("X[]", "v1;v2", '["v1","v2"]'),
        ("X[]", "v1", '["v1"]'),
        ("X[]", '"a;b";c', '["a;b","c"]'),
        ("X[]", '"say ""x""";c', '["say \\"x\\"","c"]'),
        ("X[en;fr]", "en:Text;fr:Texte", '{"en":"Text","fr":"Texte"}'),
        ("X[en;fr]", 'en:Text;"fr:Le; texte"', '{"en":"Text","fr":"Le; texte"}'),
        ("X[en;fr]", "en:two\nlines", '{"en":"two\\nlines"}'),
        ("X[en;fr]", '"en:a;fr:b";"en:c"', '[{"en":"a","fr":"b"},{"en":"c"}]'),
        ("X[][en;fr]", '"en:a;fr:b"', '[{"en":"a","fr":"b"}]'),
    ],
)
def test_several_values_and_languages_become_json(header: str, cell: str, json: str) -> None:
    quoted = cell.replace('"', '""')
    delivery = only(f'STRUCTURE[;],STRUCTURE_ID,"{header}"\ndataflow,TST:M(1.0.0),"{quoted}"\n')

    assert list(delivery.columns["X"]) == [json]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("empty-file", 1, None, None)]),
        (b"\xef\xbb\xbf\n", [("empty-file", 1, None, None)]),
        (b"DATAFLOW,A\n", [("no-data", 1, None, None)]),
        (b"FLOW,A\nx,1\n", [("unknown-first-column", 1, None, "FLOW")]),
        (b"DATAFLOW,A\nTST:X,\xff\nTST:X,a\xe9\xe8\n", [
            ("not-utf8", 2, None, "0xFF"),
            ("not-utf8", 3, None, "0xE9"),
            ("not-utf8", 3, None, "0xE8"),
        ]),
        (b"DATAFLOW,A,B\nTST:X,1\nTST:X,1,2\nTST:X,1,2,3\n", [
            ("row-length", 2, None, "2"),
            ("row-length", 4, None, "4"),
        ]),
        (b"DATAFLOW,A,A,\nTST:X,1,2,3\n", [
            ("duplicate-column", 1, "A", "A"),
            ("unnamed-column", 1, None, None),
        ]),
        (b'DATAFLOW,A\nTST:X,"open\nTST:X,1\n', [("malformed-csv", 2, None, None)]),
        (b'DATAFLOW,A\nTST:X,"a"b\n', [("malformed-csv", 2, None, None)]),
        (b"STRUCTURE,A\ndataflow,1\n", [
            ("missing-column", 1, None, "STRUCTURE_ID"),
        ]),
        (b"STRUCTURE,STRUCTURE_ID,ACTION,A\nflow,TST:X(1.0),M,1\ndataflow,X,U,1\n", [
            ("unknown-structure-type", 2, "STRUCTURE", "flow"),
            ("malformed-structure", 3, "STRUCTURE_ID", "X"),
            ("unknown-action", 3, "ACTION", "U"),
        ]),
        (b"STRUCTURE[;],STRUCTURE_ID,N[en;id]\ndataflow,TST:X,de:Text\n", [
            ("malformed-languages", 2, "N", "de:Text"),
        ]),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line_and_value(
    content: bytes, expected: list[tuple[str, int | None, str | None, str | None]]
) -> None:
    assert faults_of(content) == expected


def test_rows_without_such_faults_can_be_checked_further() -> None:
    text = (
        f"{HEAD}A\n"
        "dataflow,TST:X(1.0.0),M,1\n"
        "dataflow,TST:X(1.0.0),M,1,more\n"
        "dataflow,TST:X(1.0.0),M,2\n"
        "dataflow,TST:X(1.0.0),U,3\n"
        "dataflow,TST:X(1.0.0),DELETE,4\n"
        "dataflow,X,M,5\n"
        "flow,TST:X(1.0.0),M,6\n"
    )

    with pytest.raises(DeliveryFaults) as caught:
        read(text.encode(), "x.csv")

    assert [(f.code, f.place.row) for f in caught.value.faults] == [
        ("row-length", 3),
        ("unknown-action", 5),
        ("unknown-action", 6),
        ("malformed-structure", 7),
        ("unknown-structure-type", 8),
    ]
    assert [(d.action, list(d.rows)) for d in caught.value.readable] == [
        ("Merge", [2, 4]),
        ("Merge", [5]),
        ("Delete", [6]),
    ]


def test_cells_that_are_not_understood_are_not_checked_as_empty() -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(b"STRUCTURE[;],STRUCTURE_ID,N[en;id]\ndataflow,TST:X,de:Text\n", "x.csv")

    assert caught.value.readable == ()


def test_a_fault_speaks_indonesian_and_english() -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(b"DATAFLOW,A,B\nTST:X,1\n", "x.csv")

    (fault,) = caught.value.faults
    assert fault.indonesian == "Baris memuat 2 sel, padahal kepala tabel memuat 3 kolom."
    assert fault.english == "The row has 2 cells, but the header has 3 columns."


def test_reading_stops_aloud_after_a_thousand_faults() -> None:
    told = faults_of(b"DATAFLOW,A\n" + b"TST:X\n" * 5000)

    assert len(told) == 1001
    assert told[-1][0] == "too-many-faults"


@pytest.mark.parametrize(
    ("row", "indonesian", "english"),
    [
        ('"open', "sebuah tanda kutip dibuka dan tidak ditutup", "a quote is opened"),
        ('"a"b', "ada teks di belakang tanda kutip penutup", "text behind a closing quote"),
        ("x" * 200_000, "sebuah sel terlalu panjang", "a cell is too long"),
    ],
)
def test_what_is_wrong_with_the_quotes_is_said_in_both_languages(
    row: str, indonesian: str, english: str
) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(f"DATAFLOW\n{row}\n".encode(), "x.csv")

    assert indonesian in caught.value.faults[0].indonesian
    assert english in caught.value.faults[0].english
