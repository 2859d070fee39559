"""How many posts of a public form a minute are taken from strangers at once, beside rows written by plain SQL.

``BENCHMARK_POSTS`` sizes it; every address posts four times. The house promises to bear 1,000 a minute.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import MarketingPolicy, Submission, Touch, WebForm
from contacts.models import Contact
from tests.benchmarks import show
from tests.factories.campaigns_capture import form_asking, key_of, page_of, stranger

pytestmark = [pytest.mark.benchmark, pytest.mark.django_db(transaction=True)]

POSTS = int(os.environ.get("BENCHMARK_POSTS", "1000"))
AT_ONCE, OF_EACH = 4, 4
# What a known person's post leaves behind, copied from a row that is there.
_ROWS = (
    """
    INSERT INTO campaigns_submission (form_id, state, at, channel_id, answers, email, contact_id, page_key, created_at,
                                      updated_at)
    SELECT form_id, state, now(), channel_id, answers, email, contact_id, %s, now(), now() FROM campaigns_submission
     LIMIT 1
    """,
    """
    INSERT INTO campaigns_touch (contact_id, campaign_id, channel_id, kind, at, source, detail, external_id,
                                 recorded_at)
    SELECT contact_id, campaign_id, channel_id, kind, now(), source, %s, '', now() FROM campaigns_touch LIMIT 1
    """,
    """
    INSERT INTO integrations_event (name, subject_type, subject_id, payload, occurred_at, transaction_id,
                                    next_attempt_at, attempts, last_error)
    SELECT name, subject_type, subject_id, payload, now(), transaction_id, now(), 0, %s FROM integrations_event LIMIT 1
    """,
)


@pytest.fixture
def form() -> WebForm:
    policy = MarketingPolicy.objects.current()
    policy.form_posts_a_minute = 10 * POSTS
    policy.save()
    cache.clear()
    return form_asking("name")


def _address(number: int) -> str:
    """The same address is written in two ways."""
    person = number % max(1, POSTS // OF_EACH)
    return f"{'P' if number % 3 else 'p'}erson{person}@acme.example"


def _minute_of(act: Callable[[int], object], numbers: Sequence[int]) -> float:
    """Do it for all numbers, so many at once; return how many that makes a minute."""

    def run(share: Sequence[int]) -> None:
        try:
            for number in share:
                act(number)
        finally:
            connection.close()

    started = perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, [numbers[place::AT_ONCE] for place in range(AT_ONCE)]))
    return len(numbers) / (perf_counter() - started) * 60


def _write(number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in _ROWS:
            cursor.execute(sql, [f"bare {number}"])


def test_posts_from_strangers_at_once(form: WebForm, pytestconfig: pytest.Config) -> None:
    people = [stranger() for _ in range(POSTS)]
    field, keys = form.fields.get(), [key_of(each.get(page_of(form))) for each in people]

    def post(number: int) -> None:
        body = {"page": keys[number], "email": _address(number), "website": "", f"field-{field.pk}": f"P {number}"}
        assert people[number].post(page_of(form), body).status_code == 303

    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        ours = _minute_of(post, range(POSTS))
    contacts, touches, submissions = (model.objects.count() for model in (Contact, Touch, Submission))
    bare = _minute_of(_write, range(POSTS))

    show(pytestconfig, [
        f"{POSTS} posts of a form, {AT_ONCE} strangers at once, {POSTS // OF_EACH} addresses:",
        f"  a minute: {ours:,.0f} (goal 1,000); the same rows by plain SQL {bare:,.0f} ({bare / ours:.1f}x)",
        f"  {contacts} contacts, {touches} touches",
    ])  # fmt: skip
    assert (contacts, touches, submissions) == (max(1, POSTS // OF_EACH), POSTS, POSTS)
