"""The cache."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

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


def test_values_that_are_not_kept_are_made_once():
    cache: Cache[str, str] = Cache(10)
    made = []

    def make(keys):
        made.append(list(keys))
        return {key: key.upper() for key in keys}

    assert cache.found(["a", "b"], make, len) == ["A", "B"]
    assert cache.found(["b", "c", "b", "c"], make, len) == ["B", "C", "B", "C"]
    assert cache.one("a", lambda: "other", len) == "A"
    assert made == [["a", "b"], ["c"]]


def test_threads_wait_for_a_value_that_one_of_them_makes():
    cache: Cache[str, str] = Cache(10)
    begun, end = Event(), Event()

    def slowly():
        begun.set()
        assert end.wait(10)
        return "A"

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.one, "a", slowly, len)
        assert begun.wait(10)
        second = threads.submit(cache.one, "a", lambda: "made twice", len)
        end.set()
        assert (first.result(10), second.result(10)) == ("A", "A")


def test_who_waits_for_a_value_hears_why_it_could_not_be_made():
    cache: Cache[str, str] = Cache(10)
    begun, end = Event(), Event()

    def fail():
        begun.set()
        assert end.wait(10)
        raise OSError("out of reach")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.one, "a", fail, len)
        assert begun.wait(10)
        second = threads.submit(cache.one, "a", fail, len)
        end.set()
        for each in (first, second):
            with pytest.raises(OSError, match="out of reach"):
                each.result(10)
    assert cache.one("a", lambda: "A", len) == "A"
