"""Re-exports the models of this slice."""

from deals.documents.priced import PricedDocument, PricedLine, StoredPdf, TaxSummary
from deals.documents.seller import NumberSeries, Seller, Series

__all__ = ["NumberSeries", "PricedDocument", "PricedLine", "Seller", "Series", "StoredPdf", "TaxSummary"]
