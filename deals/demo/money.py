"""The demo company's quotes, invoices and payments, each told in one line, and who issues them."""

# key | legal form | name | tax number | street | city | postal code | region | country | currency | time zone | bank | account | code | phone
SELLERS = """
ID | PT      | Cakra Sejuk Nusantara | 01.234.567.8-011.000 | Jl. Melati Raya 17   | Jakarta Selatan   | 12430 | DKI Jakarta | ID | IDR | Asia/Jakarta     | Bank Nusa Sentosa | 700 123 4567  | NUSAIDJA | +62 21 5550 1717
VN | Công ty TNHH | Cakra Sejuk Việt Nam  | 0312345678           | 25 Đường Hoa Sữa     | Thành phố Hồ Chí Minh | 700000 | | VN | VND | Asia/Ho_Chi_Minh | Ngân hàng Phương Đông Á | 0071 000 98765 | PDAVVNVX | +84 28 5550 2525
"""

# Open deals: deal | drafted, days ago | days until which it is valid, from today | what became of it
# sent | draft | discount PER-CENT (needs approval) | revised PER-CENT | declined REASON | mail (sent, and a second look)
QUOTES = """
Second dry store, Lembang        | 10 | 2   | sent
Stretch wrappers for two docks   | 12 | 18  | revised 2
Dry cabinets and care contract   | 16 | 4   | sent
Vaccine cold room                | 19 | 11  | sent
Second cold store                | 5  | 25  | sent
Maintenance for both stores      | 2  | 28  | draft
Software for three sites         | 41 | -11 | sent
Reel labelling                   | 3  | 27  | discount 9
Sealing line, Belawan            | 33 | -3  | declined The budget for this year is spent; ask again in January.
Licences per warehouse           | 20 | 10  | sent
Cycle counting with scanners     | 8  | 6   | sent
"""

# Won deals, quoted so many days before the win. After it: days until invoiced | terms | payments as DAYS:PER-CENT | and
# then: draft | unbilled | credit LINE QUANTITY REASON | refund. Those that aren't named are invoiced and paid in full.
INVOICES = """
Solar panel store                   |   |    |              | unbilled
Roll labels                         | 3 | 30 |              | draft
Rotan drying, Cirebon               | 2 | 30 |              |
Container labels for furniture      | 1 | 30 | 6:50         |
Care for the first store            | 1 | 14 |              |
Meters for the cooperative          | 3 | 30 |              |
Small roastery package              | 2 | 30 |              |
Prawn sealing line                  | 2 | 30 | 28:102       |
Freezer hall doors                  | 4 | 30 | 35:100       | credit 0 1 One door was returned: the opening was built smaller.
Barcodes on every carton            | 2 | 30 | 5:40 33:60   |
Clean-room dehumidifiers            | 2 | 45 | 40:105       | refund
"""

# Letters to customers who are late, so many days ago.
REMINDERS = (30, 9)
