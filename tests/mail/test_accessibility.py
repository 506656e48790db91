"""Every rule, broken once."""

import pytest

from service.mail.accessibility import faults

GOOD = """<!doctype html><html lang="en" dir="ltr"><head><title>June</title></head>
<body style="background-color:#fffdf8"><div style="display:none">Preview</div>
<div lang="en" dir="ltr" style="font-size:18px;line-height:1.6;color:#2e2923">
<table role="presentation"><tr><td>
<h1 style="line-height:1.25">June</h1><h2 style="line-height:1.25">A story</h2>
<p>Words and <a href="https://x.example/a" style="color:#1b6157">Tomasz’s story</a>.</p>
<img src="bench.png" alt="A bench under a lit window"><img src="line.png" alt="">
<a href="https://x.example/b" style="background:#1b6157;color:#fff;text-decoration:none;padding:12px 20px"
>Tell us yours</a>
<p><a href="https://x.example/unsubscribe/t">Unsubscribe</a></p>
</td></tr></table></div></body></html>"""
GOOD = GOOD.replace('<div style="display:none">', '<div lang="en" dir="ltr" style="display:none">')
DARK = "<style>@media (prefers-color-scheme: dark) { body, div { background-color: #1a1816 !important; } %s }</style>"
TEXT = "June\n\nUnsubscribe: https://x.example/unsubscribe/t\n"


def test_good_mail_has_no_faults() -> None:
    """The ground the other tests stand on."""
    assert faults(GOOD, TEXT) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('<html lang="en"', "<html", "<html> has no lang"),
        ('<html lang="en" dir="ltr"', '<html lang="en"', "<html> has no dir"),
        ('<div lang="en" dir="ltr" style="font', '<div style="font', "<div> has no lang"),
        ('<div lang="en" dir="ltr" style="display', '<div style="display', "<div> has no dir"),
        ("<title>June</title>", "<title></title>", "no title"),
        ("h1", "h2", "one main heading (h1), not 0"),
        ("h2", "h1", "one main heading (h1), not 2"),
        ("h2", "h3", "level 3 follows one of level 1"),
        (">June</h1>", "></h1>", "a heading is empty"),
        (' role="presentation"', "", "layout table"),
        (' alt=""', "", "no alt text: line.png"),
        ("A bench under a lit window", "bench.PNG", "says nothing: “bench.PNG”"),
        ("A bench under a lit window", "Asset 1", "says nothing: “Asset 1”"),
        ("Tomasz’s story", "Read more", "where it goes: “Read more”"),
        ("Tomasz’s story", "here!", "where it goes: “here!”"),
        ("Tomasz’s story", "https://x.example/a", "where it goes"),
        ("Tomasz’s story", "", "has no words: https://x.example/a"),
        ("Tomasz’s story", "tell us yours", "different places: “Tell us yours”"),
        ("https://x.example/a", "#", "goes nowhere"),
        ("color:#1b6157", "text-decoration:none", "not underlined: “Tomasz’s story”"),
        ("padding:12px 20px", "padding:5px 20px", "less than 44 pixels high: “Tell us yours”"),
        ("font-size:18px", "font-size:15px", "smaller than 16 pixels"),
        ("line-height:1.6", "line-height:1.3", "lines stand too close: “Words and .”"),
        ("line-height:1.6", "", "lines stand too close"),
        ("<p>Words", '<p style="text-align:justify">Words', "justified"),
        ("color:#1b6157", "color:#9a9a9a", "too little contrast (2.8:1, #9a9a9a on #fffdf8): “Tomasz’s story”"),
        ("background:#1b6157;color:#fff", "background:#f0b48f;color:#fff", "on #f0b48f"),
        ("color:#1b6157", "color:#0000ff", "where a program swaps light and dark"),
        ("<title>", f"{DARK % 'p { color: #333333 !important; }'}<title>", "dark mode (1.4:1): “Words and .”"),
        ("<title>", f"{DARK % 'h1 { background-color: #2e2923 }'}<title>", "dark mode (1.0:1): “June”"),
        ("<p>Words", '<p style="text-align:right">Words', "begin on the wrong side"),
        ("<p>Words", '<p dir="rtl" style="text-align:left">Words', "begin on the wrong side"),
        ("Words", "Words " * 20_000, "kB; from 100 kB on its end may be cut off"),
        ("unsubscribe/t", "unsubscribe/other", "text part does not have the unsubscribe link"),
    ],
)
def test_each_fault_is_found(good: str, bad: str, fault: str) -> None:
    """And said in a sentence that an editor understands."""
    assert good in GOOD

    assert any(fault in sentence for sentence in faults(GOOD.replace(good, bad), TEXT))


def test_empty_text_part_is_a_fault() -> None:
    """Some people read nothing else."""
    assert "the text part is empty" in faults(GOOD, " \n")


def test_fault_that_comes_often_is_said_once() -> None:
    """A list of forty equal lines helps nobody."""
    bad = GOOD.replace("<table", "<table></table><table")

    assert faults(bad.replace(' role="presentation"', ""), TEXT) == ['a layout table has no role="presentation"']
