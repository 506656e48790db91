"""The builder in a real browser: two editors, drag, undo, restore, comments, preview, and a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from service.bootstrap import Services
from service.cli.demo import seed_demo
from service.editors.actions import make_sign_in_link
from service.editors.model import Editor, Role
from service.issues.compose import compose_next
from service.issues.editing import move_item
from service.issues.model import Issue
from service.issues.queries import newsletter_named
from tests.cast import NOW
from tests.journeys.conftest import faults

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]


@pytest.fixture
def issue_id(services: Services) -> int:
    """A draft made from the demo content."""
    seed_demo(services)
    with services.database.unit() as uow:
        return compose_next(uow, newsletter_named(uow.session, "monthly"), services.clock()).id


def enter(page: Page, services: Services, person: Editor, path: str) -> Page:
    """Sign somebody in and go somewhere."""
    with services.database.unit() as uow:
        token = make_sign_in_link(uow, person, tokens=services.tokens, now=services.clock())
    page.goto(f"/desk/enter/{token}")
    page.get_by_role("button", name="Sign in").click()
    page.goto(path)
    return page


@pytest.fixture
def eves(browser: Browser, site: str, services: Services, eve: Editor, issue_id: int) -> Iterator[Page]:
    """Eve at a desk with room for the preview, with the builder open."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site)
    yield enter(context.new_page(), services, eve, f"/desk/issues/{issue_id}")
    context.close()


@pytest.fixture
def anns(browser: Browser, site: str, services: Services, issue_id: int) -> Iterator[Page]:
    """Ann, a colleague, at the same issue on a phone."""
    with services.database.unit() as uow:
        ann = Editor(email="ann@example.test", name="Ann", role=Role.EDITOR, created_at=NOW)
        uow.session.add(ann)
    context = browser.new_context(viewport={"width": 375, "height": 740}, base_url=site)
    yield enter(context.new_page(), services, ann, f"/desk/issues/{issue_id}")
    context.close()


def card(page: Page, place: int) -> str:
    """The row id of the card at a place (from 0)."""
    return (page.locator(".item").nth(place).get_attribute("id") or "").removeprefix("item-")


def names(page: Page) -> list[str]:
    """The cards as they stand."""
    return page.locator(".item h3[id]").all_inner_texts()


def saved_order(services: Services, issue_id: int) -> list[int]:
    """The items as the database has them."""
    with services.database.read() as session:
        return [item.id for item in session.get_one(Issue, issue_id).items]


def test_moving_with_the_keyboard_keeps_the_place(eves: Page) -> None:
    """Focus stays on the moved card's button, and the new place is said."""
    first, second = names(eves)[:2]
    eves.get_by_role("button", name=f"Down {first}", exact=True).press("Enter")

    expect(eves.locator("#told")).to_contain_text("It is number 2 of")
    assert names(eves)[:2] == [second, first]
    expect(eves.get_by_role("button", name=f"Down {first}", exact=True)).to_be_focused()
    eves.get_by_role("button", name="Undo").press("Enter")
    expect(eves.locator("#told")).to_contain_text("Undone: Moved")
    assert names(eves)[:2] == [first, second]


def test_a_card_is_dragged(eves: Page, services: Services, issue_id: int) -> None:
    """Above another one; the order is saved."""
    before = saved_order(services, issue_id)
    eves.locator(".item").nth(1).locator(".kind").drag_to(
        eves.locator(".item").nth(0), target_position={"x": 40, "y": 5}
    )

    expect(eves.locator("#told")).to_contain_text("It is number 1 of")
    assert saved_order(services, issue_id) == [before[1], before[0], *before[2:]]


