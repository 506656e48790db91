"""What happens to accounts: they are added, get sign-in links, and set a password."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from service.db import UnitOfWork
from service.editors.errors import AddressTaken, LinkSpent, NotAnAddress
from service.editors.model import Editor, Role, SignInLink
from service.editors.passwords import hash_password
from service.editors.queries import comparable, editor_by_email
from service.editors.trail import note
from service.mail.notices import leave_notice
from service.tokens import Tokens

LINK_LIFE = timedelta(minutes=30)

NOBODY = 0
"""The row id of a link mail that was asked for with an unknown address."""


def add_editor(uow: UnitOfWork, email: str, *, name: str = "", role: Role, now: datetime) -> Editor:
    """Open an account without a password. Raises NotAnAddress or AddressTaken."""
    if not _looks_like_an_address(email):
        raise NotAnAddress
    if uow.session.scalar(select(exists().where(Editor.email == comparable(email)))):
        raise AddressTaken
    editor = Editor(email=comparable(email), name=name, role=role, created_at=now)
    uow.session.add(editor)
    uow.session.flush()
    return editor


def make_sign_in_link(
    uow: UnitOfWork, editor: Editor, *, tokens: Tokens, now: datetime, life: timedelta = LINK_LIFE
) -> str:
    """The token of a link that signs `editor` in once, within `life`; only its hash is kept."""
    uow.session.execute(delete(SignInLink).where(SignInLink.editor_id == editor.id, SignInLink.expires_at <= now))
    token, token_hash = tokens.fresh()
    uow.session.add(SignInLink(editor_id=editor.id, token_hash=token_hash, expires_at=now + life))
    return token


def ask_for_link(uow: UnitOfWork, email: str, *, now: datetime) -> None:
    """Have a sign-in link mailed. An unknown address costs the same writes, so that the answer takes as long."""
    editor = editor_by_email(uow.session, email)
    leave_notice(uow, "sign_in_link", editor.id if editor else NOBODY, now=now)


def use_sign_in_link(uow: UnitOfWork, tokens: Tokens, token: str, *, now: datetime) -> Editor:
    """Spend the link and give the account it opens. Raises LinkSpent; of two at the same time, one gets in."""
    editor_id = uow.session.execute(
        update(SignInLink)
        .where(
            SignInLink.token_hash == tokens.fresh_hash(token), SignInLink.used_at.is_(None), SignInLink.expires_at > now
        )
        .values(used_at=now)
        .returning(SignInLink.editor_id)
    ).scalar_one_or_none()
    editor = uow.session.get(Editor, editor_id) if editor_id is not None else None
    if editor is None or not editor.active:
        raise LinkSpent
    note(uow, editor, "signed_in_by_link", f"editor:{editor.id}", now=now)
    return editor


def set_password(uow: UnitOfWork, editor: Editor, password: str, *, now: datetime) -> None:
    """Set a new password and end every session of the account. Raises PasswordTooShort."""
    editor.password = hash_password(password)
    end_sessions(editor)
    note(uow, editor, "set_password", f"editor:{editor.id}", now=now)


def end_sessions(editor: Editor) -> None:
    """Sign the account out everywhere."""
    editor.fs_uniquifier = secrets.token_hex(32)


def _looks_like_an_address(email: str) -> bool:
    name, at, host = email.strip().partition("@")
    return bool(name and at and "." in host) and not any(char.isspace() for char in email.strip())
