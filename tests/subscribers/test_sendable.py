"""Who may be sent to: the one rule behind `sendable`."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.subscribers.model import Subscriber, Subscription, SubscriptionStatus, UnsubscribeRoute
from tests.cast import ADA, NOW


def a_reader(**words: object) -> Subscription:
    """Ada's subscription, without a database."""
    reader = Subscriber(email=ADA, email_key=ADA, created_at=NOW, **words)  # type: ignore[arg-type]
    return Subscription(newsletter_id=1, subscriber=reader, created_at=NOW)


@given(st.sampled_from(SubscriptionStatus), st.booleans(), st.none() | st.integers(-99, 99))
def test_only_confirmed_readers_who_are_neither_suppressed_nor_on_a_break(
    status: SubscriptionStatus, suppressed: bool, minutes: int | None
) -> None:
    """Every combination of the three."""
    until = None if minutes is None else NOW + timedelta(minutes=minutes)
    subscription = a_reader(suppressed=suppressed, paused_until=until)
    subscription.status = status

    subscription.subscriber.refresh(NOW)

    on_a_break = minutes is not None and minutes > 0
    assert subscription.sendable == (status == "confirmed" and not suppressed and not on_a_break)


def test_the_first_way_out_is_remembered() -> None:
    """Leaving twice changes neither the route nor the time."""
    subscription = a_reader()
    subscription.end(UnsubscribeRoute.ONE_CLICK, NOW)
    subscription.end(UnsubscribeRoute.STAFF, NOW + timedelta(days=1))

    assert (subscription.unsubscribed_by, subscription.unsubscribed_at) == (UnsubscribeRoute.ONE_CLICK, NOW)


def test_starting_again_forgets_the_way_out() -> None:
    """A reader who came back has not left."""
    subscription = a_reader()
    subscription.end(UnsubscribeRoute.PAGE, NOW)
    subscription.start(NOW + timedelta(days=1))

    assert (subscription.sendable, subscription.unsubscribed_at, subscription.unsubscribed_by) == (True, None, None)
