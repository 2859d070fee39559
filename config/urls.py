"""All addresses of the house. Apps are named in strings only: the floor imports none of them."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated

from config.common.api.docs import SchemaView
from config.common.api.errors import nothing_here
from config.integrations.views import healthz, readyz

v1 = [
    path("", include("config.integrations.api.urls")),
    path("", include("contacts.api.urls")),
    path("", include("deals.api.urls")),
    path("", include("campaigns.api.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((v1, "v1"))),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", permission_classes=[IsAuthenticated]),
        name="docs",
    ),
    re_path(r"^api/", nothing_here),
    path("", include("deals.views.urls")),
    path("", include("campaigns.views.urls")),
    re_path(r"^healthz/?$", healthz, name="healthz"),
    re_path(r"^readyz/?$", readyz, name="readyz"),
]

handler400 = "config.common.api.errors.bad_request"
handler500 = "config.common.requests.server_error"
