"""Maps and processes in SDMX-ML 3.x.

Source: SDMX 3.1, SDMXStructureStructureMappings.xsd, SDMXStructureProcess.xsd.
"""

from __future__ import annotations

from sdmx_server.formats.structure.ml3_parts import (
    COM,
    STR,
    flat,
    token,
    token_list,
)
from sdmx_server.formats.structure.ml3_shapes import (
    ANNOTATIONS,
    IDENTIFIABLE,
    NAMEABLE,
    maintainable,
)
from sdmx_server.formats.structure.parts import (
    Part,
    Shape,
    attribute,
    boolean,
    content,
    many,
    one,
    text,
    text_list,
    texts,
)
from sdmx_server.model.mapping import (
    CategorySchemeMap,
    ComponentMap,
    ConceptSchemeMap,
    DatePatternMap,
    EpochMap,
    FixedValueMap,
    FrequencyFormatMapping,
    ItemMap,
    MappedComponent,
    MappedValue,
    OrganisationSchemeMap,
    ReportingTaxonomyMap,
    RepresentationMap,
    RepresentationMapping,
    StructureMap,
    ValueMapping,
)
from sdmx_server.model.process import (
    Computation,
    InputOutput,
    Process,
    ProcessStep,
    Transition,
)

Flat = list[tuple[str, str, dict[str, str]]]


def _parse_pairs(found: Flat) -> tuple[MappedComponent, ...]:
    ids = [content.strip() for _, content, _ in found]
    return tuple(
        MappedComponent(source=source, target=target)
        for source, target in zip(ids[::2], ids[1::2], strict=False)
    )


def _spell_pairs(pairs: tuple[MappedComponent, ...]) -> Flat:
    spelt: Flat = []
    for pair in pairs:
        spelt += [("Source", pair.source, {}), ("Target", pair.target, {})]
    return spelt


_DATE_MAP: tuple[Part, ...] = (
    attribute("resolvePeriod", "resolve_period"),
    *IDENTIFIABLE,
    flat(("Source", "Target"), "mapped_components", _parse_pairs, _spell_pairs),
    token("FrequencyDimension", "frequency_dimension"),
    token_list("MappedFrequencies", "mapped_frequencies"),
    token("TargetFrequencyID", "target_frequency_id"),
)

_MAPPED_VALUE = Shape(
    MappedValue,
    (
        boolean("isRegEx", "is_reg_ex"),
        attribute("startIndex", "start_index", int),
        attribute("endIndex", "end_index", int),
        content("value"),
    ),
)

_VALIDITY: tuple[Part, ...] = (
    attribute("validFrom", "valid_from", encode=lambda instant: instant[:10]),
    attribute("validTo", "valid_to", encode=lambda instant: instant[:10]),
)
"""Days, here only; other formats give them as instants."""


def _mapping_columns(side: str, field: str) -> Part:
    def parse(found: Flat) -> tuple[RepresentationMapping, ...]:
        return tuple(
            RepresentationMapping(codelist=content.strip())
            if name == f"{side}Codelist"
            else RepresentationMapping(data_type=content.strip())
            for name, content, _ in found
        )

    def spell(columns: tuple[RepresentationMapping, ...]) -> Flat:
        return [
            (f"{side}Codelist", column.codelist, {})
            if column.codelist is not None
            else (f"{side}DataType", column.data_type or "", {})
            for column in columns
        ]

    return flat((f"{side}Codelist", f"{side}DataType"), field, parse, spell)


_ITEM_SCHEME_MAP = maintainable(
    token("Source", "source"),
    token("Target", "target"),
    many(
        f"{STR}ItemMap",
        "item_maps",
        Shape(
            ItemMap,
            (
                *_VALIDITY,
                ANNOTATIONS,
                one(f"{STR}SourceValue", "source_value", _MAPPED_VALUE),
                text(f"{STR}TargetValue", "target_value"),
            ),
        ),
    ),
)

