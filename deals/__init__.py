"""What sales does: products, pipelines, deals, promises, quotes, invoices, and the report on them.

Owns: Currency, ExchangeRate, Product; Pipeline, Stage, Deal with its lines, people and history;
Activity, Reminder; Seller and its numbers; Quote with its revisions and answers; Invoice, Payment.
Announces: see ``signals``. Orders ``contacts``: a deal opened or won moves its people's and company's lifecycle.
Registers with ``contacts``: grounds to see a deal's people and company, timeline entries, import kinds.
"""
