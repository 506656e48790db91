"""The form of a recipe: its parts in order, its days, its questions; what was typed, what is wrong, what it stands for.

Every field of a part or a day has the number of its row in its name. What a field means is asked once, in `FIELDS`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict

from service.issues.errors import BadRule
from service.issues.plain_rule import DAYS, PLACES
from service.issues.recipe import AwarenessDay, Order, Recipe, Slot, Source
from service.issues.schedule import days_between
from service.web.forms import one_line

MOST_PARTS, MOST_DAYS, MOST_PROMPTS = 20, 60, 60
MOST_COUNT, MOST_WINDOW, MOST_CHECKED = 10, 366, 3650
LONGEST_LINE, LONGEST_WORDS = 150, 2_000

FIELDS: Mapping[Source, Sequence[str]] = {
    Source.EDITOR_NOTE: ("words",),
    Source.STORIES: ("count", "order", "format", "topic", "lang"),
    Source.ARTICLES: ("count", "lang"),
    Source.AWARENESS_DAYS: ("count", "window_days"),
    Source.NETWORK: ("count", "checked_within"),
    Source.RESOURCES: ("count", "lang"),
    Source.PROMPT_OF_MONTH: ("words",),
    Source.WORDS: ("words",),
}
"""What the form asks of a part, besides its name and heading, by where it takes its items from."""

FRESH = {"count": "1", "order": Order.LONGEST_WAITING.value, "window_days": "35", "checked_within": "180"}
"""What stands in the fields of a new part."""

SLOT = ("name", "source", "heading", "words", "count", "order", "format", "topic", "lang", "window_days",
        "checked_within")  # fmt: skip
DAY = ("name", "month", "when", "kind", "url")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WHENS: Mapping[str, str] = {
    **{f"BYMONTHDAY={number}": str(number) for number in range(1, 32)},
    "BYMONTHDAY=-1": "last day",
    **{f"BYDAY={place}{day}": f"{word} {DAYS[day]}" for place, word in PLACES.items() for day in DAYS},
}
"""Which day of its month, as a part of an RFC 5545 rule, and in words."""

_YEARLY = re.compile(r"FREQ=YEARLY;BYMONTH=(\d+);((?:BYMONTHDAY|BYDAY)=\S+)")
_KEY = re.compile(r"[a-z0-9]+")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")

Row = dict[str, str]


@dataclass
class RecipeForm:
    """What stands in the form; `read` gives the recipe as a newsletter keeps it, and fills `errors`, by field."""

    slots: list[Row]
    days: list[Row]
    prompts: str
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)

    def press(self, what: str, source: str) -> str:
        """Do what a button says (`slot-2-up`, `slot-1-kind`, `slot-add`, …); gives where to look then, or ""."""
        kind, _, rest = what.partition("-")
        rows = {"slot": self.slots, "day": self.days}.get(kind)
        number, _, verb = rest.partition("-")
        if rows is None:
            return ""
        if rest == "add":
            return self._add(kind, rows, source)
        if not number.isdecimal() or int(number) >= len(rows):
            return ""
        row = rows.pop(int(number))
        if verb == "kind":  # its fields are others now: those that nobody has filled in yet say what is usual
            row |= {name: usual for name, usual in FRESH.items() if not row[name]}
        if verb == "out":
            return f"{kind}s"
        place = max(0, int(number) + {"up": -1, "down": 1}.get(verb, 0))
        rows.insert(place, row)
        return f"{kind}-{min(place, len(rows) - 1)}"

    def read(self) -> dict[str, Any] | None:
        """The recipe, or None with a sentence for each field that cannot be taken."""
        document = {
            "slots": [self._slot(number, row) for number, row in enumerate(self.slots)],
            "awareness_days": [self._day(number, row) for number, row in enumerate(self.days)],
            "prompts": [line.strip() for line in self.prompts.splitlines() if line.strip()][:MOST_PROMPTS],
        }
        if not self.slots:
            self.errors["add"] = "An issue needs at least one part. Add one."
        return None if self.errors else document

    def _add(self, kind: str, rows: list[Row], source: str) -> str:
        if len(rows) >= {"slot": MOST_PARTS, "day": MOST_DAYS}[kind]:
            self.errors["add"] = "That is as many as there can be. Take one out first."
            return ""
        if kind == "day":
            rows.append(dict.fromkeys(DAY, "") | {"month": "1", "when": "BYMONTHDAY=1", "kind": "day"})
        elif source in set(FIELDS):
            rows.append(dict.fromkeys(SLOT, "") | FRESH | {"source": source})
        else:
            self.errors["add"] = "Choose what the new part is."
            return ""
        return f"{kind}-{len(rows) - 1}"

    def _slot(self, number: int, row: Row) -> dict[str, Any]:
        at, source = f"slot-{number}", Source(row["source"])
        document: dict[str, Any] = {"slot": self._key(number, row), "source": source.value}
        for name in ("heading", "words"):
            if row[name] and (name == "heading" or name in FIELDS[source]):
                document[name] = row[name]
        if source is Source.WORDS and not row["words"]:
            self.errors[f"{at}-words"] = "Write the words that stand there."
        asked = FIELDS[source]
        if "count" in asked:
            document["count"] = self._whole(f"{at}-count", row["count"], MOST_COUNT)
        if "order" in asked:
            document["order"] = row["order"] if row["order"] in set(Order) else Order.LONGEST_WAITING.value
        if "window_days" in asked:
            document["window_days"] = self._whole(f"{at}-window_days", row["window_days"], MOST_WINDOW)
        if where := self._where(at, row, asked):
            document["where"] = where
        return document

    def _where(self, at: str, row: Row, asked: Sequence[str]) -> list[str]:
        topics = ",".join(part.strip() for part in row["topic"].split(",") if part.strip())
        found = {"format": row["format"], "topic": topics, "lang": row["lang"].strip()}
        where = [f"{name}:{value}" for name, value in found.items() if name in asked and value]
        if "lang" in asked and found["lang"] and not _LANGUAGE.fullmatch(found["lang"]):
            self.errors[f"{at}-lang"] = "Write a language as in en-GB, fr or ar, or leave it empty."
        if "checked_within" in asked:
            where.append(f"checked_within:{self._whole(f'{at}-checked_within', row['checked_within'], MOST_CHECKED)}d")
        return where

    def _key(self, number: int, row: Row) -> str:
        """The name of a part as the recipe keeps it: `lead_story`. Two parts never share one."""
        key = "_".join(_KEY.findall((row["name"] or row["source"]).lower()))
        if not key:
            self.errors[f"slot-{number}-name"] = "Write a name with letters or digits, such as lead story."
        others = ["_".join(_KEY.findall((each["name"] or each["source"]).lower())) for each in self.slots[:number]]
        if key in others:
            if row["name"]:
                self.errors[f"slot-{number}-name"] = "Another part has this name. Choose another."
            key = f"{key}_{number + 1}"
        return key

    def _day(self, number: int, row: Row) -> dict[str, Any]:
        at = f"day-{number}"
        if not row["name"]:
            self.errors[f"{at}-name"] = "Write the name of the day, or take it out."
        if row["url"] and (urlsplit(row["url"]).scheme != "https" or not urlsplit(row["url"]).hostname):
            self.errors[f"{at}-url"] = "Write an address that begins with https://, or leave it empty."
        if not _comes(rule_of(row)):
            self.errors[f"{at}-when"] = "This day never comes. Choose another."
        return {"name": row["name"], "rrule": rule_of(row), "kind": row["kind"], "url": row["url"] or None}

    def _whole(self, name: str, text: str, most: int) -> int:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
            self.errors[name] = f"Write a whole number from 1 to {most:,}."
            return 1
        return int(text)


def rule_of(row: Row) -> str:
    """The RFC 5545 rule of a day's row; a month begins on its first day, and a rule of its own stays as it is."""
    if row["when"].startswith("FREQ="):
        return row["when"]
    when = "BYMONTHDAY=1" if row["kind"] == "month" else row["when"]
    return f"FREQ=YEARLY;BYMONTH={row['month']};{when}"


