"""SDMX-REST 2.2: data queries: contexts, versions and keys.

Source: SDMX-REST 2.2, doc/data.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sdmx_server.conformance import paths
from sdmx_server.conformance.check import Area, Ask
from sdmx_server.conformance.checks import data as expected
from sdmx_server.conformance.expectations import (
    data_of,
    nothing,
    observations,
    refused,
    require,
    same,
    status,
)
from sdmx_server.conformance.facts import (
    NOWHERE,
    Facts,
    Inapplicable,
    periods,
    require_whole,
    series,
    varied,
)
from sdmx_server.conformance.request import Answer, Request, get

AREA = Area("v2", "data", "SDMX-REST 2.2, doc/data.md")


def _whole_dataflow(*forms: str) -> Ask:
    """Ask for all data in several forms; a dataflow that is too large is not asked for."""

    def ask(facts: Facts) -> Sequence[Request]:
        require_whole(facts)
        return get(*(form.format(flow=facts.dataflow, f=facts) for form in forms))

    return ask


def _key(form: Callable[[list[str]], str]) -> Ask:
    """Ask for a key that has something made of its codes at the dimension with the most."""

    def ask(facts: Facts) -> Sequence[Request]:
        dimension, codes = varied(facts)
        return get(paths.series_of(facts, {dimension: form(codes)}))

    return ask


def _two_keys(facts: Facts) -> Sequence[Request]:
    dimension, codes = varied(facts)
    both = (paths.key(facts, {dimension: each}) for each in codes[:2])
    return get(paths.data(facts, of=",".join(both)))


def _cut_key(facts: Facts) -> Sequence[Request]:
    """Ask for a key that ends behind the dimension with the most codes."""
    dimension, codes = varied(facts)
    written = paths.key(facts, {dimension: codes[0]}).split(".")
    end = facts.shape.dimensions.index(dimension) + 1
    if any(each != "*" for each in written[end:]):
        raise Inapplicable("the key would be cut within what keeps answers small")
    return get(paths.data(facts, of=".".join(written[:end])))


def _longer(part: str) -> Ask:
    return lambda f: get(paths.data(f, of=f"{paths.key(f, series(f))}.{part}"))


def _by_structure(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect the observations of the dataflow among those of its data structure."""
    found = data_of(facts, answers[0])
    lacking = facts.data.keys - found.keys
    require(not lacking, f"{len(lacking)} observations of the dataflow are missing")


def _of_agreement(facts: Facts, answers: Sequence[Answer]) -> None:
    """Expect no observations but those of the dataflow."""
    if answers[0].status == 204:
        raise Inapplicable("the provision agreement found has no data")
    found = data_of(facts, answers[0])
    extra = found.keys - facts.data.keys
    require(not extra, f"{len(extra)} observations are not among those of the dataflow")


def _agreement(facts: Facts) -> Sequence[Request]:
    require_whole(facts)
    if facts.agreement is None:
        raise Inapplicable("no provision agreement of the dataflow was found")
    place = facts.agreement
    return get(f"/data/provisionagreement/{place.agency}/{place.id}/{place.version}")


CHECKS = (
    AREA.check(
        "data-all", (132,), 1, "A dataflow in one version brings all its data.",
        ask=expected.all_data(), expect=observations(expected.everything),
    ),
    AREA.check(
        "data-defaults", (133,), 1, "What is left out of a path means *.",
        ask=_whole_dataflow(
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}",
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/*",
            "/data/dataflow/{flow.agency}/{flow.id}/{flow.version}/%2A",
        ),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "data-versions", (133,), 1, "Without a version, all versions come.",
        ask=_whole_dataflow(
            "/data/dataflow/{flow.agency}/{flow.id}", "/data/dataflow/{flow.agency}/{flow.id}/*"
        ),
        expect=same(),
    ),
    AREA.check(
        "data-context", (141,), 1, "A data structure brings the data of its dataflows.",
        ask=_whole_dataflow(
            "/data/datastructure/{f.datastructure.agency}/{f.datastructure.id}"
            "/{f.datastructure.version}"
        ),
        expect=_by_structure,
    ),
    AREA.check(
        "data-agreement", (140,), 1, "A provision agreement brings what its provider supplied.",
        ask=_agreement, expect=_of_agreement,
    ),
    AREA.check(
        "data-agencies", (139,), 1, "A comma between agencies brings the data of both.",
        ask=_whole_dataflow(
            f"/data/dataflow/{{flow.agency}},{NOWHERE}/{{flow.id}}/{{flow.version}}"
        ),
        expect=observations(expected.everything),
    ),
    AREA.check(
        "bad-context", (143, 144), 1, "The context is one, and none of any other type.",
        ask=lambda f: get(
            f"/data/codelist/{f.dataflow.agency}/{f.dataflow.id}",
            f"/data/dataflow,datastructure/{f.dataflow.agency}/{f.dataflow.id}",
        ),
        expect=refused(),
    ),
    AREA.check(
        "key-series", (145,), 1, "A full key brings that series alone.",
        ask=lambda f: get(paths.series_of(f, series(f))), expect=observations(expected.the_series),
    ),
    AREA.check(
        "key-wildcard", (145,), 1, "An asterisk in a key means any code.",
        ask=_key(lambda codes: codes[0]), expect=observations(expected.first_code),
    ),
    AREA.check(
        "key-cut", (146, 147), 1, "A key may end early; what is missing means any code.",
        ask=_cut_key, expect=observations(expected.first_code),
    ),
    AREA.check(
        "keys", (148,), 1, "A comma between keys brings the series of both.",
        ask=_two_keys, expect=observations(expected.first_two_codes),
    ),
    AREA.check(
        "key-plus", (149,), 2, "A plus in a key is no alternative any more.",
        ask=_key(lambda codes: "+".join(codes[:2])), expect=status(400, 422, 204, 404),
    ),
    AREA.check(
        "key-long", (151,), 2, "A key with too many positions is refused.",
        ask=_longer("X"), expect=refused(400, 422),
    ),
    AREA.check(
        "key-time", (152,), 2, "Time is no part of the key.",
        ask=lambda f: _longer(periods(f, 1)[0])(f), expect=refused(400, 422),
    ),
    AREA.check(
        "key-unknown", (153,), 2, "A code that has no data brings nothing.",
        ask=_key(lambda _: NOWHERE), expect=nothing,
    ),
    AREA.check(
        "no-dataflow", (154,), 1, "A dataflow that is not there brings nothing.",
        ask=lambda f: get(f"/data/dataflow/{f.dataflow.agency}/{NOWHERE}"), expect=nothing,
    ),
    AREA.check(
        "bad-version", (155, 156), 1, "A version that is none is refused with 400.",
        ask=lambda f: get(
            *(
                f"/data/dataflow/{f.dataflow.agency}/{f.dataflow.id}/{version}"
                for version in ("1.+.3", "latest")
            )
        ),
        expect=refused(),
    ),
    AREA.check(
        "old-parameters", (157,), 2, "Parameters of 1.5 do not cut any more.",
        ask=expected.all_data("startPeriod=2999&detail=serieskeysonly"),
        expect=lambda f, a: (
            None if a[0].status == 400 else observations(expected.everything)(f, a)
        ),
    ),
)  # fmt: skip
