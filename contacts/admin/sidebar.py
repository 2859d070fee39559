"""What contacts adds to the sidebar."""

from django.utils.translation import gettext_lazy as _

from config.common.admin.navigation import Group, Item, register_item


def register() -> None:
    """Register every entry; called by ``ready``."""
    for item in (
        Item(Group.TODAY, 10, _("Home"), "home", "admin:index"),
        Item(Group.SELL, 30, _("Contacts"), "person", "admin:contacts_contact_changelist", "contacts.view_contact"),
        Item(Group.SELL, 40, _("Companies"), "domain", "admin:contacts_company_changelist", "contacts.view_company"),
        Item(
            Group.INSIGHT,
            80,
            _("Lifecycle changes"),
            "conversion_path",
            "admin:contacts_lifecyclechange_changelist",
            "contacts.view_lifecyclechange",
        ),
        Item(
            Group.SET_UP,
            45,
            _("Consent"),
            "verified_user",
            "admin:contacts_consentpurpose_changelist",
            "contacts.change_consentpurpose",
        ),
        Item(Group.SET_UP, 50, _("Users"), "group", "admin:contacts_user_changelist", "contacts.change_user"),
        Item(Group.SET_UP, 60, _("Teams"), "account_tree", "admin:contacts_team_changelist", "contacts.change_team"),
        Item(Group.SET_UP, 70, _("Roles"), "badge", "admin:contacts_role_changelist", "contacts.view_role"),
    ):
        register_item(item)
