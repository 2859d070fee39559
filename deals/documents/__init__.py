"""What quotes and invoices have in common: who issues them, numbers, sums, taxes, words and printed pages."""
