"""An issue with every kind of item in it, as the issue template wants it."""

from typing import Any

from markupsafe import Markup

from service.issues.frames.english import ENGLISH
from service.issues.frames.frame import Frame
from service.languages import marks
from service.markdown import to_html, to_text

SLOTS = {
    "%%greeting%%": "Dear Ada,",
    "%%greeting_html%%": "Dear Ada,",
    "%%unsubscribe_url%%": "https://news.example.org/unsubscribe/uK3rT0ken",
    "%%preferences_url%%": "https://news.example.org/preferences/pK3rT0ken",
}
HEAD = {
    "organisation": "Know ALL Demo",
    "postal_address": "Know ALL Demo, 1 Example Street, Exampleton EX1 2MP",
    "site_url": "https://news.example.org",
}


def item(kind: str, heading: str = "", *, words: str = "", **more: str) -> dict[str, Any]:
    """One item: every key, empty when not given; `words` is Markdown."""
    keys = ("title", "teaser", "url", "link_words", "note", "byline", "lang", "dir", "is_ours")
    html = to_html(words) if words else Markup("")
    return {"kind": kind, "heading": heading, "html": html, "text": to_text(words), **dict.fromkeys(keys, ""), **more}


def issue(frame: Frame = ENGLISH, *, within: str = "en-GB", **changes: Any) -> dict[str, Any]:
    """The words for `Templates.render("issue", …)`: a letter in `within`, in a frame."""
    words: dict[str, Any] = {
        "issue": {
            "subject": "June: asking questions",
            "preheader": "Noor’s list for clinic day, how ALL is diagnosed, and a question for you.",
            "archive_url": "https://news.example.org/newsletter/june-asking-questions",
        },
        "newsletter": {"name": "Know ALL monthly"},
        "items": ITEMS,
        "helplines": [
            {"name": "Samaritans (UK and Ireland)", "phone": "116 123", "url": ""},
            {"name": "Find a helpline near you", "phone": "", "url": "https://findahelpline.com"},
        ],
        "frame": frame,
        "framed": marks(frame.lang, within),
    }
    return {**HEAD, **words, **changes}


ITEMS = [
    item(
        "hello",
        words="June is the month of long evenings, and of questions. This issue is full of them.\n\n"
        "Ask the same thing twice. Nobody minds. If you only read **one** thing, read Noor’s list.\n\n— *The editors*",
    ),
    item(
        "story",
        "A story",
        title="Questions I asked on Tuesdays",
        byline="Grace and Noor",
        note="a child with cancer",
        teaser="Noor is eleven. Her mum kept a list of questions for clinic day. Some were about blood counts. "
        "Most were about football.",
        url="https://news.example.org/stories/questions-i-asked-on-tuesdays",
        link_words="Read Grace and Noor’s story",
    ),
    item(
        "article",
        "Understanding ALL",
        title="How ALL is diagnosed",
        note="medical procedures",
        teaser="The tests you may have and why.",
        url="https://news.example.org/understanding-all/diagnosis",
        link_words="Read how ALL is diagnosed",
    ),
    item(
        "dates",
        "Dates to know",
        words="- **14 June** World Blood Donor Day\n- **7 June** Cancer Survivors Day: what does the word mean to you? "
        "[Tell us](https://news.example.org/stories/share)",
    ),
    item(
        "network",
        "Who can help",
        words="### Riverside Leukaemia Support\n\nHelpline, nurse chat and grants, in English and Welsh. "
        "[Visit Riverside](https://riverside.example.org)\n\n"
        "### Maple Marrow Circle\n\nPeer support and fertility advice for young adults, in English and French.",
    ),
    item("prompt", "A question for you", words="What is in your waiting-room bag?\n\n> A deck of cards. Always.\n"),
    item(
        "ask",
        "Your story",
        words="Stories come from people like you. You choose where yours is shown. You can take it back at any time.",
        url="https://news.example.org/stories/share",
        link_words="Tell your story",
    ),
]

ARABIC = [
    item("hello", words="حزيران شهر المساءات الطويلة، وشهر الأسئلة. اسأل السؤال نفسه **مرتين**، لا بأس في ذلك."),
    item(
        "story",
        "قصة",
        title="أسئلة سألتها أيام الثلاثاء",
        byline="نور، 11 سنة",
        note="طفلة مصابة بالسرطان",
        teaser="نور في الحادية عشرة. كانت أمها تكتب قائمة أسئلة ليوم العيادة.",
        url="https://news.example.org/stories/noor",
        link_words="اقرأ قصة نور",
    ),
    item(
        "dates",
        "تواريخ مهمة",
        words="- **14 حزيران** اليوم العالمي للمتبرعين بالدم\n- [اكتب إلينا](https://news.example.org/stories/share)",
    ),
    item("prompt", "سؤال لك", words="ماذا يوجد في حقيبة الانتظار؟\n\n> أوراق اللعب. دائمًا.\n"),
    item(
        "article",
        "In English",
        title="How ALL is diagnosed",
        teaser="The tests you may have and why.",
        url="https://news.example.org/a",
        link_words="Read how ALL is diagnosed",
        lang="en-GB",
        dir="ltr",
    ),
]
"""The same from right to left, with one item in English."""
