"""SDMX-JSON 2 data are read with every digit, and mistakes are told with their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sdmx_server.dataset import Rendering
from sdmx_server.formats.data.readers.json import read
from sdmx_server.formats.data.writers import json1
from sdmx_server.model.delivery import DeliveryFaults
from tests.formats.data import datasets as source

URN = "urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=TST:EXR(1.0.0)"


def message() -> dict[str, Any]:
    """Return a message with a value of each kind."""
    return {
        "meta": {"id": "X"},
        "data": {
            "structures": [
                {
                    "links": [{"urn": URN}],
                    "dimensions": {
                        "dataSet": [{"id": "FREQ", "keyPosition": 0, "values": [{"id": "A"}]}],
                        "series": [
                            {
                                "id": "CURRENCY",
                                "keyPosition": 1,
                                "values": [{"id": "USD"}, {"id": "CHF"}],
                            }
                        ],
                        "observation": [
                            {
                                "id": "TIME_PERIOD",
                                "keyPosition": 2,
                                "values": [{"value": "2009"}, {"value": "2010"}],
                            }
                        ],
                    },
                    "measures": {"observation": [{"id": "OBS_VALUE"}]},
                    "attributes": {
                        "dataSet": [{"id": "DS_NOTE"}],
                        "dimensionGroup": [{"id": "UNIT", "values": [{"id": "USD"}]}],
                        "series": [{"id": "TITLE"}],
                        "observation": [{"id": "OBS_STATUS", "values": [{"id": "A"}]}],
                    },
                }
            ],
            "dataSets": [
                {
                    "action": "Replace",
                    "attributes": ["Reference rates"],
                    "dimensionGroupAttributes": {":0:": [0]},
                    "series": {
                        "0": {
                            "attributes": [{"en": "Dollar", "id": "Dolar"}],
                            "observations": {"0": [1.5, 0], "1": [None]},
                        },
                        "1": {"attributes": [["a", "b"]]},
                    },
                }
            ],
        },
    }


def read_message(content: dict[str, Any]) -> list[dict[str, str]]:
    (delivery,) = read(json.dumps(content).encode(), "x.json")
    return [
        {id_: cells[i] for id_, cells in delivery.columns.items() if cells[i] is not None}
        for i in range(len(delivery.rows))
    ]


def test_every_kind_of_row_is_read() -> None:
    assert read_message(message()) == [
        {"CURRENCY": "USD", "UNIT": "USD"},
        {
            "FREQ": "A",
            "CURRENCY": "USD",
            "TITLE": '{"en":"Dollar","id":"Dolar"}',
            "TIME_PERIOD": "2009",
            "OBS_VALUE": "1.5",
            "OBS_STATUS": "A",
        },
        {
            "FREQ": "A",
            "CURRENCY": "USD",
            "TITLE": '{"en":"Dollar","id":"Dolar"}',
            "TIME_PERIOD": "2010",
        },
        {"FREQ": "A", "CURRENCY": "CHF", "TITLE": '["a","b"]'},
    ]


def test_structure_action_and_dataset_attributes_are_told() -> None:
    (delivery,) = read(json.dumps(message()).encode(), "x.json")

    assert (delivery.structure, delivery.context, delivery.action) == (URN, "dataflow", "Replace")
    assert dict(delivery.dataset_attributes) == {"DS_NOTE": "Reference rates"}


def test_a_message_of_version_1_is_named_with_the_versions_that_are_read() -> None:
    written = json1.write([source.exr()], source.MESSAGE, Rendering("1.0.0"))

    with pytest.raises(DeliveryFaults) as caught:
        read(b"".join(written), "x.json")

    (fault,) = caught.value.faults
    assert fault.code == "old-json"
    for text in (fault.indonesian, fault.english):
        assert "SDMX-JSON 1.0" in text
        assert "SDMX-JSON 2.0" in text


@pytest.mark.parametrize("digits", ["1.10", "0.000010", "1e5", "-0", "123456789012345678901"])
def test_numbers_keep_their_digits(digits: str) -> None:
    content = json.dumps(message()).replace("[1.5, 0]", f"[{digits}, 0]")

    (delivery,) = read(content.encode(), "x.json")

    assert delivery.columns["OBS_VALUE"][1] == digits


@pytest.mark.parametrize(
    ("old", "new", "code", "row"),
    [
        ('"meta": ', '"meta" ', "malformed-json", 1),
        ("[1.5, 0]", "[NaN, 0]", "malformed-json", None),
        ("[1.5, 0]", "[1.5, 0], \"0\": [2]", "duplicate-member", None),
        ("[1.5, 0]", "[1.5, 7]", "json-shape", None),
        ('"1": [null]', '"9": [null]', "json-shape", None),
        ('"1": [null]', '"1:1": [null]', "json-shape", None),
        (URN, "urn:x", "json-shape", None),
        ('"Replace"', '"Upsert"', "unknown-action", None),
        ('{"action"', '{"structure": 3, "action"', "json-shape", None),
        ('"Reference rates"', r'"\ud800"', "malformed-json", None),
        ('"X"', "[" * 5000 + "]" * 5000, "malformed-json", None),
        ('"Reference rates"', "[" * 700 + "]" * 700, "malformed-json", None),
        ('{"action"', '{"structure": ' + "1" * 5000 + ', "action"', "json-shape", None),
        ('"keyPosition": 1', '"keyPosition": ' + "1" * 5000, "json-shape", None),
        ("[1.5, 0]", "[1.5, " + "1" * 5000 + "]", "json-shape", None),
        ("[1.5, 0]", "[1.5, [0, " + "1" * 5000 + "]]", "json-shape", None),
    ],
)  # fmt: skip
def test_each_mistake_is_told(old: str, new: str, code: str, row: int | None) -> None:
    content = json.dumps(message())
    assert old in content

    with pytest.raises(DeliveryFaults) as caught:
        read(content.replace(old, new).encode(), "x.json")

    fault = caught.value.faults[0]
    assert (fault.code, fault.place.row) == (code, row)


@pytest.mark.parametrize("content", ["[]", '{"data": []}', '{"data": {"structures": {}}}', '"x"'])
def test_other_json_is_refused(content: str) -> None:
    with pytest.raises(DeliveryFaults) as caught:
        read(content.encode(), "x.json")

    assert caught.value.faults[0].code == "json-shape"
