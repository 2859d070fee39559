"""Addresses of the public pages of campaigns."""

from typing import Any

from django.urls import path

from campaigns.views.experiments import enter_test
from campaigns.views.forms import form_confirm, form_page, form_thanks
from campaigns.views.links import follow_link

urlpatterns: list[Any] = [
    path("t/<str:code>", follow_link, name="follow-link"),
    path("x/<slug:code>/", enter_test, name="enter-test"),
    # Before the next: a form may be called “confirm”, and no token is “thanks”.
    path("f/<slug:slug>/thanks/", form_thanks, name="form-thanks"),
    path("f/confirm/<str:token>/", form_confirm, name="form-confirm"),
    path("f/<slug:slug>/", form_page, name="form-page"),
]
