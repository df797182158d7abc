"""A test client that reads pages as a browser would and reviews each one it is shown."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from sqlalchemy import Connection, Engine, event
from werkzeug.test import TestResponse

from pbapp.accounts import services as accounts
from pbapp.accounts.models import Account
from pbapp.db import db

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
FOCUSABLE = {"input", "select", "textarea"}
# What is another each time a page is shown.
TOKEN = re.compile(r'(name="csrf[_-]token" (?:content|value)=)"[^"]*"')
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_in_order: set[bytes] = set()


class Browser:
    """One browser with its cookies. `get` and `post` give a `Page`; `submit` sends a form."""

    def __init__(self, app: Flask, signed_in_as: Account | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        self.account = signed_in_as
        self.own_token: dict[str, str] = {}
        if signed_in_as is not None:
            token = accounts.sign_in(account=signed_in_as)
            db.session.commit()
            with self.client.session_transaction() as session:
                session["_user_id"] = token
                session["_fresh"] = True

    def get(self, path: str, status: int = 200, **options: Any) -> Page:
        """Fetch a page. A GET that writes fails the test."""
        return self._open("GET", path, status, **options)

    def post(self, path: str, data: Any = None, status: int = 303, **options: Any) -> Page:
        """Send raw form data, without a token unless `data` has one."""
        return self._open("POST", path, status, data=data, **options)

    def refused(self, path: str, status: int = 403) -> None:
        """Neither shown nor taken: a page that is not for this person, asked for and posted to."""
        self.get(path, status)
        self.own_token = self.own_token or self.token()
        self.post(path, self.own_token, status)

    def token(self) -> dict[str, str]:
        """What an address needs that is only posted to: the token against forged posts."""
        token = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/privacy").html)
        assert token, "the page holds no token"
        return {"csrf_token": token[1]}

    def follow(self, page: Page) -> Page:
        """Go where a redirect points."""
        assert page.location, "there is no redirect to follow"
        return self.get(page.location)

    def submit(
        self,
        page: Page,
        fields: dict[str, Any] | None = None,
        *,
        form: str | int = 0,
        press: str | None = None,
        status: int = 303,
    ) -> Page:
        """Fill in a form of the page as a person would and send it.

        `form` is its id or its place on the page; `press` is the name=value of the button.
        """
        chosen = page.form(form)
        data = chosen.filled(fields or {})
        if press:
            name, _, value = press.partition("=")
            data.append((name, value))
        multi: dict[str, Any] = {}
        for name, value in data:
            multi.setdefault(name, []).append(value)
        action = chosen.action or page.path
        if chosen.method == "get":
            from urllib.parse import urlencode

            return self.get(f"{action.split('?')[0]}?{urlencode(data)}")
        return self.post(action, data=multi, status=status)

    def _open(self, method: str, path: str, status: int, **options: Any) -> Page:
        db.session.commit()
        with self.app.app_context(), _NoWrites(db.engines[None], when=method == "GET"):
            response = self.client.open(path, method=method, **options)
        db.session.expire_all()
        page = Page(path, response)
        assert response.status_code == status, (
            f"{method} {path} gave {response.status_code}, not {status}: {page.problem()}"
        )
        if response.mimetype == "text/html" and response.status_code != 303:
            review_once(page)
        return page


def review_once(page: Page) -> None:
    """Read a page as a browser would, which takes as long as to make it, unless one with the same
    words and tags was in order already, as it mostly is on the second database."""
    known: dict[str, str] = {}
    html = UUID.sub(lambda id: known.setdefault(id[0], f"id {len(known)}"), page.html)
    policy = page.response.headers.get("Content-Security-Policy", "")
    digest = blake2b((policy + TOKEN.sub(r"\1", html)).encode()).digest()
    if digest not in _in_order:
        page.review()
        _in_order.add(digest)


class Form:
    """One form of a page, filled with what the page already has in it."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self.action = element.get("action", "")
        self.method = element.get("method", "get").lower()

    def filled(self, fields: dict[str, Any]) -> list[tuple[str, Any]]:
        data: list[tuple[str, Any]] = []
        names = set()
        for control in self.element.iter():
            name = control.get("name")
            if control.tag not in FOCUSABLE or not name:
                continue
            names.add(name)
            if name not in fields:
                data.extend((name, value) for value in _own_values(control))
        unknown = set(fields) - names
        assert not unknown, f"the form has no {sorted(unknown)}; it has {sorted(names)}"
        for name, value in fields.items():
            values = value if isinstance(value, list) else [value]
            data.extend((name, item) for item in values if item is not None)
        return data


def _own_values(control: Element) -> list[str]:
    kind = control.get("type", "text")
    if control.tag == "textarea":
        return ["".join(control.itertext()).removeprefix("\n")]
    if control.tag == "select":
        options = list(control.iter("option"))
        picked = [o for o in options if o.get("selected") is not None] or options[:1]
        return [o.get("value", "".join(o.itertext())) for o in picked]
    if kind in ("submit", "button", "file"):
        return []
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]


