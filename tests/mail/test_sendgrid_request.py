"""What is asked of SendGrid."""

import json
from dataclasses import replace
from typing import Any

from service.mail.message import Address, Mailing, Recipient
from service.mail.sendgrid_request import write_request
from tests.cast import ADA


def body_of(mailing: Mailing) -> dict[str, Any]:
    """The request as JSON."""
    body, _ = write_request(mailing)
    assert body is not None
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def test_provider_learns_opaque_ids_only(two: Mailing) -> None:
    """Custom arguments and categories are kept for good, beside the address."""
    body = body_of(two)

    assert [part["custom_args"] for part in body["personalizations"]] == [{"delivery": "d-ada"}, {"delivery": "d-ben"}]
    assert body["categories"] == ["m42"]


def test_every_kind_of_tracking_is_switched_off(mailing: Mailing) -> None:
    """By name: what is left out follows the account's own switches."""
    tracking = body_of(mailing)["tracking_settings"]

    assert set(tracking) == {"click_tracking", "open_tracking", "subscription_tracking", "ganalytics"}
    assert not any(switch["enable"] for switch in tracking.values())


def test_line_ends_reach_neither_subject_nor_name_nor_header(mailing: Mailing, ada: Recipient) -> None:
    """Also not by way of a slot."""
    evil = replace(
        ada, to=Address(ADA, "A\r\nBcc: mal@example.test"), slots={"%%greeting%%": "x\r\nBcc: mal@example.test"}
    )

    body = body_of(replace(mailing, subject="%%greeting%%\n", headers={"List-Id": "%%greeting%%"}, recipients=[evil]))

    [part] = body["personalizations"]
    assert not any("\n" in text for text in (body["subject"], part["to"][0]["name"], *part["headers"].values()))
    assert "\n" not in part["substitutions"]["%%greeting%%"]
