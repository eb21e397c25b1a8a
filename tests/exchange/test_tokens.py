"""Tokens are recognised by their secret, for as long as they count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sdmx_server.errors import TooManyAttempts, Unauthenticated
from sdmx_server.exchange.tokens import Tokens, issue
from sdmx_server.storage import tables
from sdmx_server.storage.database import writing
from sdmx_server.storage.tokens import Role, TokenStore

AT = datetime(2026, 1, 1, 8, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HERE = "10.0.0.1"


@pytest.fixture
def store(engine):
    return TokenStore(engine)


@pytest.fixture
def tokens(store):
    return Tokens(store)


def with_another_hash(engine, store):
    """Make every secret wrong, so that only who remembers a token takes it for right."""
    issue(store, "other", Role.READER, AT)
    other = next(token for token in store.all() if token.name == "other")
    with writing(engine) as connection:
        connection.execute(tables.tokens.update().values(hash=other.hash))


def test_a_token_says_whose_it_is_and_nothing_that_is_kept_tells_its_secret(store, tokens):
    text = issue(store, "BPS", Role.REVIEWER, AT, DAY)
    (kept,) = store.all()
    _, id_, secret = text.split("_", 2)
    assert text.startswith("sdmx_")
    assert len(secret) == 43
    assert (kept.id, kept.name, kept.role, kept.expires) == (id_, "BPS", Role.REVIEWER, AT + DAY)
    assert kept.hash.startswith("$argon2id$")
    assert secret not in kept.hash
    assert tokens.holder(text, HERE, AT).id == id_


def test_no_two_tokens_are_alike(store):
    assert len({issue(store, "x", Role.READER, AT) for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.upper(),
        lambda text: f" {text}",
        lambda text: "sdmx_000000000000_" + text.split("_", 2)[2],
        lambda text: text.split("_", 2)[2],
        lambda text: "",
        lambda text: "é\ud800",
    ],
)
def test_what_is_nearly_a_token_is_none(store, tokens, spoil):
    text = issue(store, "x", Role.READER, AT)
    with pytest.raises(Unauthenticated) as refusal:
        tokens.holder(spoil(text), HERE, AT)
    assert text.split("_", 2)[2] not in refusal.value.detail


def test_a_token_counts_until_it_expires(store, tokens):
    text = issue(store, "x", Role.READER, AT, DAY)
    for at in (AT, AT + DAY - SECOND):
        assert tokens.holder(text, HERE, at)
    for process in (tokens, Tokens(store)):
        with pytest.raises(Unauthenticated, match="expired on 2026-01-02"):
            process.holder(text, HERE, AT + DAY)


def test_a_revoked_token_counts_no_longer_even_where_it_is_remembered(store, tokens):
    text = issue(store, "x", Role.READER, AT)
    token = tokens.holder(text, HERE, AT)
    store.revoke(token.id, AT)
    with pytest.raises(Unauthenticated, match="revoked"):
        tokens.holder(text, HERE, AT + SECOND)


def test_a_token_that_was_right_is_remembered_for_a_minute(engine, store, tokens):
    text = issue(store, "x", Role.READER, AT)
    tokens.holder(text, HERE, AT)
    with_another_hash(engine, store)
    assert tokens.holder(text, HERE, AT + 59 * SECOND)
    with pytest.raises(Unauthenticated):
        tokens.holder(text, HERE, AT + 60 * SECOND)
    with pytest.raises(Unauthenticated):
        Tokens(store).holder(text, HERE, AT + SECOND)


def test_when_a_token_is_used_is_written_down(store, tokens):
    text = issue(store, "x", Role.READER, AT)
    tokens.holder(text, HERE, AT + SECOND)
    assert store.all()[0].last_used == AT + SECOND


def test_an_address_that_sends_wrong_tokens_again_and_again_has_to_wait(store, tokens):
    text = issue(store, "x", Role.READER, AT)
    known = issue(store, "known", Role.READER, AT)
    tokens.holder(known, HERE, AT)
    for number in range(20):
        with pytest.raises(Unauthenticated):
            tokens.holder(f"wrong {number}", HERE, AT + number * SECOND)

    with pytest.raises(TooManyAttempts, match="in 35 seconds") as refusal:
        tokens.holder(text, HERE, AT + 25 * SECOND)
    assert refusal.value.retry_after == 35
    assert tokens.holder(text, "10.0.0.2", AT + 25 * SECOND)
    assert tokens.holder(known, HERE, AT + 25 * SECOND), "what was right a moment ago still is"
    assert tokens.holder(text, HERE, AT + 60 * SECOND)


def test_no_more_addresses_are_remembered_than_may_be(tokens):
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            tokens.holder("wrong", HERE, AT)
    for number in range(10_000):
        with pytest.raises(Unauthenticated):
            tokens.holder("wrong", f"10.1.{number}", AT)
    with pytest.raises(Unauthenticated):  # forgotten, so not TooManyAttempts
        tokens.holder("wrong", HERE, AT)