class Page:
    """A response, read."""

    def __init__(self, path: str, response: TestResponse) -> None:
        self.path = path
        self.response = response
        self.status = response.status_code
        self.location = response.headers.get("Location")
        self._root: Element | None = None

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def root(self) -> Element:
        if self._root is None:
            parser = html5lib.HTMLParser(namespaceHTMLElements=False)
            self._root = parser.parse(self.html)
            self.parse_errors = parser.errors
        return self._root

    @property
    def is_read(self) -> bool:
        """Whether anybody has asked for what is in it."""
        return self._root is not None

    @property
    def text(self) -> str:
        """What a person reads, white space folded."""
        body = self.root.find("body")
        return " ".join("".join((body if body is not None else self.root).itertext()).split())

    @property
    def h1(self) -> str:
        return " ".join("".join(self._one("h1").itertext()).split())

    def form(self, which: str | int = 0) -> Form:
        """A form by its id or its place among the page's POST forms (else among all)."""
        forms = list(self.root.iter("form"))
        if isinstance(which, str):
            found = [f for f in forms if f.get("id") == which]
            assert found, f"no form with id {which}; there are {[f.get('id') for f in forms]}"
            return Form(found[0])
        main = self.root.find(".//main")
        inside = list(main.iter("form")) if main is not None else forms
        return Form((inside or forms)[which])

    def links(self) -> dict[str, str]:
        """Link text to address."""
        return {
            " ".join("".join(a.itertext()).split()): a.get("href", "") for a in self.root.iter("a")
        }

    def errors(self) -> list[str]:
        """What the error summary says."""
        for element in self.root.iter():
            if element.get("id") == "error-summary":
                return [" ".join("".join(i.itertext()).split()) for i in element.iter("li")]
        return []

    def problem(self) -> str:
        if self.response.mimetype != "text/html":
            return f"{self.location or self.html[:300]}"
        return f"to {self.location}; {self.errors()} {self.text[:400]}"

    def review(self) -> None:
        """Hold the page to the rules of the house; a fragment only to those that fit it."""
        whole = "<html" in self.html[:200]
        _ = self.root
        if whole:
            grave = [e for e in self.parse_errors if e[1] != "unknown-doctype"]
            assert not grave, f"{self.path}: not valid HTML: {grave[:3]}"
            title = " ".join("".join(self._one("title").itertext()).split())
            assert title.startswith(self.h1), f"{self.path}: title {title!r}, h1 {self.h1!r}"
            assert self.root.get("lang"), f"{self.path}: no language"
            assert "Content-Security-Policy" in self.response.headers
        self._review_elements()

    def _review_elements(self) -> None:
        ids = Counter(e.get("id") for e in self.root.iter() if e.get("id"))
        twice = [name for name, number in ids.items() if number > 1]
        assert not twice, f"{self.path}: ids used twice: {twice}"
        for element in self.root.iter():
            if not isinstance(element.tag, str):
                continue
            inline = [a for a in element.attrib if a == "style" or a.lower().startswith("on")]
            assert not inline, f"{self.path}: inline {inline} on <{element.tag}>"
            if element.tag == "script":
                assert element.get("src"), f"{self.path}: inline script"
            if element.tag == "img":
                assert element.get("alt") is not None, f"{self.path}: a picture without alt"
            for name in ("aria-describedby", "aria-labelledby", "for"):
                for target in (element.get(name) or "").split():
                    assert target in ids, f"{self.path}: {name} points at no {target}"
            if element.tag == "form" and element.get("method", "get").lower() == "post":
                names = {i.get("name") for i in element.iter("input")}
                assert "csrf_token" in names, f"{self.path}: a form without a token"
            if element.tag in FOCUSABLE and element.get("type") not in ("hidden", "submit"):
                self._review_label(element)
        assert "None</" not in self.html, f"{self.path}: says None"

    def _review_label(self, control: Element) -> None:
        if control.get("aria-label") or control.get("aria-labelledby"):
            return
        labels = {e.get("for") for e in self.root.iter("label")}
        assert control.get("id") in labels, f"{self.path}: no label for {control.attrib}"

    def _one(self, tag: str) -> Element:
        found = list(self.root.iter(tag))
        assert len(found) == 1, f"{self.path}: {len(found)} <{tag}>, not one"
        return found[0]


class QueryCounter:
    """Counts statements sent to the database."""

    def __init__(self, bind: Engine | Connection) -> None:
        self.bind = bind
        self.number = 0
        self.statements: list[str] = []

    def reset(self) -> None:
        self.number = 0
        self.statements = []

    def __enter__(self) -> QueryCounter:
        event.listen(self.bind, "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.bind, "before_cursor_execute", self._count)

    def _count(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.number += 1
            self.statements.append(statement)


class _NoWrites:
    """While a page is being fetched, nothing may be written."""

    def __init__(self, bind: Engine | Connection, *, when: bool) -> None:
        self.bind = bind
        self.active = when

    def __enter__(self) -> None:
        if self.active:
            event.listen(self.bind, "before_cursor_execute", self._refuse)

    def __exit__(self, *_: object) -> None:
        if self.active:
            event.remove(self.bind, "before_cursor_execute", self._refuse)

    def _refuse(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        assert not WRITES.match(statement), f"a GET wrote: {statement}"
