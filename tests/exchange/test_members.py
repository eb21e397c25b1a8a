"""Which codes a member value of a constraint or an extension means.

Source: SDMX 3.1 Technical Notes, section 10.3.
"""

import pytest

from sdmx_server.exchange.members import members
from sdmx_server.model.codelist import Code

IDS = ("A", "AB", "ABA", "ABBA", "BA", "C", "C_1", "C_11", "C.1")
CODES = {id_: Code(id=id_, names={"en": id_}) for id_ in IDS}
TREE = {
    id_: Code(id=id_, names={"en": id_}, parent=parent)
    for id_, parent in {"X": None, "X1": "X", "X11": "X1", "Y": None}.items()
}


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("A", "A"),
        ("Z", ""),
        ("%", "A AB ABA ABBA BA C C_1 C_11 C.1"),
        ("A%", "A AB ABA ABBA"),
        ("%A", "A ABA ABBA BA"),
        ("A%A", "ABA ABBA"),
        ("AB%BA", "ABBA"),
        ("%B%", "AB ABA ABBA BA"),
        ("%B%B%", "ABBA"),
        ("%B%A%A", ""),
        ("%%A", "A ABA ABBA BA"),
        ("C_%1", "C_1 C_11"),
        ("C.%", "C.1"),
        ("a%", ""),
    ],
)
def test_a_percent_sign_means_any_text_or_none(value, meant):
    assert members(value, None, CODES) == set(meant.split())


class Counted(str):
    """A code id that counts how often it is searched."""

    searches = 0

    def find(self, *arguments):
        Counted.searches += 1
        return super().find(*arguments)


def test_each_part_between_wildcards_is_sought_once():
    id_ = Counted("a" * 60)
    codes = {id_: Code(id=id_, names={"en": "long"})}

    assert members("%" + "a%" * 30 + "b%", None, codes) == set()
    assert Counted.searches == 31


@pytest.mark.parametrize(
    ("cascade", "meant"),
    [
        (None, {"X"}),
        (False, {"X"}),
        ("true", {"X", "X1", "X11"}),
        ("excluderoot", {"X1", "X11"}),
    ],
)
def test_what_stands_below_is_meant_as_far_as_it_is_said(cascade, meant):
    assert members("X", cascade, TREE) == meant
