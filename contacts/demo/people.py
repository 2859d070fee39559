"""Whom the demo company knows: people at companies, and people of whom no company is known yet."""

# company | name | role | stages after Lead; "subscriber" first where that came before; "back" is a step back to Lead
PEOPLE = """
langgam   | Hendarto                | President director       | mql
langgam   | Kusumawati Adi          | Group procurement        | mql sql
langgam   | Wiryawan                | Head of logistics        | mql sql
lereng    | Sutrisno                | Owner                    | mql sql
lereng    | Ayu Maharani            | Head of purchasing       | mql
lereng    | Dimas Saputra           | Roastery manager         | subscriber mql
lereng    | Ngatiyem                | Quality control          |
tenun     | Sri Wahyuningsih        | Owner                    | mql sql
tenun     | Paijo                   | Production               |
tenun     | Laras Kinanthi          | Marketing                | subscriber
jati      | Slamet Hardiyanto       | Director                 | mql sql
jati      | Indah Permatasari       | Export manager           | mql
jati      | Karyono                 | Plant manager            | mql
jati      | Siti Nurjanah           | Finance                  |
angin     | Yusuf Ramadhan          | Operations director      | mql sql
angin     | Fitriani                | Fleet manager            | mql
angin     | Gatot Subekti           | Warehouse manager        |
angin     | Melati Puspa            | IT manager               | subscriber mql
purnama   | I Wayan Sudirga         | General manager          | mql sql
purnama   | Ni Luh Ariani           | Chief engineer           | mql
purnama   | Ketut Suarjana          | Purchasing               |
karang    | Daeng Mattawang         | Owner                    | mql sql
karang    | Andi Tenri              | Plant director           | mql
karang    | Hasnah                  | Quality assurance        | mql
karang    | Rahmat Bahtiar          | Export sales             |
nusalima  | Tjahjono                | Chief operating officer  | mql sql
nusalima  | Maria Goretti Lim       | Supply chain             | mql
nusalima  | Agus Purwanto           | Line engineer            |
nusalima  | Rina Oktaviani          | Buyer                    | subscriber mql sql
hujan     | Mbah Karno              | Owner                    | mql
hujan     | Wulan Sasmita           | Sales                    |
lumbung   | Hj. Zubaidah            | Owner                    | mql
lumbung   | Faisal Anwar            | Operations               | mql back
lumbung   | Kartini Dewi            | Designer                 |
rotan     | Asep Kurniawan          | Owner                    | mql sql
rotan     | Euis Komalasari         | Production planner       |
gudang    | Bagas Nugroho           | Site manager             | mql sql
gudang    | Tuminah                 | Inventory control        | mql
gudang    | Robertus Sihombing      | Safety officer           |
tebing    | Lalu Wirasakti          | Owner                    | mql
tebing    | Baiq Nuraini            | Housekeeping             |
telaga    | Tigor Simanjuntak       | Director                 | mql sql
telaga    | Rosmaida                | Cold chain manager       | mql
telaga    | Syahrial                | Maintenance              |
telaga    | Nurhayati Lubis         | Finance                  |
kirana    | Johan Gunardi           | Founder                  | mql sql
kirana    | Debora                  | Purchasing               | subscriber mql sql
kembang   | Mas Joko Pitono         | Owner                    | mql
kembang   | Rahayu                  | Shop manager             | mql sql
tinta     | Priyono                 | Owner                    | other
tinta     | Astuti                  | Order desk               | other
delima    | Ir. Soedarsono          | Plant director           | mql sql
delima    | Novita Anggarini        | Purchasing               | mql
delima    | Cahyo                   | Dye house                |
rimba     | apt. Larasati           | Pharmacist in charge     | mql sql
rimba     | Budi Wirawan            | Warehouse                |
selat     | Abdul Muis              | Director                 | mql
selat     | Noorhalimah             | Dispatch                 |
selat     | Iskandar                | Port agent               | other
kabut     | Suryani                 | Owner                    |
kabut     | Teguh                   | Drying and packing       | subscriber
ukir      | Mulyadi                 | Owner                    | subscriber
song-ngan | Trương Quốc Hùng        | Chairman                 | mql
song-ngan | Lý Thu Trang            | Group purchasing         | mql sql
song-ngan | Đặng Minh Khôi          | Chief of staff           |
suong-mai | Nguyễn Thị Hồng Nhung   | Director                 | mql sql
suong-mai | Y Khoa Niê              | Plantation manager       | mql
suong-mai | Phan Văn Tâm            | Roastery manager         | mql
suong-mai | Trần Thị Bích Ngọc      | Accountant               |
hoa-lua   | Vũ Đình Thắng           | Deputy director          | mql sql
hoa-lua   | Bùi Thị Nga             | Purchasing               | mql
hoa-lua   | Đỗ Hoàng Sơn            | Dyeing engineer          |
hoa-lua   | Nguyễn Khánh Linh       | Export                   | subscriber mql
rung-thong| Võ Thành Công           | Director                 | mql sql
rung-thong| Huỳnh Thị Mỹ Duyên      | Export manager           | mql
rung-thong| Lê Văn Phước            | Saw mill                 |
sao-choi  | Phạm Hải Đăng           | Director                 | mql sql
sao-choi  | Đoàn Thị Thu Hà         | Warehouse manager        | mql
sao-choi  | Ngô Xuân Trường         | Fleet                    |
vinh-trang| Hoàng Thị Lan Hương     | General manager          | mql sql
vinh-trang| Nguyễn Mạnh Cường       | Chief engineer           | mql
vinh-trang| Tô Hiệu Nghĩa           | Food and beverage        |
song-bac  | Nguyễn Hữu Tài          | Plant director           | mql sql
song-bac  | Châu Ngọc Diệp          | Purchasing               | mql sql
song-bac  | Lâm Thanh Phong         | Cold store               | mql
song-bac  | Trần Thị Kim Thoa       | Quality assurance        |
lam-giang | Nguyễn Đức Anh          | Factory manager          | mql sql
lam-giang | Trịnh Thị Thu Thủy      | Supply chain             | mql
lam-giang | Kim Văn Lộc             | Line engineer            |
lam-giang | Dương Tuấn Kiệt         | IT                       | subscriber
doi-may   | Ma Thị Xuân             | Owner                    | mql
doi-may   | Nông Văn Dền            | Drying                   |
lang-co   | Phùng Bá Lợi            | Owner                    | mql
lang-co   | Nguyễn Thị Hạnh         | Sales                    |
kho-lanh  | Đinh Công Mạnh          | Director                 | mql sql
kho-lanh  | Lưu Thị Phương Thảo     | Operations               | mql
kho-lanh  | Quách Trung Hiếu        | Maintenance              |
tom-vang  | Huỳnh Văn Út            | Owner                    | mql sql
tom-vang  | Dương Thị Cẩm Tiên      | Plant manager            | mql
tom-vang  | Sơn Thanh Bình          | Export                   | mql
cat-hong  | Mai Thị Ngọc Ánh        | General manager          | mql
cat-hong  | Nguyễn Phi Long         | Chief engineer           | mql
cat-hong  | Lê Hoài Thương          | Purchasing               |
buoc-xa   | Cao Thị Tuyết           | Purchasing director      | mql sql
buoc-xa   | Bạch Hưng Thịnh         | Plant manager            | mql
buoc-xa   | Hà Thị Thanh            | Planning                 | mql back
tan-nguyet| Trần Văn Bảy            | Owner                    | other
tan-nguyet| Lê Thị Diễm             | Order desk               | other
moc-tram  | Tạ Quang Thái           | Founder                  | mql
moc-tram  | Nguyễn Ngọc Hân         | Interior designer        | subscriber mql
nang-vang | Điểu Thị Sen            | Owner                    | mql
nang-vang | Phạm Gia Huy            | Sorting line             | mql sql
minh-chau | Trần Thanh Tùng         | Founder                  |
minh-chau | Hồ Thị Mai Khanh        | Buyer                    | subscriber
"""

