"""The cache."""

from __future__ import annotations

from sdmx_server.storage.cache import Cache


def test_what_was_used_longest_ago_goes_first():
    cache: Cache[str, int] = Cache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 4)
    assert cache.get("a") == 1
    cache.put("c", 3, 4)
    assert [cache.get(key) for key in "abc"] == [1, None, 3]


def test_what_is_larger_than_the_cache_is_not_kept_and_drives_nothing_out():
    cache: Cache[str, int] = Cache(10)
    cache.put("a", 1, 10)
    cache.put("b", 2, 11)
    assert [cache.get(key) for key in "ab"] == [1, None]


def test_a_value_that_is_put_twice_counts_once():
    cache: Cache[str, int] = Cache(10)
    cache.put("a", 1, 8)
    cache.put("a", 2, 8)
    cache.put("b", 3, 2)
    assert [cache.get(key) for key in "ab"] == [2, 3]
