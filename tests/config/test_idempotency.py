"""Idempotency-Key: a POST that is sent again is answered as before, and done once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from config.common.api.idempotency import HEADER, Answer, Call, IdempotentPosts, StillRunning, register_store
from config.integrations.keys import KEPT_FOR, LEASE, HeldKey, claim
from config.integrations.models import Event, IdempotencyKey
from config.integrations.tasks import forget_old_keys
from contacts.models import Company, Contact, Import, User
from deals.models import StageChange
from tests.config.test_api_base import assert_error
from tests.factories.contacts import ContactFactory, UserFactory
from tests.factories.deals import DealFactory

pytestmark = pytest.mark.django_db
SRI = {"full_name": "Sri Wulandari"}
Post = Callable[..., Any]


def _post(api: APIClient) -> Post:
    def post(path: str, body: Any, key: str | None = "order-4711", **options: Any) -> Any:
        headers = {HEADER: key} if key is not None else {}
        return api.post(f"/api/v1/{path}/", body, headers=headers, **{"format": "json", **options})

    return post


@pytest.fixture
def post(iris: User, api_as: Callable[[User], APIClient]) -> Post:
    """Iris sends a body with a key."""
    return _post(api_as(iris))


# --- The same again ---


def test_a_request_that_is_sent_again_is_answered_as_before_and_done_once(post: Post) -> None:
    first, second = post("contacts", SRI), post("contacts", SRI)

    assert Contact.objects.count() == 1
    assert (second.status_code, second.content) == (first.status_code, first.content) == (201, first.content)
    assert second["ETag"] == first["ETag"]
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_the_answer_stays_the_first_one_whatever_became_of_the_record(post: Post) -> None:
    first = post("contacts", SRI)
    Contact.objects.update(full_name="Another name")

    assert post("contacts", SRI).json() == first.json()


def test_without_a_key_every_request_is_new(post: Post) -> None:
    post("contacts", SRI, key=None)
    post("contacts", SRI, key=None)

    assert Contact.objects.count() == 2


def test_with_another_key_a_request_is_new(post: Post) -> None:
    post("contacts", SRI, key="one")
    post("contacts", SRI, key="two")

    assert Contact.objects.count() == 2


def test_a_verb_that_is_repeated_is_done_once_and_not_refused(ana: User, api_as: Callable[[User], APIClient]) -> None:
    post, deal = _post(api_as(ana)), DealFactory()

    answers = [post(f"deals/{deal.pk}/win", {}) for _time in range(2)]

    assert [answer.json()["outcome"] for answer in answers] == ["won", "won"]
    assert StageChange.objects.filter(deal=deal, kind="won").count() == 1
    assert Event.objects.filter(name="deals.deal_won").count() == 1


def test_another_callers_same_key_is_another_key(post: Post, ana: User, api_as: Callable[[User], APIClient]) -> None:
    post("contacts", SRI)

    answer = _post(api_as(ana))("contacts", {"full_name": "Made"})

    assert answer.json()["full_name"] == "Made"
    assert Contact.objects.count() == 2


def test_a_caller_who_may_no_longer_call_gets_no_old_answer(post: Post, iris: User) -> None:
    post("contacts", SRI)
    assert iris.role is not None
    iris.role.permissions.remove(iris.role.permissions.get(codename="add_contact"))

    assert_error(post("contacts", SRI), 403)


def _upload(name: str = "companies.csv", text: bytes = b"name\nPT Maju\n") -> dict[str, Any]:
    return {"kind": "companies", "file": SimpleUploadedFile(name, text)}


def test_a_file_that_is_uploaded_again_is_imported_once_whatever_divides_its_form(post: Post) -> None:
    first = post("imports", _upload(), format="multipart")
    form = b"".join(
        b'--other\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % part
        for part in (
            (b"kind", b"", b"companies"),
            (b"file", b'; filename="companies.csv"\r\nContent-Type: text/csv', b"name\nPT Maju\n"),
        )
    )
    second = post("imports", form + b"--other--\r\n", format=None, content_type="multipart/form-data; boundary=other")

    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Import.objects.count() == 1


# --- Not the same ---


@pytest.mark.parametrize(
    ("path", "body"), [("contacts", {"full_name": "Made"}), ("companies", SRI), ("contacts/1/archive", SRI)]
)
def test_a_key_that_was_used_for_something_else_is_refused(post: Post, path: str, body: dict[str, Any]) -> None:
    post("contacts", SRI)

    assert_error(post(path, body), 422, "idempotency_key_reused")
    assert Contact.objects.get().full_name == "Sri Wulandari"
    assert not Company.objects.exists()


@pytest.mark.parametrize("other", [_upload(text=b"name\nPT Jaya\n"), _upload(name="other.csv")])
def test_another_file_under_the_same_key_is_refused(post: Post, other: dict[str, Any]) -> None:
    post("imports", _upload(), format="multipart")

    assert_error(post("imports", other, format="multipart"), 422, "idempotency_key_reused")


def test_the_query_string_belongs_to_the_request(iris: User, api_as: Callable[[User], APIClient]) -> None:
    api = api_as(iris)
    api.post("/api/v1/contacts/", SRI, headers={HEADER: "one"}, format="json")

    assert_error(api.post("/api/v1/contacts/?x=1", SRI, headers={HEADER: "one"}, format="json"), 422)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "a\tb", "a\x00b", "schlüssel", "\x7f"])
def test_a_key_that_can_be_none_is_refused(post: Post, key: str) -> None:
    assert_error(post("contacts", SRI, key=key), 400, "idempotency_key_invalid")
    assert not Contact.objects.exists()


def test_the_longest_key_works(post: Post) -> None:
    assert post("contacts", SRI, key="~" * 255).status_code == 201


def test_reading_and_changing_by_patch_need_no_key_and_leave_it_alone(post: Post, api_as: Any, iris: User) -> None:
    pk = post("contacts", SRI).json()["id"]
    api = api_as(iris)

    assert api.patch(f"/api/v1/contacts/{pk}/", {}, headers={HEADER: "order-4711"}, format="json").status_code == 200
    assert api.get("/api/v1/contacts/", headers={HEADER: "order-4711"}).status_code == 200
    assert IdempotencyKey.objects.count() == 1


# --- Errors, and calls that are still running ---


def test_an_error_frees_the_key_because_nothing_was_done(post: Post) -> None:
    assert_error(post("contacts", {"full_name": ""}), 400)
    assert not IdempotencyKey.objects.exists()

    assert post("contacts", SRI).status_code == 201


def test_a_refusal_frees_the_key(ana: User, api_as: Callable[[User], APIClient]) -> None:
    post, deal = _post(api_as(ana)), DealFactory()

    assert_error(post(f"deals/{deal.pk}/reopen", {"reason": "x"}), 409, "deal_open")
    assert not IdempotencyKey.objects.exists()


class Answers(IdempotentPosts):
    """Answers an error without raising one."""

    permission_classes = ()

    def post(self, request: Any) -> Response:
        return Response({}, status=503)


def test_an_error_that_is_answered_and_not_raised_frees_the_key_too(iris: User) -> None:
    request = APIRequestFactory().post("/", {}, headers={HEADER: "order-4711"}, format="json")
    force_authenticate(request, iris)

    assert Answers.as_view()(request).status_code == 503
    assert not IdempotencyKey.objects.exists()


def _running(post: Post, *, since: timedelta = timedelta(0)) -> IdempotencyKey:
    """A call like the next one that has claimed its key and not yet answered."""
    post("contacts", SRI)
    row = IdempotencyKey.objects.get()
    row.status, row.answer, row.claimed_until = None, b"", timezone.now() + LEASE - since
    row.save()
    return row


def test_while_the_first_call_is_running_a_repeat_is_told_to_come_back(post: Post) -> None:
    _running(post)

    answer = post("contacts", SRI)

    assert_error(answer, 409, "idempotency_key_running")
    assert int(answer["Retry-After"]) > 0
    assert Contact.objects.count() == 1


def test_the_key_of_a_call_that_died_can_be_used_again_after_its_lease(post: Post) -> None:
    row = _running(post, since=LEASE)

    assert post("contacts", SRI).status_code == 201
    assert Contact.objects.count() == 2
    row.refresh_from_db()
    assert row.status == 201


def test_a_call_whose_key_was_taken_over_does_nothing_any_more(iris: User) -> None:
    call = Call(iris, "order-4711", "/api/v1/contacts/", "f" * 64)
    slow = claim(call)
    assert isinstance(slow, HeldKey)
    IdempotencyKey.objects.update(claimed_until=timezone.now())
    fast = claim(call)
    assert isinstance(fast, HeldKey)

    with pytest.raises(StillRunning):
        slow.lock()
    slow.free()
    fast.lock()
    fast.keep(Answer(201, b"{}", {}))
    assert claim(call) == Answer(201, b"{}", {})


@pytest.fixture
def store() -> Iterator[Callable[[Any], None]]:
    """Keep keys in another way for the length of a test."""
    yield register_store
    register_store(claim)


def test_a_call_that_lost_its_key_before_it_began_is_told_to_come_back(post: Post, store: Any) -> None:
    def claim_and_lose(call: Call) -> Any:
        found = claim(call)
        IdempotencyKey.objects.update(holder=uuid4())
        return found

    store(claim_and_lose)

    assert_error(post("contacts", SRI), 409, "idempotency_key_running")
    assert not Contact.objects.exists()


class AddsAndFails(Answers):
    """Adds a contact, and answers with what can't be written."""

    def post(self, request: Any) -> Response:
        ContactFactory()
        return Response({"answer": object()}, status=201)


