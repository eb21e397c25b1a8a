"""XML that somebody sent in, parsed without trusting it.

Source: W3C XML 1.0, section 4 (entities); libxml2 parser options.
"""

from __future__ import annotations

import io

from lxml import etree

from sdmx_server.errors import MessageSyntaxError


def parse(content: bytes) -> etree._Element:
    """Return the root of a message; comments and processing instructions are dropped.

    Raises:
        MessageSyntaxError: if it is not well formed, or has a document type declaration.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageSyntaxError("A document type declaration is not allowed; leave it out.")
    return root


def is_xml(text: bytes) -> bool:
    """Whether a text is XML, in UTF-16 as well."""
    return text.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<"))


def root_tag(content: bytes) -> str:
    """Return the name of the root element, as ``{namespace}name``; the rest is not looked at.

    Raises:
        MessageSyntaxError: if there is none.
    """
    stream = etree.iterparse(
        io.BytesIO(content),
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        _, root = next(stream)
    except etree.XMLSyntaxError as error:
        raise _malformed(error) from None
    return str(root.tag)


def _malformed(error: etree.XMLSyntaxError) -> MessageSyntaxError:
    reason = " ".join(str(error.msg).split())
    return MessageSyntaxError(f"The message is not well-formed XML: {reason}.")
