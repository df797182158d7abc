"""A mail's key is kept longer than the mail, so it holds no address: ids only."""

from __future__ import annotations

import ast

from tests.house.source import calls_of, modules

ADDRESSES = {"email", "to", "address", "to_address", "submitter_email"}


def names_in(node: ast.AST) -> set[str]:
    """Every name in an expression, but of what is only hashed."""
    if isinstance(node, ast.Call) and "hash" in getattr(node.func, "attr", ""):
        return set()
    found = {getattr(node, "attr", getattr(node, "id", ""))}
    return found.union(*map(names_in, ast.iter_child_nodes(node)))


def keys_of(calls: list[ast.Call]) -> list[ast.expr]:
    """The key of each call that has one, and an address to write to."""
    words = [{word.arg: word.value for word in call.keywords} for call in calls]
    return [given["key"] for given in words if "key" in given and "to" in given]


def test_no_key_of_a_mail_is_made_of_an_address() -> None:
    found = [
        f"{path.name}: {ast.unparse(key)}"
        for path in modules()
        for key in keys_of(calls_of(path))
        if names_in(key) & ADDRESSES
    ]
    assert found == []


def test_an_address_in_a_key_is_seen_unless_it_is_hashed() -> None:
    tree = ast.parse('f(key=f"x {one.email}", to=1); f(key=q.token_hash(one.email), to=1)')
    calls = [one.value for one in tree.body if isinstance(one, ast.Expr)]
    bad, hashed = keys_of([call for call in calls if isinstance(call, ast.Call)])
    assert names_in(bad) & ADDRESSES
    assert not names_in(hashed) & ADDRESSES