def test_answer_and_change_are_one_transaction(iris: User) -> None:
    request = APIRequestFactory().post("/", {}, headers={HEADER: "order-4711"}, format="json")
    force_authenticate(request, iris)

    with pytest.raises(TypeError):
        AddsAndFails.as_view()(request)

    assert not Contact.objects.exists()
    assert not Event.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_key_is_forgotten_after_a_day(post: Post) -> None:
    post("contacts", SRI, key="old")
    IdempotencyKey.objects.update(created_at=timezone.now() - KEPT_FOR)
    post("contacts", {"full_name": "Made"}, key="young")

    forget_old_keys.delay()

    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


def test_a_caller_sees_own_keys_alone(post: Post, iris: User, ana: User) -> None:
    post("contacts", SRI)

    assert IdempotencyKey.objects.visible_to(iris).exists()
    assert not IdempotencyKey.objects.visible_to(ana).exists()


# --- Everywhere ---


def _addresses(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith("api/v1/"):
            yield path, entry.callback


def test_every_address_that_takes_a_post_takes_a_key() -> None:
    takes_posts = {
        path: view.cls
        for path, view in _addresses(get_resolver().url_patterns)
        if "post" in getattr(view, "actions", ()) or hasattr(view.cls, "post")
    }

    assert len(takes_posts) > 30
    assert [path for path, view in takes_posts.items() if not issubclass(view, IdempotentPosts)] == []


# --- Many at once ---

PARALLEL = 50


@pytest.fixture
def at_once() -> Callable[[], Counter[str]]:
    """Fifty times the same request with the same key, at the same moment."""
    caller = UserFactory(name="Iris", role="integration", is_service=True)
    start = threading.Barrier(PARALLEL)
    key = str(uuid4())

    def send(_number: int) -> str:
        api = APIClient()
        api.force_authenticate(caller)
        try:
            start.wait(timeout=30)
            answer = _post(api)("contacts", SRI, key=key)
            return f"{answer.status_code} {answer.json().get('code') or answer.json()['id']}"
        finally:
            connections.close_all()

    def send_all() -> Counter[str]:
        with ThreadPoolExecutor(PARALLEL) as threads:
            return Counter(threads.map(send, range(PARALLEL)))

    return send_all


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_fifty_requests_with_one_key_one_is_done(at_once: Callable[[], Counter[str]]) -> None:
    outcomes = at_once()

    made = Contact.objects.get()
    assert set(outcomes) <= {f"201 {made.pk}", "409 idempotency_key_running"}
    assert outcomes[f"201 {made.pk}"] >= 1
    assert outcomes.total() == PARALLEL


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_control_where_keys_are_looked_up_and_not_claimed_the_same_is_done_many_times(
    at_once: Callable[[], Counter[str]], store: Any
) -> None:
    answered: list[Answer] = []

    class Unguarded:
        def lock(self) -> None: ...
        def keep(self, answer: Answer) -> None:
            answered.append(answer)

        def free(self) -> None: ...

    def look_up(call: Call) -> Any:
        return answered[0] if answered else Unguarded()

    store(look_up)
    at_once()

    assert Contact.objects.count() > 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_call_that_works_longer_than_its_lease_keeps_its_key() -> None:
    call = Call(UserFactory(role="integration", is_service=True), "order-4711", "/api/v1/contacts/", "f" * 64)
    slow = claim(call)
    assert isinstance(slow, HeldKey)
    IdempotencyKey.objects.update(claimed_until=timezone.now())

    def claim_elsewhere() -> Any:
        try:
            return claim(call)
        except StillRunning as refusal:
            return refusal.get_codes()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as others:
        with transaction.atomic():
            slow.lock()
            assert others.submit(claim_elsewhere).result(timeout=20) == "idempotency_key_running"
            slow.keep(Answer(201, b"{}", {}))
        assert others.submit(claim_elsewhere).result(timeout=20) == Answer(201, b"{}", {})
