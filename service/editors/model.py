"""The people at the desk: accounts, roles, one-time sign-in links, and the trail of what was done."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from service.db import Base


class Role(StrEnum):
    """What an account may do at the desk."""

    ADMIN = "admin"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    SAFEGUARDING = "safeguarding"
    TRANSLATOR = "translator"
    VIEWER = "viewer"


class Editor(Base):
    """An account at the desk."""

    __tablename__ = "editors"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    email: Mapped[str] = mapped_column(unique=True)
    """In the form that `queries.comparable` gives."""
    created_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[Role] = mapped_column(default=Role.EDITOR)
    password: Mapped[str | None] = mapped_column(default=None)
    """An argon2id hash; empty until a password is set."""
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, default_factory=lambda: secrets.token_hex(32))
    """What a session names the account by: all sessions end when it changes."""
    calendar_hash: Mapped[str | None] = mapped_column(unique=True, default=None)
    """The hash of the token in the account's calendar feed; empty when it has none."""


class SignInLink(Base):
    """A one-time link into the desk: the hash of a fresh token, good for a short time and once."""

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    editor_id: Mapped[int] = mapped_column(ForeignKey("editors.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class TrailEntry(Base):
    """Something an editor did: who, what, to which row, when. Append-only; ids and verbs, never text."""

    __tablename__ = "trail"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("editors.id"), index=True)
    verb: Mapped[str]
    subject: Mapped[str]
    """`story:12`, `issue:3` …"""
    at: Mapped[datetime]
