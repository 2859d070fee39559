"""Addresses of the public pages of deals."""

from django.urls import path

from deals.views.calendar import calendar_feed
from deals.views.quotes import quote_accept, quote_decline, quote_page, quote_pdf

urlpatterns = [
    path("calendar/<str:token>.ics", calendar_feed, name="calendar-feed"),
    path("q/<str:token>/", quote_page, name="quote-page"),
    path("q/<str:token>/pdf/", quote_pdf, name="quote-pdf"),
    path("q/<str:token>/accept/", quote_accept, name="quote-accept"),
    path("q/<str:token>/decline/", quote_decline, name="quote-decline"),
]
