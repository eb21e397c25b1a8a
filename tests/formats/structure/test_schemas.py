from __future__ import annotations

import pytest

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure.schemas import validate
from tests.formats.structure.fixtures import SDMX_21, SDMX_30, SDMX_31, name_of

VERSIONS = {"21": "2.1", "30": "3.0.0", "31": "3.1.0"}


@pytest.mark.parametrize("path", [SDMX_21[0], SDMX_30[0], SDMX_31[0]], ids=name_of)
def test_a_message_follows_the_schema_of_its_own_version_only(path):
    for folder, version in VERSIONS.items():
        if folder == path.parent.name:
            validate(path.read_bytes(), version)
        else:
            with pytest.raises(MessageSyntaxError, match="not valid SDMX-ML"):
                validate(path.read_bytes(), version)


def test_the_place_and_the_reason_are_named():
    content = next(path for path in SDMX_31 if path.stem == "codelist").read_bytes()
    broken = content.replace(b'<str:Code id="A">', b"<str:Code>")
    with pytest.raises(MessageSyntaxError) as caught:
        validate(broken, "3.1.0")
    assert caught.value.detail == (
        "The message is not valid SDMX-ML 3.1.0: Element 'Code': "
        "The attribute 'id' is required but missing., line 5."
    )