def _comes(rule: str) -> bool:
    """Whether a rule can be read, and gives a day in eight years: 29 February does, 30 February does not."""
    try:
        return bool(days_between(rule, date(2024, 1, 1), date(2031, 12, 31)))
    except BadRule:
        return False


def typed_recipe(form: MultiDict[str, str], version: int) -> RecipeForm:
    """The form as it came in. A part of a kind that nobody knows is no part."""
    slots = [row for row in _rows(form, "slot", SLOT, MOST_PARTS) if row["source"] in set(FIELDS)]
    for number, row in enumerate(slots):
        row["words"] = form.get(f"slot-{number}-words", "").replace("\r\n", "\n").strip()[:LONGEST_WORDS]
    days = [row | _known(row) for row in _rows(form, "day", DAY, MOST_DAYS)]
    return RecipeForm(slots, days, form.get("prompts", "")[: LONGEST_WORDS * 3], version)


def recipe_form_of(recipe: Recipe, version: int) -> RecipeForm:
    """What stands in the form of a recipe that exists. What every mail has by itself is no part to be chosen."""
    slots = [_slot_row(slot) for slot in recipe.slots if slot.source in FIELDS]
    return RecipeForm(slots, [_day_row(day) for day in recipe.awareness_days], "\n".join(recipe.prompts), version)


def _rows(form: MultiDict[str, str], kind: str, names: Sequence[str], most: int) -> list[Row]:
    numbers = [number for number in range(most) if f"{kind}-{number}-name" in form]
    return [
        {name: one_line(form.get(f"{kind}-{number}-{name}", ""), most=LONGEST_LINE) for name in names}
        for number in numbers
    ]


def _known(row: Row) -> Row:
    """The choices of a day's row: what the form does not offer becomes the first choice; a rule of its own stays."""
    month = row["month"] if row["month"] in {str(number) for number in range(1, 13)} else "1"
    when = row["when"] if row["when"] in WHENS or row["when"].startswith("FREQ=YEARLY") else "BYMONTHDAY=1"
    return {"month": month, "when": when, "kind": row["kind"] if row["kind"] in {"day", "month"} else "day"}


def _slot_row(slot: Slot) -> Row:
    return {
        "name": slot.name.replace("_", " "), "source": slot.source.value, "heading": slot.heading,
        "words": slot.words, "count": str(slot.count), "order": slot.order.value,
        "format": slot.where.get("format", ""), "topic": slot.where.get("topic", "").replace(",", ", "),
        "lang": slot.where.get("lang", ""), "window_days": str(slot.window_days),
        "checked_within": slot.where.get("checked_within", FRESH["checked_within"]),
    }  # fmt: skip


def _day_row(day: AwarenessDay) -> Row:
    row = {"name": day.name, "month": "1", "when": day.rrule, "kind": day.kind, "url": day.url}
    plain = _YEARLY.fullmatch(day.rrule.upper())
    if plain and plain[2] in WHENS:
        row |= {"month": plain[1], "when": plain[2]}
    return row
