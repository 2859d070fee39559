"""What contacts tells the floor and itself when it is ready: event subjects, role permissions, timeline sources,
proofs."""

from config.common.demo import register_part
from config.integrations.models import EventQuerySet
from contacts.admin import consent, finding, imports, messages, notifications, sidebar
from contacts.consent import proving as consent_proofs
from contacts.imports.kinds import register_kind
from contacts.imports.shipped.companies import CompaniesKind
from contacts.imports.shipped.people import ContactsKind
from contacts.imports.shipped.users import UsersKind
from contacts.lifecycle import proving as lifecycle_proofs
from contacts.lifecycle.telling import lifecycle
from contacts.models import Company, Contact, Import
from contacts.people import proving as people_proofs
from contacts.people.sources import edits, notes
from contacts.people.timeline import register_timeline
from contacts.staff.roles import FINANCE, INTEGRATION, MARKETER, READ_ONLY, SALES_MANAGER, SALES_REP, offer

_EVERYBODY = (MARKETER, SALES_REP, SALES_MANAGER, FINANCE, READ_ONLY, INTEGRATION)
_WORKERS = (MARKETER, SALES_REP, SALES_MANAGER, INTEGRATION)
_ASKING = ("consentpurpose", "consenttext")
_CONSENT = (*_ASKING, "consent", "consentchange")
_PEOPLE = ("contact", "contactemail", "contactphone", "company", "employment", "note")


def register() -> None:
    """Register everything; called once by ``ready``."""
    register_part("contacts.demo.writing.write")
    EventQuerySet.register_subject(Contact)
    EventQuerySet.register_subject(Company)
    EventQuerySet.register_subject(Import)
    for kind in (UsersKind(), CompaniesKind(), ContactsKind()):
        register_kind(kind)
    offer((MARKETER, SALES_MANAGER, INTEGRATION), [f"contacts.{verb}_import" for verb in ("view", "add", "change")])
    offer(_EVERYBODY, [f"contacts.view_{model}" for model in (*_PEOPLE, "lifecyclechange", "user", "team")])
    offer(_WORKERS, [f"contacts.{verb}_{model}" for model in _PEOPLE for verb in ("add", "change")])
    offer(_WORKERS, [f"contacts.delete_{model}" for model in ("contactemail", "contactphone", "employment")])
    offer((MARKETER, SALES_MANAGER, INTEGRATION), ["contacts.step_back_lifecycle"])
    offer(_EVERYBODY, [f"contacts.view_{model}" for model in _CONSENT])
    offer(_WORKERS, ["contacts.add_consentchange"])
    offer((MARKETER, INTEGRATION), [f"contacts.{verb}_{model}" for model in _ASKING for verb in ("add", "change")])
    offer(_EVERYBODY, ["contacts.view_notification", "contacts.change_notification"])
    offer((SALES_MANAGER,), ["contacts.view_message", "contacts.change_message"])
    for label in ("contacts.contact", "contacts.company"):
        for source in (notes, lifecycle, edits):
            register_timeline(label, source)
    sidebar.register()
    imports.register()
    messages.register()
    notifications.register()
    finding.register()
    consent.register()
    for each in (lifecycle_proofs, people_proofs, consent_proofs):
        each.register()
