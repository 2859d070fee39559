"""Strangers who post at once: one contact for each address, every touch kept, whoever is first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaigns.capture.page_keys import PageKey
from campaigns.capture.people import find_by_email
from campaigns.capture.posting import post_form
from campaigns.models import Submission, Touch, WebForm
from contacts.lifecycle.adding import add_contact
from contacts.models import Contact
from tests.factories.campaigns_capture import form_asking

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8


def at_once(act: Callable[[int], object]) -> list[object]:
    """Do it in so many threads at the same moment; return what each said or raised."""
    barrier = Barrier(AT_ONCE)

    def run(number: int) -> object:
        try:
            barrier.wait(timeout=20)
            return act(number)
        except (IntegrityError, ValidationError) as fault:
            return fault
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def post(form: WebForm, number: int) -> Submission:
    address = "Anna@acme.example" if number % 2 else "anna@ACME.example"
    page = PageKey(f"page{number}", timezone.now(), form.channel_id)
    return post_form(form, page=page, email=address, answers={}, texts=(), visitor=None, now=timezone.now())


def test_posts_at_once_with_one_address_make_one_contact_and_keep_every_touch():
    form = form_asking("name")

    answers = at_once(lambda number: post(form, number))

    assert all(isinstance(answer, Submission) for answer in answers), answers
    assert Contact.objects.get().touches.count() == Touch.objects.count() == AT_ONCE


def test_without_looking_again_all_but_one_would_be_lost():
    """The control: what happens when the address is looked up once only."""

    def naive(number: int) -> object:
        with transaction.atomic():
            found = find_by_email("anna@acme.example")
            return found or add_contact(by=None, full_name=f"Anna {number}", emails=["anna@acme.example"])

    answers = at_once(naive)

    assert any(isinstance(answer, Exception) for answer in answers)
    assert Contact.objects.count() == 1