def test_a_finger_drags_a_card_by_its_grip(
    browser: Browser, site: str, services: Services, eve: Editor, issue_id: int
) -> None:
    """Above another one, on a touch screen; elsewhere on the card a finger scrolls."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site, has_touch=True)
    page = enter(context.new_page(), services, eve, f"/desk/issues/{issue_id}")
    before, finger = saved_order(services, issue_id), context.new_cdp_session(page)
    page.locator(".item").nth(0).scroll_into_view_if_needed()
    grip, above = (box.bounding_box() for box in (page.locator(".grip").nth(1), page.locator(".item").nth(0)))
    assert grip
    assert above
    x, top = grip["x"] + 20, above["y"] + 10
    touches = [("touchStart", grip["y"] + 20), ("touchMove", (grip["y"] + top) / 2), ("touchMove", top)]
    for kind, y in touches:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(page.locator("#told")).to_contain_text("It is number 1 of")
    assert saved_order(services, issue_id) == [before[1], before[0], *before[2:]]
    context.close()


def test_words_save_themselves_and_the_preview_follows(eves: Page) -> None:
    """Without a press of Save; and every way to look at the mail opens in the frame."""
    hello = card(eves, 0)
    eves.locator(f"#edit-{hello} summary").press("Enter")
    eves.locator(f"#words-{hello}").fill("The first frost is here.")
    expect(eves.locator(f"#edit-{hello} .saved")).to_have_text("Saved 10:30")

    frame = eves.frame_locator("#preview")
    expect(frame.frame_locator("iframe").get_by_text("The first frost is here.")).to_be_visible()
    expect(eves.locator(f"#shown-{hello}")).to_contain_text("The first frost is here.")
    for way in ("Computer", "Dark", "No pictures"):
        frame.get_by_role("link", name=way, exact=True).click()
        expect(frame.frame_locator("iframe").get_by_text("The first frost is here.")).to_be_visible()
    for way in ("Plain text", "Read aloud"):
        frame.get_by_role("link", name=way, exact=True).click()
        expect(frame.get_by_text("The first frost is here.").first).to_be_visible()
    assert faults(eves) == []
    eves.goto(f"{eves.url}/preview?way=order")
    assert faults(eves) == []


def test_two_editors_lose_nothing(eves: Page, anns: Page) -> None:
    """In different items both are saved; in the same one the second sees both texts, and decides."""
    hello, learn = card(eves, 0), card(eves, 2)
    for page, item, words in ((eves, hello, "Eve's hello."), (anns, learn, "Ann's article.")):
        page.locator(f"#edit-{item} summary").press("Enter")
        page.locator(f"#words-{item}").fill(words)
        expect(page.locator(f"#edit-{item} .saved")).to_have_text("Saved 10:30")
    expect(anns.locator("#told")).to_contain_text("A colleague changed something else")

    anns.locator(f"#edit-{hello} summary").press("Enter")
    anns.locator(f"#words-{hello}").fill("Ann's hello.")
    expect(anns.locator(f"#edit-{hello} .saved")).to_contain_text("A colleague wrote here too.")
    anns.locator(f"#edit-{hello}").get_by_role("button", name="Save").press("Enter")
    expect(anns.get_by_text("Eve's hello.")).to_be_visible()
    expect(anns.get_by_label("Words")).to_have_value("Ann's hello.")
    assert faults(anns) == []


def test_an_old_page_is_told_what_happened(eves: Page, services: Services, issue_id: int) -> None:
    """The press does nothing."""
    with services.database.unit() as uow:
        move_item(uow, issue_id, int(card(eves, 0)), 3, now=services.clock())
    eves.get_by_role("button", name="Take out").first.press("Enter")

    expect(eves.get_by_role("heading", name="Somebody else changed this issue just now")).to_be_visible()
    expect(eves.get_by_text("to place 3.")).to_be_visible()
    assert faults(eves) == []


def test_comments_history_and_going_back_on_a_phone(anns: Page) -> None:
    """A comment on a card, dealt with; an item taken out, and the issue as it was."""
    before = names(anns)
    second = anns.locator(".item").nth(1)
    second.locator(".talk summary").press("Enter")
    second.get_by_label("Your comment").fill("Can we ask her for a photo?")
    second.get_by_role("button", name="Comment on").press("Enter")
    expect(anns.locator("#standing")).to_contain_text("1 comment is still open.")
    assert faults(anns) == []
    second.get_by_role("button", name="Dealt with").press("Enter")
    expect(anns.locator("#standing")).not_to_contain_text("still open.")

    second.get_by_role("button", name="Take out").press("Enter")
    expect(anns.locator("#told")).to_contain_text("Taken out.")
    anns.get_by_role("link", name="History").click()
    assert faults(anns) == []
    anns.get_by_role("button", name="Go back to this revision 1").press("Enter")
    expect(anns.get_by_text("The issue is as it was at revision 1.")).to_be_visible()
    assert names(anns) == before