# name | country | added, in days ago | owner | stages after Subscriber
STRANGERS = """
Murniati              | ID | 344 |          | lead mql
Eko Sulaksono         | ID | 321 | marketer | lead mql sql
Tukiman               | ID | 296 |          |
Phương Uyên           | VN | 280 |          | lead
Lestari Ningrum       | ID | 262 | marketer | lead mql
Đào Văn Hợp           | VN | 243 | marketer | lead mql
Rohana                | ID | 225 |          |
Nguyễn Trà My         | VN | 204 |          | lead
Gunawan Wibisono      | ID | 186 | marketer | lead mql back
Lê Công Danh          | VN | 169 |          | lead
Yohana Tambunan       | ID | 151 |          |
Vi Thị Duyên          | VN | 137 | marketer | lead mql
Suparman              | ID | 121 |          | lead
Kadek Wirayuda        | ID | 104 | made     | lead
Trần Như Quỳnh        | VN | 93  |          |
Halimah Sadiyah       | ID | 81  |          | lead mql
Bế Văn Đạt            | VN | 66  |          |
Chandra Halim         | ID | 57  | marketer | lead mql sql
Thạch Thị Sa Rươne    | VN | 45  |          | lead
Imelda Wijayanti      | ID | 34  |          |
Nguyễn Quang Vinh     | VN | 29  |          | lead mql
Poniman               | ID | 22  |          |
Hoàng Yến Nhi         | VN | 17  |          | lead
Ratih Sekarsari       | ID | 12  |          | lead
Lương Bảo Châu        | VN | 9   |          |
Joko Widyanto         | ID | 6   |          |
Phan Thị Ái Vân       | VN | 4   |          |
Dahlia                | ID | 3   |          |
Rudi Hartanto Salim   | ID | 26  | rep      | lead mql
Nguyễn Hoàng Oanh     | VN | 41  | quynh    | lead mql
Samuel Pattiasina     | ID | 72  | marketer | other
Đỗ Thị Kiều           | VN | 160 | marketer | other
"""

