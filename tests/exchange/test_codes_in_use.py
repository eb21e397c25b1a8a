"""What wildcards, extensions and constraints make of a codelist (conformance FX-CL, FX-CONS)."""

from __future__ import annotations

import pytest

from sdmx_server.exchange.constraints import allowed_codes
from sdmx_server.exchange.extension import extended
from sdmx_server.exchange.members import members
from sdmx_server.model.codelist import (
    Code,
    Codelist,
    CodelistExtension,
    CodeSelection,
    MemberValue,
)
from sdmx_server.model.constraint import ComponentValue, CubeRegion, CubeRegionKey, DataConstraint

URN = "urn:sdmx:org.sdmx.infomodel.codelist.Codelist=TST:{}(1.0.0)"


def codelist(id_, codes, *extensions):
    made = tuple(Code(id=i, names={"en": n}, parent=p) for i, n, p in codes)
    return Codelist(
        id=id_, agency_id="TST", version="1.0.0", codes=made, codelist_extensions=extensions
    )


def inherits(id_, **selection):
    return CodelistExtension(codelist=URN.format(id_), **selection)


CL_A = codelist("CL_A", [("A1", "A1", None), ("A2", "A2", None), ("A3", "A3", "A2")])
CL_B = codelist("CL_B", [("B1", "B1", None), ("A1", "B's A1", None)])
HELD = {lst.urn: lst for lst in (CL_A, CL_B)}
CODES = {code.id: code for code in CL_A.codes}


def names(lst):
    return {code.id: code.names["en"] for code in extended(lst, HELD.get).codes}


def test_own_codes_win_over_inherited_ones():
    own = [("X1", "X1", None), ("A1", "X's A1", None)]
    cl_x = codelist("CL_X", own, inherits("CL_A"), inherits("CL_B", prefix="B_"))
    assert names(cl_x) == {
        "X1": "X1",
        "A1": "X's A1",
        "A2": "A2",
        "A3": "A3",
        "B_B1": "B1",
        "B_A1": "B's A1",
    }


def test_a_later_list_wins_over_an_earlier():
    cl_y = codelist("CL_Y", [], inherits("CL_A"), inherits("CL_B"))
    assert names(cl_y) == {"A1": "B's A1", "A2": "A2", "A3": "A3", "B1": "B1"}


def test_a_selection_takes_or_leaves_codes_with_what_stands_below():
    below = CodeSelection(member_values=(MemberValue(value="A2", cascade_values=True),))
    taken = codelist("CL_T", [], inherits("CL_A", inclusive_code_selection=below))
    left = codelist("CL_L", [], inherits("CL_A", exclusive_code_selection=below))
    assert set(names(taken)) == {"A2", "A3"}
    assert set(names(left)) == {"A1"}


def test_lists_that_extend_each_other_come_to_an_end():
    held = {}
    for id_, other in (("CL_P", "CL_Q"), ("CL_Q", "CL_P")):
        lst = codelist(id_, [(id_[-1], id_, None)], inherits(other))
        held[lst.urn] = lst
    assert {c.id for c in extended(held[URN.format("CL_P")], held.get).codes} == {"P", "Q"}


@pytest.mark.parametrize(
    ("value", "cascade", "picked"),
    [
        ("A2", None, {"A2"}),
        ("A2", True, {"A2", "A3"}),
        ("A2", "true", {"A2", "A3"}),
        ("A2", "excluderoot", {"A3"}),
        ("A%", None, {"A1", "A2", "A3"}),
        ("%3", None, {"A3"}),
        ("a1", None, set()),
        ("[A]1", None, set()),
    ],
)
def test_a_member_value_picks_codes(value, cascade, picked):
    assert members(value, cascade, CODES) == picked


def region(include=True, **keys):
    made = tuple(
        CubeRegionKey(id=id_, values=tuple(ComponentValue(value=v) for v in values))
        for id_, values in keys.items()
    )
    return CubeRegion(include=include, key_values=made)


def constraint(*regions, role=None):
    return DataConstraint(id="C", agency_id="TST", role=role, cube_regions=regions)


@pytest.mark.parametrize(
    ("constraints", "left"),
    [
        ([], None),
        ([constraint(region(X=["A1", "A2"]))], {"A1", "A2"}),
        ([constraint(region(X=["A1", "A2"])), constraint(region(X=["A2", "A3"]))], {"A2"}),
        ([constraint(region(X=["A1"]), region(X=["A3"]))], {"A1", "A3"}),
        ([constraint(region(False, X=["A1"]))], {"A2", "A3"}),
        ([constraint(region(False, X=["A1"], Y=["B1"]))], None),
        ([constraint(region(Y=["B1"]))], None),
        ([constraint(region(X=["A1"]), role="Actual")], None),
        ([constraint(region(X=["ZZ"]))], set()),
    ],
)
def test_each_constraint_cuts_further(constraints, left):
    found = allowed_codes(constraints, {"X": CODES})
    assert found.get("X") == (None if left is None else frozenset(left))
