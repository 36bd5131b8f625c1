"""The operator's commands for tokens of partners."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from core.db import new_id
from traceability.tokens.models import ApiToken
from traceability.tokens.rules import hash_of, is_token


def test_issue_list_and_revoke(app: Flask, session: scoped_session[Session]) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["tokens", "issue", "Nhà đóng gói (mẫu)", "--scope", "capture", "--company-prefix", "8938501234"]
    )
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert is_token(secret)
    token = session.scalars(select(ApiToken).where(ApiToken.secret_hash == hash_of(secret))).one()
    listed = runner.invoke(args=["tokens", "list"]).stdout
    assert str(token.id) in listed and "Nhà đóng gói (mẫu)" in listed
    assert secret not in listed
    ended = runner.invoke(args=["tokens", "revoke", str(token.id)])
    assert ended.exit_code == 0
    assert str(token.id) not in runner.invoke(args=["tokens", "list"]).stdout
    assert "revoked" in runner.invoke(args=["tokens", "list", "--all"]).stdout


def test_wrong_orders_are_refused_in_a_sentence(app: Flask, session: scoped_session[Session]) -> None:
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["tokens", "issue", "Đối tác (mẫu)", "--scope", "capture"])
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert runner.invoke(args=["tokens", "revoke", str(new_id())]).exit_code == 1
