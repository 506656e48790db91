"""Starting an issue: frozen once, cut into ranges, and harmless to repeat."""

from sqlalchemy import select

from service.bootstrap import Services
from service.delivery.mails import sending_held
from service.delivery.model import BatchStatus, Variant
from service.delivery.start import start
from service.editors.model import Editor
from service.editors.trail import note
from service.issues.model import Issue, IssueState
from service.mail.model import Notice
from tests.cast import NOW
from tests.conftest import Chime, Clock
from tests.delivery.conftest import BATCH_SIZE, batches


def begin(services: Services, issue_id: int) -> bool:
    """Try to start the issue now."""
    with services.database.unit() as uow:
        return start(uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=2, now=services.clock())


def test_the_audience_is_cut_into_ranges(services: Services, started: int, readers: list[int]) -> None:
    """Seven readers in threes are three batches, and the pending one is in none."""
    cut = [(batch.first_subscriber, batch.last_subscriber) for batch in batches(services, started)]

    assert cut == [(readers[0], readers[2]), (readers[3], readers[5]), (readers[6], readers[6])]
    assert {batch.status for batch in batches(services, started)} == {BatchStatus.READY}


def test_the_issue_is_sending_and_workers_are_rung(services: Services, started: int, chime: Chime) -> None:
    """A bell for each hand."""
    with services.database.read() as session:
        assert session.get_one(Issue, started).state is IssueState.SENDING
    assert chime.rung.count(("delivery.drain", started)) == 2


def test_starting_again_changes_nothing(services: Services, started: int) -> None:
    """A second bell finds nothing to start."""
    before = [batch.id for batch in batches(services, started)]

    assert not begin(services, started)
    assert [batch.id for batch in batches(services, started)] == before


def test_an_issue_is_not_started_before_its_time(services: Services, readers: list[int], issue_id: int) -> None:
    """Nothing leaves early."""
    with services.database.unit() as uow:
        issue = uow.session.get_one(Issue, issue_id)
        issue.send_at = services.clock().replace(hour=23)

    assert not begin(services, issue_id)
    assert batches(services, issue_id) == []


def test_an_issue_is_not_started_hours_late(
    services: Services, readers: list[int], issue_id: int, clock: Clock
) -> None:
    """After a night in which nothing ran, somebody is asked first."""
    clock.move(hours=7)

    assert not begin(services, issue_id)


def test_an_issue_without_readers_is_started_and_empty(services: Services, issue_id: int) -> None:
    """A new newsletter may have nobody yet."""
    assert begin(services, issue_id)
    assert batches(services, issue_id) == []


def test_variants_are_frozen(services: Services, started: int) -> None:
    """What is sent is kept as it was rendered."""
    with services.database.read() as session:
        variants = session.scalars(select(Variant).where(Variant.issue_id == started)).all()

    assert {variant.edition for variant in variants} == {1}
    assert all("%%unsubscribe_url%%" in variant.text for variant in variants)


def test_whoever_approved_hears_that_it_was_held_back(
    services: Services, readers: list[int], issue_id: int, eve: Editor
) -> None:
    """Once for each hold, with what is to be mended; nothing when somebody was faster."""
    with services.database.unit() as uow:
        issue = uow.session.get_one(Issue, issue_id)
        issue.items[0].words = "TODO: say hello"
        note(uow, eve, "scheduled", f"issue:{issue_id}", now=NOW)
    for _ in range(2):
        with services.database.unit() as uow:
            assert not start(uow, issue_id, services.head, batch_size=BATCH_SIZE, slots=1, now=services.clock())

    with services.database.unit() as uow:
        [notice] = uow.session.scalars(select(Notice).where(Notice.template == "sending_held"))
        letter = sending_held(uow, services.head, notice.subject_id, NOW)
        assert letter is not None
        assert letter.recipients[0].to.email == eve.email
        assert "“TODO” looks like something that was to be filled in later." in letter.text
        uow.session.get_one(Issue, issue_id).state = IssueState.CANCELLED
        uow.session.flush()
        assert sending_held(uow, services.head, notice.subject_id, NOW) is None
