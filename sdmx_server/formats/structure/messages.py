"""Structure messages that somebody sent in, told apart by their content.

Source: SDMXMessage.xsd 2.1, 3.0 and 3.1; SDMX-JSON 2.0 and 2.1, structure message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.formats.structure import json, ml3, ml21
from sdmx_server.formats.structure.ml21_names import MES
from sdmx_server.formats.structure.xmlinput import is_xml, root_tag
from sdmx_server.model.artefact import Maintainable

Read = Callable[[bytes], tuple[Maintainable, ...]]

_XML_READERS: Mapping[str, Read] = {
    f"{MES}Structure": ml21.read,
    **{f"{{{root}message}}Structure": ml3.read for root in ml3.VERSIONS.values()},
}
_ALLOWED = "SDMX-ML 2.1, 3.0 and 3.1 and SDMX-JSON 2.0 and 2.1 are read"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(content: bytes) -> tuple[Maintainable, ...]:
    """Read the artefacts of a structure message, in its order.

    Raises:
        MessageSyntaxError: if it is no structure message, or part of it cannot be understood.
    """
    text = content.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"{"):
        return json.read(text)
    if not text:
        raise MessageSyntaxError("The file is empty.")
    if not is_xml(text):
        raise MessageSyntaxError(f"The content is no structure message; {_ALLOWED}.")
    tag = root_tag(content)
    if tag not in _XML_READERS:
        name = etree.QName(tag)
        raise MessageSyntaxError(
            f"The root element {name.localname!r} in the namespace {name.namespace or 'none'!r} "
            f"is that of no structure message; {_ALLOWED}."
        )
    return _XML_READERS[tag](content)
