"""What is read aloud of a mail, in its order."""

from service.mail.reading_order import Utterance, reading_order


def test_headings_words_links_and_pictures_are_said_as_they_stand() -> None:
    """Words that belong together are said in one go; what nobody sees or hears is left out."""
    page = """<head><title>No</title></head><body><h1>News</h1><p>It is <b>warm</b>.</p>
        <p>See <a href="https://x.test">the bench</a> now</p><img alt="A bench"><img alt="">
        <div style="display:none">No</div><p aria-hidden="true">No</p><td>Bye</td></body>"""

    assert reading_order(page) == [
        Utterance("Heading 1", "News"),
        Utterance("", "It is warm."),
        Utterance("", "See"),
        Utterance("Link", "the bench"),
        Utterance("", "now"),
        Utterance("Picture", "A bench"),
        Utterance("", "Bye"),
    ]
