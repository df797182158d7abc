"""Signing in by code, by password, and out again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from pbapp import clock
from pbapp.accounts import services
from pbapp.accounts.models import Account, SignIn
from pbapp.db import db
from pbapp.messages.models import Mail
from pbapp.refusal import Refused
from tests.client import Browser, Page
from tests.world import World

PASSWORD = "a long enough password"


def ask_for_code(browser: Browser, email: str) -> Page:
    page = browser.submit(browser.get("/account/sign-in"), {"email": email})
    return browser.follow(page)


def newest_code() -> str:
    mail = db.session.scalars(select(Mail).order_by(Mail.written_at.desc())).first()
    assert mail is not None
    assert mail.context is not None
    return str(mail.context["code"])


def test_a_new_resident_signs_in_with_the_code_from_the_mail(
    stranger: Browser, world: World
) -> None:
    page = ask_for_code(stranger, " New.Person@Example.org ")
    page = stranger.submit(page, {"code": newest_code()})
    home = stranger.follow(page)
    assert "new.person@example.org" in home.text


def test_known_and_unknown_addresses_get_the_same_answer(stranger: Browser, world: World) -> None:
    known = ask_for_code(stranger, world.resident.email)
    unknown = ask_for_code(Browser(stranger.app), "nobody@example.org")
    assert known.text.replace(world.resident.email, "X") == unknown.text.replace(
        "nobody@example.org", "X"
    )


def test_a_code_works_once(stranger: Browser, world: World) -> None:
    page = ask_for_code(stranger, "a@example.org")
    code = newest_code()
    stranger.submit(page, {"code": code})
    other = Browser(stranger.app)
    page = ask_for_code(other, "b@example.org")
    page = other.submit(page, {"code": code}, status=422)
    assert page.errors()


def test_a_wrong_code_is_said_so_and_five_of_them_end_it(stranger: Browser, world: World) -> None:
    page = ask_for_code(stranger, "a@example.org")
    right = newest_code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        page = stranger.submit(page, {"code": wrong}, status=422)
        assert "not the code" in page.errors()[0]
    page = stranger.submit(page, {"code": right}, status=422)
    assert "expired" in page.errors()[0]


def test_a_code_expires(stranger: Browser, world: World) -> None:
    page = ask_for_code(stranger, "a@example.org")
    with time_machine.travel(clock.now() + timedelta(minutes=21), tick=False):
        page = stranger.submit(page, {"code": newest_code()}, status=422)
    assert "expired" in page.errors()[0]


def test_codes_may_be_typed_with_spaces(app: Flask, world: World) -> None:
    code = services.make_code(purpose="p", email="a@example.org", secret="s")
    services.use_code(
        purpose="p", email="A@example.org ", code=f"{code[:3]} {code[3:]}", secret="s"
    )


def test_a_code_for_one_purpose_does_not_serve_another(app: Flask, world: World) -> None:
    code = services.make_code(purpose="sign-in", email="a@example.org", secret="s")
    with pytest.raises(Refused):
        services.use_code(purpose="vote:1", email="a@example.org", code=code, secret="s")


def test_an_officer_signs_in_with_a_password(stranger: Browser, world: World) -> None:
    services.open_account(email="o@example.org", name="O", password=PASSWORD)
    db.session.commit()
    page = stranger.get("/account/password")
    page = stranger.submit(page, {"email": "o@example.org", "password": PASSWORD})
    assert "You are signed in" in stranger.follow(page).text


@pytest.mark.parametrize("email", ["o@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(
    stranger: Browser, world: World, email: str
) -> None:
    services.open_account(email="o@example.org", password=PASSWORD)
    db.session.commit()
    page = stranger.get("/account/password")
    page = stranger.submit(page, {"email": email, "password": "not it at all"}, status=422)
    assert page.errors() == ["The e-mail address or the password is wrong."]
    assert email in page.html, "the typed address is kept"


def test_an_account_with_a_password_cannot_be_entered_by_code(
    stranger: Browser, world: World
) -> None:
    services.open_account(email="o@example.org", password=PASSWORD)
    db.session.commit()
    page = ask_for_code(stranger, "o@example.org")
    assert newest_code() == "None"
    code = services.make_code(
        purpose="sign-in", email="o@example.org", secret=stranger.app.config["SECRET_KEY"]
    )
    db.session.commit()
    page = stranger.submit(page, {"code": code}, status=422)
    assert page.errors() == ["This address signs in with a password."]


def test_the_sixth_try_with_one_address_is_stopped(stranger: Browser, world: World) -> None:
    with time_machine.travel(clock.now(), tick=False):  # all within one stretch that is counted
        for _ in range(5):
            page = stranger.get("/account/password")
            stranger.submit(page, {"email": "o@example.org", "password": "x"}, status=422)
        fresh = Browser(stranger.app)
        page = fresh.get("/account/password")
        page = fresh.submit(page, {"email": "o@example.org", "password": "x"}, status=429)
    assert page.response.headers["Retry-After"]


def test_signing_out_everywhere_ends_other_browsers(
    app: Flask, resident: Browser, world: World
) -> None:
    phone = Browser(app, signed_in_as=world.resident)
    resident.submit(resident.get("/account/"), form=1)
    phone.get("/account/", status=303)
    assert db.session.scalars(select(SignIn)).all() == []


def test_signing_out_here_leaves_other_browsers(
    app: Flask, resident: Browser, world: World
) -> None:
    phone = Browser(app, signed_in_as=world.resident)
    resident.submit(resident.get("/account/"), form=0)
    resident.get("/account/", status=303)
    phone.get("/account/")


def test_a_stranger_is_asked_to_sign_in_and_comes_back(stranger: Browser, world: World) -> None:
    services.open_account(email="o@example.org", password=PASSWORD)
    db.session.commit()
    page = stranger.get("/account/", status=303)
    page = stranger.get(page.location.replace("sign-in", "password"))
    page = stranger.submit(page, {"email": "o@example.org", "password": PASSWORD})
    assert page.location == "/account/"


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil", "https://evil.example", "/\tx"])
def test_signing_in_never_leads_to_another_site(
    stranger: Browser, world: World, target: str
) -> None:
    services.open_account(email="o@example.org", password=PASSWORD)
    db.session.commit()
    page = stranger.get("/account/password")
    data = {"email": "o@example.org", "password": PASSWORD, "next": target}
    page = stranger.submit(page, data)
    assert page.location == "/account/"


def test_two_accounts_cannot_share_an_address(app: Flask, world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.open_account(email="RESIDENT@example.org")
    assert refused.value.field == "email"


def test_a_short_password_is_refused(app: Flask) -> None:
    with pytest.raises(Refused, match="12 characters"):
        services.open_account(email="x@example.org", password="short")
    assert db.session.scalar(select(Account)) is None
