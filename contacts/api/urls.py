"""Addresses of this app's part of the API."""

from rest_framework.routers import SimpleRouter

from contacts.api.companies import CompanyViewSet
from contacts.api.consent import (
    ConsentChangeViewSet,
    ConsentPurposeViewSet,
    ConsentTextViewSet,
    ConsentViewSet,
)
from contacts.api.contacts import ContactViewSet
from contacts.api.imports import ImportViewSet
from contacts.api.lifecycle import LifecycleChangeViewSet
from contacts.api.messages import MessageViewSet, NotificationViewSet
from contacts.api.notes import NoteViewSet
from contacts.api.staff import RoleViewSet, TeamViewSet, UserViewSet

router = SimpleRouter()
router.register("users", UserViewSet)
router.register("teams", TeamViewSet)
router.register("roles", RoleViewSet)
router.register("companies", CompanyViewSet)
router.register("contacts", ContactViewSet)
router.register("lifecycle-changes", LifecycleChangeViewSet)
router.register("consents", ConsentViewSet)
router.register("consent-changes", ConsentChangeViewSet)
router.register("consent-purposes", ConsentPurposeViewSet)
router.register("consent-texts", ConsentTextViewSet)
router.register("notes", NoteViewSet)
router.register("imports", ImportViewSet)
router.register("messages", MessageViewSet)
router.register("notifications", NotificationViewSet)

urlpatterns = router.urls
