"""Everything that is wrong with the content, by file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from structures.checks.dataflows import check_constraints, check_dataflows
from structures.checks.datastructures import check_attributes, check_datastructures
from structures.checks.documents import check_externals, check_hierarchies, check_maps
from structures.checks.items import check_items
from structures.checks.naming import check_naming
from structures.checks.references import check_references
from structures.checks.tables import check_columns, check_files, check_schemes, check_settings
from structures.content import PACKAGED, Content, read
from structures.findings import Finding, Severity
from structures.rows import Unreadable

_CHECKS: tuple[Callable[[Content], Iterable[Finding]], ...] = (
    check_columns,
    check_files,
    check_settings,
    check_schemes,
    check_items,
    check_attributes,
    check_datastructures,
    check_dataflows,
    check_constraints,
    check_hierarchies,
    check_maps,
    check_externals,
    check_naming,
)


def check(folder: Path | None = None) -> tuple[Finding, ...]:
    """Return what is wrong with the content of a folder, by file and line; empty if nothing.

    By default the content that comes with the package. A file that cannot be read is the
    only finding, because nothing can be said of the others without it. References between
    artefacts are looked at last, once nothing else is in the way.
    """
    try:
        content = read(folder or PACKAGED)
    except Unreadable as error:
        origin = error.origin
        return (
            Finding(
                "unreadable",
                Severity.ERROR,
                origin.file,
                origin.line,
                error.indonesian,
                error.english,
            ),
        )
    found = {finding for each in _CHECKS for finding in each(content)}
    if not any(finding.severity is Severity.ERROR for finding in found):
        found |= set(check_references(content))
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.line, finding.code)))
