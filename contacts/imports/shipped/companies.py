"""Companies, with their parents and the day from which we know them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.common.search import fold
from contacts.imports.context import Context
from contacts.imports.fields import Field, FieldType
from contacts.imports.rows import Row
from contacts.imports.sequencing import ParentsFirst
from contacts.imports.shipped.entering import LIFECYCLE_FIELDS, check_known_since, enter_new, plan_stage, write_stages
from contacts.imports.shipped.references import CompanyReference, UserReference
from contacts.imports.writing import ColumnsKind, given, lock_for_writing, match_by_external_id
from contacts.people.models import Company

_TEXT, _WHOLE = FieldType.TEXT, FieldType.WHOLE


class CompaniesKind(ColumnsKind):
    """Found again by external id, then by domain, then by name."""

    code = "companies"
    title = gettext_lazy("Companies")
    model = Company
    permissions = ("contacts.add_company", "contacts.change_company")
    refers_to_itself = ("parent", "name")
    fields = (
        Field(
            "name",
            gettext_lazy("Name"),
            required=True,
            aliases=(
                "company",
                "company name",
                "account",
                "account name",
                "organisation",
                "organization",
                "nama",
                "nama perusahaan",
                "perusahaan",
                "tên công ty",
                "công ty",
                "tên",
            ),
        ),
        Field(
            "external_id",
            gettext_lazy("External id"),
            longest=120,
            aliases=("id", "company id", "account id", "kode", "mã", "mã công ty"),
        ),
        Field(
            "legal_form", gettext_lazy("Legal form"), longest=40, aliases=("badan hukum", "bentuk usaha", "loại hình")
        ),
        Field(
            "tax_number",
            gettext_lazy("Tax number"),
            longest=40,
            aliases=("npwp", "vat", "vat number", "tax id", "mã số thuế", "mst"),
        ),
        Field("domain", gettext_lazy("Domain"), longest=253, aliases=("website", "web", "url", "situs", "trang web")),
        Field(
            "industry",
            gettext_lazy("Industry"),
            longest=80,
            aliases=("sector", "branch", "industri", "sektor", "ngành", "lĩnh vực"),
        ),
        Field(
            "employees",
            gettext_lazy("Employees"),
            _WHOLE,
            aliases=(
                "number of employees",
                "headcount",
                "size",
                "karyawan",
                "jumlah karyawan",
                "số nhân viên",
                "nhân viên",
            ),
        ),
        Field(
            "founded",
            gettext_lazy("Founded in"),
            _WHOLE,
            aliases=("year established", "founded year", "tahun berdiri", "năm thành lập"),
        ),
        Field(
            "annual_revenue",
            gettext_lazy("Annual revenue"),
            FieldType.NUMBER,
            aliases=("revenue", "turnover", "omzet", "pendapatan", "doanh thu"),
        ),
        Field(
            "annual_revenue_currency",
            gettext_lazy("Currency of the revenue"),
            longest=3,
            aliases=("revenue currency", "mata uang", "tiền tệ"),
        ),
        Field("street", gettext_lazy("Street"), aliases=("address", "alamat", "jalan", "địa chỉ", "đường")),
        Field(
            "postal_code",
            gettext_lazy("Postal code"),
            longest=20,
            aliases=("zip", "zip code", "postcode", "kode pos", "mã bưu điện"),
        ),
        Field("city", gettext_lazy("City"), longest=100, aliases=("town", "kota", "thành phố")),
        Field(
            "region", gettext_lazy("Province or state"), longest=100, aliases=("state", "province", "provinsi", "tỉnh")
        ),
        Field(
            "country",
            gettext_lazy("Country"),
            FieldType.COUNTRY,
            aliases=("office location", "location", "negara", "quốc gia", "nước"),
        ),
        Field(
            "parent",
            gettext_lazy("Parent company"),
            FieldType.REFERENCE,
            reference=CompanyReference,
            aliases=("parent company", "subsidiary of", "induk", "perusahaan induk", "công ty mẹ"),
        ),
        Field(
            "owner",
            gettext_lazy("Owner"),
            FieldType.REFERENCE,
            reference=UserReference,
            aliases=("account owner", "sales rep", "sales agent", "pemilik", "người phụ trách"),
        ),
        *LIFECYCLE_FIELDS,
    )
    columns = {
        **{
            name: name
            for name in (
                "name",
                "external_id",
                "legal_form",
                "tax_number",
                "domain",
                "industry",
                "employees",
                "founded",
            )
        },
        **{
            name: name
            for name in (
                "annual_revenue",
                "annual_revenue_currency",
                "street",
                "postal_code",
                "city",
                "region",
                "country",
            )
        },
        "parent": "parent_id",
        "owner": "owner_id",
    }

    def sequencer(self) -> ParentsFirst:
        """Return the order in which parents come before their subsidiaries."""
        return ParentsFirst("parent", "name")

    def keys(self, row: Row) -> list[str]:
        """Two rows with one external id, one domain, or (without those) one name are the same company."""
        for name in ("external_id", "domain"):
            if row.values.get(name):
                return [f"{name}:{fold(str(row.values[name]))}"]
        return [f"name:{fold(row.values.get('name') or '')}"]

    def check(self, row: Row, context: Context) -> None:
        """Bring the domain and the currency into their shape; a revenue needs a currency."""
        values = row.values
        if values.get("domain"):
            values["domain"] = bare_domain(values["domain"])
        if values.get("annual_revenue_currency"):
            values["annual_revenue_currency"] = values["annual_revenue_currency"].upper()
        elif values.get("annual_revenue") is not None:
            row.refuse("annual_revenue", "currency_missing", _("Say which currency the annual revenue is in."))
        check_known_since(row, context)

    def match(self, rows: Sequence[Row], context: Context) -> dict[int, Any]:
        """Find companies by external id, then domain, then name."""
        matches = match_by_external_id(rows, Company, context)
        by_key = self._by_domain_and_name([row for row in rows if row.line not in matches], context)
        for row in rows:
            if row.failed or row.line in matches:
                continue
            found = (
                by_key.get(f"domain:{row.values.get('domain')}") or by_key.get(f"name:{fold(row.values['name'])}") or []
            )
            # A company with another id is another company of the same name.
            mine = row.values.get("external_id")
            found = [each for each in found if not (mine and each.external_id)]
            if len(found) > 1:
                sentence = _(
                    "%(count)s companies are called “%(name)s”. Give their external ids or domains to tell them apart."
                )
                row.refuse("name", "name_ambiguous", sentence % {"count": len(found), "name": row.values["name"]})
            elif found:
                matches[row.line] = found[0]
        return matches

    def _by_domain_and_name(self, rows: Sequence[Row], context: Context) -> dict[str, list[Company]]:
        names = context.memory.setdefault("company names", CompanyReference(context.user))
        keys = names.find({row.values["name"] for row in rows if not row.failed})
        companies = Company.objects.visible_to(context.user) if context.user else Company.objects.all()
        wanted = {key for found in keys.values() for key in found}
        domains = (
            companies.filter(domain__in=given(rows, "domain")).values_list("pk", flat=True)
            if given(rows, "domain")
            else ()
        )
        by_key: dict[str, list[Company]] = {}
        for company in lock_for_writing(companies.filter(pk__in=wanted | set(domains)), context).order_by(
            "archived_at", "pk"
        ):
            if company.domain:
                by_key.setdefault(f"domain:{company.domain}", []).append(company)
            by_key.setdefault(f"name:{fold(company.name)}", []).append(company)
        return by_key

    def plan_parts(self, row: Row, context: Context) -> bool:
        """A stage in the file moves a company that is there already, forward only."""
        return plan_stage(row, context)

    def write_parts(self, rows: Sequence[Row], context: Context) -> None:
        """Let new companies enter their lifecycle, and others move on in it."""
        enter_new(rows, context)
        write_stages(rows, context)


def bare_domain(text: str) -> str:
    """Return the domain in a web address: ``https://www.acme.com/about`` is acme.com."""
    bare = text.strip().lower().partition("://")[2] or text.strip().lower()
    return bare.partition("/")[0].partition(":")[0].removeprefix("www.").rstrip(".")
