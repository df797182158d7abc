"""Roots, paths and heads of the log: fixed by numbers worked out by hand."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbapp.ballots.log.hashing import head, merkle_root, path, root_over

LEAVES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(20)]


def node(left: str, right: str) -> str:
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def test_the_root_of_three_leaves_joins_two_and_then_the_third() -> None:
    a, b, c = sorted(LEAVES[:3])
    assert merkle_root([c, a, b]) == node(node(a, b), c)


def test_the_root_of_none_is_the_hash_of_nothing() -> None:
    assert merkle_root([]) == hashlib.sha256(b"").hexdigest()


def test_a_head_covers_the_head_before_it_and_each_fact() -> None:
    parts = [b"aa", b"bb", b"2", b"12", b"2027-05-03", b"checkpoint"]
    body = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    found = head("aa", "bb", 2, 12, date(2027, 5, 3), "checkpoint")
    assert found == hashlib.sha256(b"\x02" + body).hexdigest()


@given(st.sets(st.sampled_from(LEAVES), min_size=1), st.data())
def test_the_path_of_any_leaf_leads_to_the_root(leaves: set[str], data: st.DataObject) -> None:
    leaf = data.draw(st.sampled_from(sorted(leaves)))
    assert root_over(leaf, path(leaves, leaf)) == merkle_root(leaves)
    other = hashlib.sha256(b"another").hexdigest()
    assert root_over(other, path(leaves, leaf)) != merkle_root(leaves)


def test_a_leaf_that_is_not_in_the_batch_has_no_path() -> None:
    with pytest.raises(ValueError, match="not in list"):
        path(LEAVES[:3], LEAVES[4])
