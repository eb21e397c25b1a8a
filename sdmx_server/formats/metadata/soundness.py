"""What every metadata set that was read must hold: sound references and a sound version.

Source: SDMX 3.1 SDMXMetadataGeneric.xsd, "MetadataSetType"; SDMXCommonReferences.xsd,
"WildcardUrnType".
"""

from __future__ import annotations

from sdmx_server.errors import MessageSyntaxError
from sdmx_server.model.metadataset import MetadataSet
from sdmx_server.model.urn import parse_urn
from sdmx_server.model.version import check_query, sort_key

_FLOW = ("metadatastructure", "Metadataflow")
_AGREEMENT = ("registry", "MetadataProvisionAgreement")


def sound(metadata_set: MetadataSet, place: str) -> MetadataSet:
    """Return a metadata set as it is.

    Args:
        metadata_set: the metadata set.
        place: where it stands in the message, for the error.

    Raises:
        MessageSyntaxError: if its version is none, it does not say what is reported, or one
            of its references is none.
    """
    usages = (
        (metadata_set.metadataflow, _FLOW),
        (metadata_set.metadata_provision_agreement, _AGREEMENT),
    )
    named = [usage for usage in usages if usage[0] is not None]
    if len(named) > 1 or (metadata_set.attributes and not named):
        raise MessageSyntaxError(
            f"{place}: {metadata_set.id} should name either a metadataflow or a metadata "
            "provision agreement."
        )
    try:
        sort_key(metadata_set.version)
        for urn, kind in named:
            _check(urn or "", kind)
        for target in metadata_set.targets:
            _check(target)
    except ValueError as reason:
        raise MessageSyntaxError(f"{place}: {reason}") from None
    return metadata_set


def _check(urn: str, kind: tuple[str, str] | None = None) -> None:
    parts = parse_urn(urn)
    if kind is not None and kind != (parts.package, parts.urn_class):
        raise ValueError(f"{urn!r} is no URN of a {kind[1]}.")
    check_query(parts.version)
