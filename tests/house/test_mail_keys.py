"""A mail's key is kept longer than the mail, so it holds no address: ids only."""

from __future__ import annotations

import ast

from pbapp.config import ROOT

ADDRESSES = {"email", "to", "address", "to_address", "submitter_email"}


def names_in(node: ast.AST) -> set[str]:
    """Every name in an expression, but of what is only hashed."""
    if isinstance(node, ast.Call) and "hash" in getattr(node.func, "attr", ""):
        return set()
    found = {getattr(node, "attr", getattr(node, "id", ""))}
    return found.union(*map(names_in, ast.iter_child_nodes(node)))


def keys_of(text: str) -> list[ast.expr]:
    """The key of each call that has one, and an address to write to."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    words = [{word.arg: word.value for word in call.keywords} for call in calls]
    return [given["key"] for given in words if "key" in given and "to" in given]


def test_no_key_of_a_mail_is_made_of_an_address() -> None:
    found = [
        f"{path.name}: {ast.unparse(key)}"
        for path in sorted((ROOT / "pbapp").rglob("*.py"))
        for key in keys_of(path.read_text(encoding="utf-8"))
        if names_in(key) & ADDRESSES
    ]
    assert found == []


def test_an_address_in_a_key_is_seen_unless_it_is_hashed() -> None:
    bad, hashed = keys_of('f(key=f"x {one.email}", to=1); f(key=q.token_hash(one.email), to=1)')
    assert names_in(bad) & ADDRESSES
    assert not names_in(hashed) & ADDRESSES
