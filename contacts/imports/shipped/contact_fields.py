"""The fields of a contact, with the headers under which files know them."""

from django.utils.translation import gettext_lazy

from contacts.imports.fields import Field, FieldType
from contacts.imports.shipped.entering import LIFECYCLE_FIELDS
from contacts.imports.shipped.references import CompanyReference, UserReference
from contacts.people.contact import Source

_REFERENCE, _EMAIL, _PHONE = FieldType.REFERENCE, FieldType.EMAIL, FieldType.PHONE

CONTACT_FIELDS = (
    Field(
        "full_name",
        gettext_lazy("Name"),
        required=True,
        aliases=("name", "contact", "contact name", "nama", "nama lengkap", "họ và tên", "họ tên", "tên"),
    ),
    Field(
        "given_name",
        gettext_lazy("Given name"),
        longest=100,
        aliases=("first name", "forename", "nama depan", "tên riêng"),
    ),
    Field(
        "family_name",
        gettext_lazy("Family name"),
        longest=100,
        aliases=("last name", "surname", "nama belakang", "nama keluarga", "họ"),
    ),
    Field("preferred_name", gettext_lazy("Called"), longest=100, aliases=("nickname", "panggilan", "tên gọi")),
    Field(
        "email",
        gettext_lazy("E-mail address"),
        _EMAIL,
        several=True,
        aliases=("email", "mail", "e-mail", "surel", "alamat email", "thư điện tử", "địa chỉ email"),
    ),
    Field(
        "other_emails",
        gettext_lazy("Other e-mail addresses"),
        _EMAIL,
        several=True,
        aliases=("email 2", "second email", "secondary email"),
    ),
    Field(
        "phone",
        gettext_lazy("Phone number"),
        _PHONE,
        several=True,
        aliases=(
            "phone",
            "mobile",
            "telephone",
            "mobile phone",
            "whatsapp",
            "telepon",
            "hp",
            "no hp",
            "nomor telepon",
            "điện thoại",
            "số điện thoại",
            "di động",
        ),
    ),
    Field(
        "other_phones",
        gettext_lazy("Other phone numbers"),
        _PHONE,
        several=True,
        aliases=("phone 2", "second phone", "work phone", "telepon kantor"),
    ),
    Field(
        "external_id",
        gettext_lazy("External id"),
        longest=120,
        aliases=("id", "contact id", "kode", "mã", "mã khách hàng"),
    ),
    Field(
        "company",
        gettext_lazy("Company"),
        _REFERENCE,
        reference=CompanyReference,
        aliases=(
            "company name",
            "account",
            "account name",
            "organisation",
            "organization",
            "perusahaan",
            "nama perusahaan",
            "công ty",
            "tên công ty",
        ),
    ),
    Field(
        "job_title",
        gettext_lazy("Role in the company"),
        longest=120,
        aliases=("title", "position", "role", "job", "jabatan", "posisi", "chức vụ", "chức danh"),
    ),
    Field(
        "language",
        gettext_lazy("Language"),
        FieldType.CHOICE,
        choices=(
            ("en", gettext_lazy("English")),
            ("id", gettext_lazy("Indonesian")),
            ("vi", gettext_lazy("Vietnamese")),
        ),
        aliases=("bahasa", "ngôn ngữ"),
    ),
    Field("country", gettext_lazy("Country"), FieldType.COUNTRY, aliases=("negara", "quốc gia", "nước")),
    Field("time_zone", gettext_lazy("Time zone"), longest=64, aliases=("timezone", "zona waktu", "múi giờ")),
    Field(
        "source",
        gettext_lazy("Source"),
        FieldType.CHOICE,
        choices=tuple(Source.choices),
        aliases=("lead source", "original source", "sumber", "nguồn"),
    ),
    Field(
        "source_detail",
        gettext_lazy("Source in detail"),
        aliases=("source detail", "campaign", "kampanye", "chiến dịch"),
    ),
    Field(
        "owner",
        gettext_lazy("Owner"),
        _REFERENCE,
        reference=UserReference,
        aliases=("contact owner", "sales rep", "sales agent", "pemilik", "người phụ trách"),
    ),
    *LIFECYCLE_FIELDS,
)
