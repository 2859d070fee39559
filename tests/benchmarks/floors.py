"""The floors that lists are measured against: bare DRF views of ``.values()`` and of hand-written SQL.

They answer the same columns to the same token, through the same middleware, and do nothing else.
"""

from typing import Any

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import path
from django.utils import timezone
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from config.integrations.models import Event
from config.urls import urlpatterns as own
from contacts.models import Contact, ContactEmail, ContactPhone, Employment, LifecycleChange
from deals.models import Deal

PAGE = 50
CONTACT = (
    "id", "full_name", "owner", "lifecycle_stage", "lifecycle_since", "country", "language", "source",
    "external_id", "archived_at", "created_at", "updated_at",
)  # fmt: skip
DEAL = (
    "id", "name", "owner", "pipeline", "stage", "stage_since", "outcome", "company", "company__name", "currency",
    "amount", "stage__probability", "own_probability", "expected_close", "opened_on", "closed_on",
    "loss_reason__code", "external_id", "created_at", "updated_at",
)  # fmt: skip


def _contacts() -> QuerySet[Any, Any]:
    parts = {"contact": OuterRef("pk"), "is_primary": True}
    return (
        Contact.objects.filter(archived_at=None)
        .order_by("-created_at", "-id")
        .values(
            *CONTACT,
            email=Subquery(ContactEmail.objects.filter(**parts).values("address")),
            phone=Subquery(ContactPhone.objects.filter(**parts).values("number")),
            company=Subquery(Employment.objects.filter(**parts).values("company")),
            company_name=Subquery(Employment.objects.filter(**parts).values("company__name")),
        )
    )


@api_view()
@permission_classes([])
def contacts(request: Request) -> Response:
    """The first page."""
    return Response({"results": list(_contacts()[:PAGE])})


@api_view()
@permission_classes([])
def own_contacts(request: Request) -> Response:
    """The first page of what the caller owns."""
    return Response({"results": list(_contacts().filter(owner=request.user.pk)[:PAGE])})


@api_view()
@permission_classes([])
def deep_page(request: Request) -> Response:
    """The page after a row, by SQL's own comparison of rows."""
    after = (request.query_params["at"], int(request.query_params["id"]))
    rows = _contacts().extra(where=["(contacts_contact.created_at, contacts_contact.id) < (%s, %s)"], params=after)
    return Response({"results": list(rows[:PAGE])})


@api_view()
@permission_classes([])
def search(request: Request) -> Response:
    """The first page of those whose name or address contains a word."""
    word = f"%{request.query_params['search']}%"
    found = (
        "contacts_contact.id IN (SELECT id FROM contacts_contact WHERE folded LIKE %s"
        " UNION SELECT contact_id FROM contacts_contactemail WHERE folded LIKE %s)"
    )
    return Response({"results": list(_contacts().extra(where=[found], params=[word, word])[:PAGE])})


@api_view()
@permission_classes([])
def contact(request: Request, pk: int) -> Response:
    """One contact with its parts, a query for each kind."""
    row = Contact.objects.values().get(pk=pk)
    row["emails"] = list(ContactEmail.objects.filter(contact=pk).values())
    row["phones"] = list(ContactPhone.objects.filter(contact=pk).values())
    row["employments"] = list(Employment.objects.filter(contact=pk).values("company", "company__name", "role"))
    return Response(row)


@api_view(["POST"])
@permission_classes([])
def add_contact(request: Request) -> Response:
    """A new contact: the rows that must be written, and nothing checked."""
    given, now = request.data, timezone.now()
    with transaction.atomic():
        row = Contact(full_name=given["full_name"], source="api", owner=None)
        row.save()
        ContactEmail.objects.create(contact=row, address=given["emails"][0], is_primary=True)
        LifecycleChange.objects.create(
            contact=row, to_stage="lead", highest="lead", at=now, cause_kind="added", cause="A"
        )
        Event.objects.create(
            name="floor", subject_type="contacts.contact", subject_id=row.pk, occurred_at=now, next_attempt_at=now
        )
    return Response({"id": row.pk}, status=201)


@api_view()
@permission_classes([])
def deals(request: Request) -> Response:
    """The first page of deals."""
    return Response({"results": list(Deal.objects.order_by("-created_at", "-id").values(*DEAL)[:PAGE])})


urlpatterns = [
    *own,
    path("floor/contacts/", contacts),
    path("floor/own-contacts/", own_contacts),
    path("floor/deep-page/", deep_page),
    path("floor/search/", search),
    path("floor/contacts/<int:pk>/", contact),
    path("floor/add-contact/", add_contact),
    path("floor/deals/", deals),
]
