"""The demo company's sales: what it sells, in which currencies, and the deals of the last nine months."""