# Customers who speak for us: name | days ago | why
EVANGELISTS = """
Sutrisno              | 40 | Recommended us to three roasters of his association
Nguyễn Hữu Tài        | 33 | Spoke about his cold store at the seafood fair
Slamet Hardiyanto     | 21 | Wrote a testimonial and agreed to be a reference
"""

# name | days ago | author | what it says
NOTES = """
Sutrisno              | 300 | rep      | Roasts eleven tonnes a month and loses too much to moisture. Wants to see a meter at work before he talks about money.
Ayu Maharani          | 205 | rep      | Decides with Sutrisno; wants quotations in rupiah, delivered to Bandung.
Slamet Hardiyanto     | 255 | rep      | Exports to Japan and is asked for barcodes on every carton from next year.
Yusuf Ramadhan        | 190 | rep      | Compares us with a maker from abroad. Service within a day matters more to him than the price.
Fitriani              | 60  | rep      | Away until the end of the month; Gatot answers meanwhile.
I Wayan Sudirga       | 120 | made     | Renovates the kitchen in the low season only. Call again when the rains begin.
Daeng Mattawang       | 231 | made     | Shows guests around himself. Likes to speak about boats first.
Tjahjono              | 88  | rep      | Their auditors ask for a maintenance contract with fixed dates.
Nguyễn Thị Hồng Nhung | 210 | hau      | Prefers the telephone to e-mail, best after three in the afternoon.
Vũ Đình Thắng         | 180 | quynh    | Needs a written offer with VAT shown apart, two copies, stamped.
Nguyễn Hữu Tài        | 240 | hau      | The second cold room depends on the bank; the loan is promised.
Phạm Hải Đăng         | 95  | quynh    | Wants the licence per warehouse rather than per user.
Eko Sulaksono         | 150 | marketer | Met at the packaging fair; writes for a trade paper and buys for his brother's mill.
Hendarto              | 30  | manager  | Agreed to a yearly meeting of the whole group. Rani from his office arranges it.
Faisal Anwar          | 58  | rep      | No budget this year; back to marketing until the new one.
"""
