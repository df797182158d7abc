"""The hashes of the ballot box, against values worked out by hand from the description."""

from __future__ import annotations

import hashlib
import hmac
import re

import pytest

from pbapp.ballots import secrecy
from pbapp.ballots.vote import ticked

KEY, SALT = bytes(range(32)), bytes(range(32, 64))


def joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def test_a_leaf_is_what_the_description_says() -> None:
    content = ticked(["7", "12", "3"]).content
    assert content == '{"choices":["12","3","7"]}'
    body = joined(b"5", b"ab" * 32, content.encode(), SALT)
    assert secrecy.leaf(5, "ab" * 32, content, SALT) == hashlib.sha256(b"\0" + body).hexdigest()


def test_a_voters_tag_is_what_the_description_says() -> None:
    wanted = hmac.new(KEY, joined(b"voter", b"5", b"abc"), hashlib.sha256).hexdigest()
    assert secrecy.voter_tag(KEY, 5, "abc") == wanted


def test_no_two_lists_of_parts_give_one_hash() -> None:
    assert secrecy.identifier_digest(KEY, 1, "k", "ab", "c") != secrecy.identifier_digest(
        KEY, 1, "k", "a", "bc"
    )
    assert secrecy.voter_tag(KEY, 11, "1") != secrecy.voter_tag(KEY, 1, "11")
    assert secrecy.voter_tag(KEY, 1, "x") != secrecy.identifier_digest(KEY, 1, "x")


def test_another_round_or_key_gives_another_tag() -> None:
    tags = {secrecy.voter_tag(key, round_id, "x") for key in (KEY, SALT) for round_id in (1, 2)}
    assert len(tags) == 4


def test_a_receipt_has_80_bits_in_letters_people_do_not_misread() -> None:
    receipts = {secrecy.receipt(KEY, str(number)) for number in range(500)}
    assert len(receipts) == 500
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", receipt) for receipt in receipts)
    assert {receipt[place] for receipt in receipts for place in (0, 15)} == set(secrecy.ALPHABET)


@pytest.mark.parametrize(
    "typed",
    ["K7FQ-2QP9-RD4M-XW31", "k7fq2qp9rd4mxw31", " K7FQ 2QP9\tRD4M\nXW3l", "K7FQ–2QP9.RD4M-XW3I"],
)
def test_a_receipt_is_read_however_it_is_typed(typed: str) -> None:
    assert secrecy.tidy_receipt(typed) == "K7FQ2QP9RD4MXW31"
    assert secrecy.in_fours("K7FQ2QP9RD4MXW31") == "K7FQ-2QP9-RD4M-XW31"


@pytest.mark.parametrize("typed", ["", "K7FQ", "K7FQ-2QP9-RD4M-XW3", "U" * 16, "٣" * 16, "é" * 16])
def test_what_cannot_be_a_receipt_is_none(typed: str) -> None:
    assert secrecy.tidy_receipt(typed) is None
