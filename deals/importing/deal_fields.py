"""The fields of a deal, with the headers under which files know them."""

from typing import Any

from django.utils.translation import gettext_lazy

from config.common.search import fold
from contacts.imports.fields import Field, FieldType
from contacts.imports.shipped.references import CompanyReference, ContactReference, UserReference
from deals.importing.references import (
    CurrencyReference,
    LossReasonReference,
    PipelineReference,
    ProductReference,
    StageReference,
)
from deals.pipeline.deal import Outcome

_NUMBER, _DATE, _REFERENCE = FieldType.NUMBER, FieldType.DATE, FieldType.REFERENCE
_WORDS = (
    ("won", "Closed Won"),
    ("won", "Menang"),
    ("won", "Thắng"),
    ("lost", "Closed Lost"),
    ("lost", "Kalah"),
    ("lost", "Thua"),
)
_OUTCOMES: tuple[tuple[str, Any], ...] = (*((each.value, each.label) for each in Outcome), *_WORDS)

OUTCOME_OF_STAGE = {fold(word): value for value, word in (("won", "Won"), ("lost", "Lost"), *_WORDS)}

DEAL_FIELDS = (
    Field(
        "external_id",
        gettext_lazy("External id"),
        required=True,
        longest=120,
        aliases=("id", "deal id", "opportunity id", "number", "nomor", "kode", "mã", "mã cơ hội", "mã giao dịch"),
    ),
    Field(
        "name",
        gettext_lazy("Name"),
        required=True,
        aliases=(
            "deal",
            "deal name",
            "opportunity",
            "opportunity name",
            "title",
            "nama",
            "nama deal",
            "peluang",
            "tên",
            "tên cơ hội",
        ),
    ),
    Field(
        "owner",
        gettext_lazy("Owner"),
        _REFERENCE,
        reference=UserReference,
        aliases=(
            "deal owner",
            "sales agent",
            "sales rep",
            "rep",
            "salesperson",
            "pemilik",
            "tenaga penjual",
            "người phụ trách",
            "nhân viên kinh doanh",
        ),
    ),
    Field(
        "company",
        gettext_lazy("Company"),
        _REFERENCE,
        reference=CompanyReference,
        aliases=(
            "account",
            "account name",
            "company name",
            "customer",
            "perusahaan",
            "pelanggan",
            "công ty",
            "khách hàng",
        ),
    ),
    Field(
        "contacts",
        gettext_lazy("Contacts"),
        _REFERENCE,
        reference=ContactReference,
        several=True,
        longest=500,
        aliases=("contact", "contact email", "email", "kontak", "liên hệ"),
    ),
    Field("pipeline", gettext_lazy("Pipeline"), _REFERENCE, reference=PipelineReference),
    Field(
        "stage",
        gettext_lazy("Stage"),
        _REFERENCE,
        reference=StageReference,
        narrowed_by_kind=True,
        aliases=("deal stage", "sales stage", "tahap", "giai đoạn"),
    ),
    Field(
        "outcome",
        gettext_lazy("Outcome"),
        FieldType.CHOICE,
        choices=_OUTCOMES,
        aliases=("status", "result", "hasil", "kết quả", "trạng thái"),
    ),
    Field(
        "opened_on",
        gettext_lazy("Opened"),
        _DATE,
        aliases=(
            "open date",
            "created",
            "created on",
            "create date",
            "engage date",
            "start date",
            "tanggal dibuka",
            "tanggal dibuat",
            "ngày mở",
            "ngày tạo",
        ),
    ),
    Field(
        "closed_on",
        gettext_lazy("Closed"),
        _DATE,
        aliases=("close date", "closed date", "won date", "tanggal tutup", "ngày đóng"),
    ),
    Field(
        "expected_close",
        gettext_lazy("Expected close"),
        _DATE,
        aliases=("expected close date", "perkiraan tutup", "dự kiến đóng"),
    ),
    Field(
        "amount",
        gettext_lazy("Amount"),
        _NUMBER,
        aliases=("value", "close value", "deal value", "revenue", "total", "jumlah", "nilai", "số tiền", "giá trị"),
    ),
    Field(
        "currency",
        gettext_lazy("Currency"),
        _REFERENCE,
        reference=CurrencyReference,
        longest=60,
        aliases=("mata uang", "tiền tệ"),
    ),
    Field(
        "product",
        gettext_lazy("Product"),
        _REFERENCE,
        reference=ProductReference,
        aliases=("product name", "item", "sku", "produk", "barang", "sản phẩm"),
    ),
    Field("quantity", gettext_lazy("Quantity"), _NUMBER, aliases=("qty", "jumlah barang", "kuantitas", "số lượng")),
    Field("unit_price", gettext_lazy("Unit price"), _NUMBER, aliases=("price", "harga", "harga satuan", "đơn giá")),
    Field(
        "own_probability",
        gettext_lazy("Probability"),
        _NUMBER,
        aliases=("probability", "chance", "peluang menang", "xác suất"),
    ),
    Field(
        "loss_reason",
        gettext_lazy("Lost because"),
        _REFERENCE,
        reference=LossReasonReference,
        aliases=("loss reason", "lost reason", "alasan kalah", "lý do thua"),
    ),
    Field(
        "loss_note",
        gettext_lazy("What we learned"),
        longest=500,
        aliases=("loss note", "lost note", "catatan", "ghi chú"),
    ),
)
