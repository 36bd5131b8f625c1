"""Flask-Security: signing in with an e-mail address or phone number and a password."""

from typing import Any

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.forms import LoginForm
from flask_wtf import CSRFProtect
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from core.accounts.models import Role, User
from core.accounts.queries import find_user
from core.accounts.sessions import Sessions
from core.config import Settings
from core.db import db
from core.i18n import lazy_gettext as _l

LONGEST_PASSWORD = 1000
"""Longer ones are refused unread: hashing them would be work for nothing."""

csrf = CSRFProtect()
security = Security()


class SignInForm(LoginForm):
    """Sign in by phone number or e-mail address; the answer never tells which of the two fields was wrong."""

    email = StringField(
        _l("Phone number or e-mail"),
        validators=[DataRequired(_l("Enter your phone number or e-mail.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )

    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(_l("Enter your password.")), Length(max=LONGEST_PASSWORD)],
        render_kw={"autocomplete": "current-password"},
    )

    def validate(self, **kwargs: Any) -> bool:
        """Replace what was typed by the account's key before Flask-Security looks it up."""
        self.ifield, self.user = self.email, find_user((self.email.data or "").strip())
        return bool(super().validate(**kwargs))


def init_app(app: Flask, settings: Settings) -> None:
    """Set up sessions, CSRF protection and signing in."""
    app.config.update(
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.site_url.startswith("https://"),
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=settings.site_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
        # Argon2 salts each password itself; mixing in the secret key would make a new key lock everybody out for good.
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_LOGIN_USER_TEMPLATE="core/accounts/sign_in.html",
        SECURITY_POST_LOGIN_VIEW="/start",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_STATIC_FOLDER_URL=None,
    )
    app.session_interface = Sessions()
    csrf.init_app(app)
    security.init_app(app, SQLAlchemyUserDatastore(db, User, Role), login_form=SignInForm, register_blueprint=True)
    security.unauthn_handler(_ask_to_sign_in)
    _look_up_readers_only_when_asked(app)


def _look_up_readers_only_when_asked(app: Flask) -> None:
    """Take out Flask-Principal's hook, which loads the reader's account at every request.

    Nothing here asks Principal for identities; public pages then open no session and run no query for it.
    """
    hooks = app.before_request_funcs.get(None, [])
    app.before_request_funcs[None] = [hook for hook in hooks if not hook.__module__.startswith("flask_principal")]


def _ask_to_sign_in(mechanisms: Any = None, headers: Any = None) -> ResponseReturnValue:
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")), code=303)
