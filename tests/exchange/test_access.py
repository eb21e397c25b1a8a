"""Who may read which data."""

from __future__ import annotations

import pytest

from sdmx_server.errors import Forbidden, Unauthenticated
from sdmx_server.exchange.access import Access, is_open, withheld
from sdmx_server.storage.tokens import Role

TRUSTED = (Role.ADMINISTRATOR, Role.STEWARD, Role.REVIEWER)
OTHERS = (Role.PRODUCER, Role.READER)
OPEN, CLOSED = "SRG:DF_OPEN", "SRG:DF_CLOSED"
RESTRICTED = Access(restricted=frozenset({CLOSED}))
HOUSE = Access(anonymous_read=False)


@pytest.mark.parametrize("role", [None, *Role])
def test_without_rules_everyone_reads_everything(role):
    assert withheld(Access(), {OPEN, CLOSED}, role) == frozenset()


@pytest.mark.parametrize("role", TRUSTED)
@pytest.mark.parametrize("asked", [{CLOSED}, {OPEN, CLOSED}, set()])
def test_some_roles_read_what_is_restricted(role, asked):
    assert withheld(RESTRICTED, asked, role) == frozenset()


@pytest.mark.parametrize("role", [None, *OTHERS])
@pytest.mark.parametrize("asked", [{OPEN}, {OPEN, CLOSED}, set()])
def test_for_others_what_is_restricted_is_left_out(role, asked):
    assert withheld(RESTRICTED, asked, role) == {CLOSED}


@pytest.mark.parametrize("role", OTHERS)
def test_what_is_restricted_and_asked_for_alone_is_forbidden_to_others(role):
    with pytest.raises(Forbidden, match=f"SRG:DF_CLOSED.*administrator, steward.*a {role}"):
        withheld(RESTRICTED, {CLOSED}, role)


def test_a_stranger_is_asked_who_he_is():
    with pytest.raises(Unauthenticated, match="SRG:DF_CLOSED"):
        withheld(RESTRICTED, {CLOSED}, None)
    with pytest.raises(Unauthenticated):
        withheld(HOUSE, {OPEN}, None)


@pytest.mark.parametrize("role", Role)
def test_where_strangers_read_nothing_every_token_reads(role):
    assert withheld(HOUSE, {OPEN}, role) == frozenset()


@pytest.mark.parametrize(
    ("access", "asked", "same"),
    [
        (Access(), {OPEN, CLOSED}, True),
        (RESTRICTED, {OPEN}, True),
        (RESTRICTED, {OPEN, CLOSED}, False),
        (HOUSE, {OPEN}, False),
        (HOUSE, set(), False),
    ],
)
def test_an_answer_is_for_everyone_where_no_rule_bears_on_it(access, asked, same):
    assert is_open(access, asked) is same
