"""The cast and the clock that all tests share."""

from datetime import UTC, datetime

NOW = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)

ADA = "ada@example.test"
BEN = "ben@example.test"
CLEO = "cleo@example.test"
EVE = "eve@example.test"
MAL = "mal@example.test"
