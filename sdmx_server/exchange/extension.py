"""Codelists that extend others, resolved to the codes they hold.

Source: SDMX 3.1 Technical Notes, section 10.3 (Codelist extension); Information Model, 4.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from sdmx_server.exchange.members import members
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.codelist import Code, Codelist, CodelistExtension, CodeSelection

Lookup = Callable[[str], Maintainable | None]


def extended(codelist: Codelist, lookup: Lookup) -> Codelist:
    """Return the list with inherited codes in place and no extensions left.

    Own codes win over inherited ones, and a later extension over an earlier. A list that
    extends itself, through whatever others, ends where it began.

    Args:
        codelist: the list.
        lookup: returns the artefact with a URN, or None.
    """
    if not codelist.codelist_extensions:
        return codelist
    codes = _all_codes(codelist, lookup, frozenset())
    return msgspec.structs.replace(codelist, codes=tuple(codes.values()), codelist_extensions=())


def resolving(lookup: Lookup) -> Callable[[Maintainable], Maintainable]:
    """Return what resolves the extension of an artefact, where it has one."""

    def resolve(artefact: Maintainable) -> Maintainable:
        return extended(artefact, lookup) if isinstance(artefact, Codelist) else artefact

    return resolve


def _all_codes(codelist: Codelist, lookup: Lookup, seen: frozenset[str]) -> dict[str, Code]:
    if codelist.urn in seen:
        return {}
    inherited: dict[str, Code] = {}
    for extension in codelist.codelist_extensions:
        source = lookup(extension.codelist)
        if isinstance(source, Codelist):
            available = _all_codes(source, lookup, seen | {codelist.urn})
            inherited.update((code.id, code) for code in _inherited(extension, available))
    own = {code.id: code for code in codelist.codes}
    return own | {id_: code for id_, code in inherited.items() if id_ not in own}


def _inherited(extension: CodelistExtension, codes: dict[str, Code]) -> Iterator[Code]:
    chosen = _selection(extension, codes)
    prefix = extension.prefix or ""
    for id_, code in codes.items():
        if id_ in chosen:
            parent = prefix + code.parent if code.parent in chosen else None
            yield msgspec.structs.replace(code, id=prefix + id_, parent=parent)


def _selection(extension: CodelistExtension, codes: dict[str, Code]) -> set[str]:
    if extension.inclusive_code_selection:
        return _members(extension.inclusive_code_selection, codes)
    if extension.exclusive_code_selection:
        return set(codes) - _members(extension.exclusive_code_selection, codes)
    return set(codes)


def _members(selection: CodeSelection, codes: dict[str, Code]) -> set[str]:
    found = {
        id_
        for member in selection.member_values
        for id_ in members(member.value, member.cascade_values, codes)
    }
    for pattern in selection.wildcarded_member_values:
        found |= members(pattern, None, codes)
    return found
