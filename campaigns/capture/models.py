"""Re-exports the models of this slice."""

from campaigns.capture.form import FormConsent, FormField, WebForm
from campaigns.capture.links import TrackedLink, UtmAlias, UtmTerm
from campaigns.capture.submission import Submission
from campaigns.capture.touch import Touch, Visitor

__all__ = [
    "FormConsent",
    "FormField",
    "Submission",
    "Touch",
    "TrackedLink",
    "UtmAlias",
    "UtmTerm",
    "Visitor",
    "WebForm",
]