_STRUCTURE_MAP = maintainable(
    token("Source", "source"),
    token("Target", "target"),
    many(
        f"{STR}EpochMap",
        "epoch_maps",
        Shape(
            EpochMap,
            (
                attribute("basePeriod", "base_period"),
                attribute("epochPeriod", "epoch_period"),
                *_DATE_MAP,
            ),
            "EpochMap",
        ),
    ),
    many(
        f"{STR}DatePatternMap",
        "date_pattern_maps",
        Shape(
            DatePatternMap,
            (
                attribute("sourcePattern", "source_pattern"),
                attribute("locale", "locale"),
                *_DATE_MAP,
            ),
            "DatePatternMap",
        ),
    ),
    many(
        f"{STR}FrequencyFormatMapping",
        "frequency_format_mappings",
        Shape(
            FrequencyFormatMapping,
            (
                *IDENTIFIABLE,
                token("FrequencyId", "frequency_id"),
                text(f"{STR}DatePattern", "date_pattern"),
            ),
            "FrequencyFormatMapping",
        ),
    ),
    many(
        f"{STR}ComponentMap",
        "component_maps",
        Shape(
            ComponentMap,
            (
                ANNOTATIONS,
                token_list("Source", "source"),
                token_list("Target", "target"),
                token("RepresentationMap", "representation_map"),
            ),
        ),
    ),
    many(
        f"{STR}FixedValueMap",
        "fixed_value_maps",
        Shape(
            FixedValueMap,
            (
                ANNOTATIONS,
                token("Source", "source"),
                token("Target", "target"),
                text_list(f"{STR}Value", "values"),
            ),
        ),
    ),
)

_LOCAL_ID = attribute("localID", "local_id")

_INPUT_OUTPUT = Shape(
    InputOutput, (_LOCAL_ID, ANNOTATIONS, token("ObjectReference", "object_reference"))
)

_PROCESS_STEP = Shape(
    ProcessStep,
    (
        *NAMEABLE,
        many(f"{STR}Input", "inputs", _INPUT_OUTPUT),
        many(f"{STR}Output", "outputs", _INPUT_OUTPUT),
        one(
            f"{STR}Computation",
            "computation",
            Shape(
                Computation,
                (
                    _LOCAL_ID,
                    attribute("softwarePackage", "software_package"),
                    attribute("softwareLanguage", "software_language"),
                    attribute("softwareVersion", "software_version"),
                    ANNOTATIONS,
                    texts(f"{COM}Description", "descriptions"),
                ),
            ),
        ),
        many(
            f"{STR}Transition",
            "transitions",
            Shape(
                Transition,
                (
                    _LOCAL_ID,
                    *IDENTIFIABLE,
                    token("TargetStep", "target_step"),
                    texts(f"{STR}Condition", "conditions"),
                ),
                "Transition",
            ),
        ),
        many(f"{STR}ProcessStep", "process_steps"),
    ),
    "ProcessStep",
    nests=True,
)

SHAPES: tuple[Shape, ...] = (
    Shape(StructureMap, _STRUCTURE_MAP),
    Shape(
        RepresentationMap,
        maintainable(
            _mapping_columns("Source", "source"),
            _mapping_columns("Target", "target"),
            many(
                f"{STR}RepresentationMapping",
                "representation_mappings",
                Shape(
                    ValueMapping,
                    (
                        *_VALIDITY,
                        ANNOTATIONS,
                        many(f"{STR}SourceValue", "source_values", _MAPPED_VALUE),
                        text_list(f"{STR}TargetValue", "target_values"),
                    ),
                ),
            ),
        ),
    ),
    Shape(ConceptSchemeMap, _ITEM_SCHEME_MAP),
    Shape(CategorySchemeMap, _ITEM_SCHEME_MAP),
    Shape(OrganisationSchemeMap, _ITEM_SCHEME_MAP),
    Shape(ReportingTaxonomyMap, _ITEM_SCHEME_MAP),
    Shape(Process, maintainable(many(f"{STR}ProcessStep", "process_steps", _PROCESS_STEP))),
)
"""Maps and processes."""
