"""The smallest valid rows of contacts. Values that matter are written in the test."""

from collections.abc import Sequence
from typing import Any

import factory

from contacts.lifecycle.adding import Job, add_company, add_contact
from contacts.models import Company, Contact, Role, User


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A person of ours; ``role`` is a shipped role's code."""

    email = factory.Sequence("user{}@tandem.test".format)
    name = factory.Sequence("User {}".format)
    password = "password"

    class Meta:
        model = User

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        role = kwargs.pop("role", "sales-rep")
        kwargs["role"] = Role.objects.get(code=role) if isinstance(role, str) else role
        return User.objects.create_user(**kwargs)


class CompanyFactory(factory.django.DjangoModelFactory[Company]):
    """A company that entered its lifecycle as a Lead."""

    name = factory.Sequence("Company {}".format)

    class Meta:
        model = Company

    @classmethod
    def _create(cls, model_class: type[Company], *args: Any, **kwargs: Any) -> Company:
        return add_company(by=None, **kwargs)


class ContactFactory(factory.django.DjangoModelFactory[Contact]):
    """A contact that entered its lifecycle as a Lead; ``emails``, ``phones`` and ``company`` may be given."""

    full_name = factory.Sequence("Contact {}".format)

    class Meta:
        model = Contact

    @classmethod
    def _create(
        cls,
        model_class: type[Contact],
        *args: Any,
        company: Company | None = None,
        emails: Sequence[str] = (),
        **kwargs: Any,
    ) -> Contact:
        return add_contact(by=None, emails=emails, job=Job(company) if company else None, **kwargs)
