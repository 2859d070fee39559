"""The purposes that Tandem ships, with the first version of their texts: made once, then the company's own."""

from typing import NamedTuple

from django.utils.translation import gettext_noop

from contacts.consent.models import ConsentPurpose
from contacts.consent.recording import new_text

# Codes that rules know: mail about offers, calls, and joining what an anonymous visitor did before.
NEWSLETTER, PHONE, VISITS = "newsletter", "phone", "visits"


class Shipped(NamedTuple):
    """A purpose's name, and its text by language."""

    name: str
    texts: dict[str, str]


SHIPPED = {
    NEWSLETTER: Shipped(
        gettext_noop("E-mail about offers"),
        {
            "en": "Yes, send me e-mail about products and offers. I can withdraw this at any time.",
            "id": "Ya, kirimi saya email tentang produk dan penawaran. Saya dapat menariknya kembali kapan saja.",
            "vi": "Có, hãy gửi cho tôi email về sản phẩm và ưu đãi. Tôi có thể rút lại bất cứ lúc nào.",
        },
    ),
    PHONE: Shipped(
        gettext_noop("Calls about offers"),
        {
            "en": "Yes, you may call me about products and offers. I can withdraw this at any time.",
            "id": "Ya, Anda boleh menelepon saya tentang produk dan penawaran. "
            "Saya dapat menariknya kembali kapan saja.",
            "vi": "Có, quý vị có thể gọi cho tôi về sản phẩm và ưu đãi. Tôi có thể rút lại bất cứ lúc nào.",
        },
    ),
    VISITS: Shipped(
        gettext_noop("Joining earlier visits"),
        {
            "en": "Yes, you may join my earlier visits to your pages to my name. I can withdraw this at any time.",
            "id": "Ya, Anda boleh menghubungkan kunjungan saya sebelumnya ke halaman Anda dengan nama saya. "
            "Saya dapat menariknya kembali kapan saja.",
            "vi": "Có, quý vị có thể gắn những lần tôi ghé thăm trang trước đây với tên của tôi. "
            "Tôi có thể rút lại bất cứ lúc nào.",
        },
    ),
}


def ship_purposes() -> None:
    """Make the shipped purposes that are missing; a renamed or retired one stays as the company made it."""
    known = set(ConsentPurpose.objects.values_list("code", flat=True))
    for code, shipped in SHIPPED.items():
        if code not in known:
            purpose = ConsentPurpose.objects.create(code=code, name=shipped.name)
            for language, text in shipped.texts.items():
                new_text(purpose, language, text)
