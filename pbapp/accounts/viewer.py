"""Who is looking: the account behind this browser, and ending its sign-in."""

from __future__ import annotations

from flask import Flask, abort, request
from flask_login import LoginManager, UserMixin, current_user

from pbapp.accounts import queries
from pbapp.accounts.models import Account


class Viewer(UserMixin):
    """Flask-Login's view of somebody: known by the token of this sign-in, so it can be revoked."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.token = token

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # phones change address; the token itself can be revoked

    @manager.user_loader
    def load(token: str) -> Viewer | None:
        account = queries.find_by_token(token)
        return Viewer(account, token) if account else None

    @app.context_processor
    def viewer() -> dict[str, object]:
        return {"viewer": the_account()}


def the_account() -> Account | None:
    """Who is looking, or None for somebody who has not signed in."""
    return current_user.account if current_user.is_authenticated else None


def me() -> Account:
    """Who is looking, on a page whose rule lets in nobody but people who signed in."""
    return the_account() or abort(403)


def address_of_stranger() -> str | None:
    """Who is counted: what is kept for people who are not signed in could fill the disk."""
    return request.remote_addr if the_account() is None else None
