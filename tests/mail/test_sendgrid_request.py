"""What is asked of SendGrid."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.mail.bulk import Circular, Group, Slot, gather
from service.mail.message import Address, Mailing, Recipient, Rejected
from service.mail.mime import one_line
from service.mail.sendgrid_request import CompiledRequest
from tests.cast import ADA, BEN

CIRCULAR = Circular(
    key=7,
    name="issue-7",
    sender=Address("news@mail.example.org", "Know ALL"),
    subject="%%greeting%% your June news",
    text="%%greeting%%\n%%page%%",
    html="<p>%%greeting_html%%</p>",
    lang="en-GB",
    headers={"List-Unsubscribe": "<%%page%%>, <%%mail%%>"},
    slots=[
        Slot(tag="%%greeting%%", column=0),
        Slot(tag="%%greeting_html%%", column=1),
        Slot(tag="%%page%%", column=2, before="https://example.org/u/", token=True),
        Slot(tag="%%mail%%", column=2, before="mailto:leave+", after="@example.org", token=True),
    ],
)


def group(*names: str, **more: Any) -> Group:
    """People with these names, each at an address of their own."""
    count = range(len(names))
    greetings = [f"Hello {name}," for name in names]
    return Group(
        batch_id=1, deliveries=[f"d{n}" for n in count], addresses=[f"reader{n}@example.test" for n in count],
        names=names, words=(greetings, greetings, [f"t{n}" for n in count]), **more,
    )  # fmt: skip


def asked(people: Group, circular: Circular = CIRCULAR) -> dict[str, Any]:
    """The request as JSON."""
    body, rejected = CompiledRequest(circular).write(people)
    assert body is not None
    assert not rejected
    parsed: dict[str, Any] = json.loads(body)
    return parsed


def body_of(mailing: Mailing) -> dict[str, Any]:
    """The request for a plain mailing."""
    circular, people = gather(mailing)
    return asked(people, circular)


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


def test_two_people_differ_only_in_what_is_theirs() -> None:
    """Address, name, greeting, tokens, and the opaque key."""
    first, second = asked(group("Ada", "Ben"))["personalizations"]

    assert first == {
        "to": [{"email": "reader0@example.test", "name": "Ada"}],
        "custom_args": {"delivery": "d0"},
        "substitutions": {
            "%%greeting%%": "Hello Ada,",
            "%%greeting_html%%": "Hello Ada,",
            "%%page%%": "https://example.org/u/t0",
        },
        "headers": {"List-Unsubscribe": "<https://example.org/u/t0>, <mailto:leave+t0@example.org>"},
    }
    told = json.dumps(first).replace("Ada", "Ben").replace("reader0", "reader1").replace('"d0"', '"d1"')
    assert json.loads(told.replace("t0", "t1")) == second


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_whatever_people_are_called_the_request_says_it(names: list[str]) -> None:
    """Quotes, backslashes, NUL, halves of characters, any script: each in its own place, on one line."""
    people = asked(group(*names))["personalizations"]

    greetings = [one_line(f"Hello {name},") for name in names]
    assert [part["substitutions"]["%%greeting%%"] for part in people] == greetings
    assert [part["to"][0].get("name", "") for part in people] == [
        one_line(name.replace(";", " ").replace(",", " ")) for name in names
    ]


def test_nobody_is_called_nothing() -> None:
    """An empty name is left out."""
    [part] = asked(group(""))["personalizations"]

    assert part["to"] == [{"email": "reader0@example.test"}]


def test_time_and_batch_stand_beside_the_text_or_with_a_person() -> None:
    """A person's own time wins at the provider."""
    body = asked(group("Ada", "Ben", send_at=1_781_000_000, provider_batch="b1", send_ats=[1, 2]))

    assert (body["send_at"], body["batch_id"]) == (1_781_000_000, "b1")
    assert [part["send_at"] for part in body["personalizations"]] == [1, 2]


def test_without_a_time_there_is_none() -> None:
    """It leaves at once."""
    body = asked(group("Ada"))

    assert not {"send_at", "batch_id"} & (set(body) | set(body["personalizations"][0]))


def test_who_cannot_be_written_to_is_left_out_with_the_reason() -> None:
    """An address that is none, and a name as long as a book; the others keep their own words."""
    people = replace(group("Ada", "Mal", "x" * 10_000, "Ben"), addresses=[ADA, "nowhere", "eve@example.test", BEN])

    body, rejected = CompiledRequest(CIRCULAR).write(people)

    assert set(rejected) == {"d1", "d2"}
    left = json.loads(body or b"")["personalizations"]
    assert [(part["to"][0]["email"], part["custom_args"]["delivery"]) for part in left] == [(ADA, "d0"), (BEN, "d3")]


def test_domain_in_another_script_is_written_in_ascii() -> None:
    """As an envelope wants it."""
    [part] = asked(replace(group("Ada"), addresses=["ada@bücher.example"]))["personalizations"]

    assert part["to"][0]["email"] == "ada@xn--bcher-kva.example"


def test_text_with_too_many_slots_is_refused_before_anybody_is_written_to() -> None:
    """SendGrid would refuse every request of it."""
    slots = [Slot(tag=f"%%{n}%%", column=0) for n in range(101)]
    text = " ".join(slot.tag for slot in slots)

    with pytest.raises(Rejected, match="101 slots"):
        CompiledRequest(replace(CIRCULAR, text=text, slots=slots))


def test_slots_that_no_text_shows_are_not_sent() -> None:
    """Whatever is not needed stays here."""
    [part] = asked(group("Ada"), replace(CIRCULAR, subject="June", text="Hello.", html=""))["personalizations"]

    assert "substitutions" not in part
