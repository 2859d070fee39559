"""Addresses of the integrations' part of the API."""

from rest_framework.routers import SimpleRouter

from config.integrations.api.views import EventViewSet

router = SimpleRouter()
router.register("events", EventViewSet, basename="event")

urlpatterns = router.urls
