"""The companies of the demo: each with the day, in days ago, on which it was added."""

# key | name | legal form | industry | employees | founded | city | region | country | added | owner | parent | stages
COMPANIES = """
langgam   | Langgam Nusa Grup        | PT      | Holding       | 1800 | 1987 | Jakarta         | DKI Jakarta         | ID | 362 | rep     |         |
lereng    | Kopi Lereng Biru         | PT      | Coffee        | 85   | 2009 | Bandung         | Jawa Barat          | ID | 351 | rep     |         | mql
tenun     | Tenun Kala Senja         | CV      | Textiles      | 40   | 1998 | Yogyakarta      | DI Yogyakarta       | ID | 318 | rep     |         | mql sql
jati      | Jati Kelana Mebel        | PT      | Furniture     | 210  | 1994 | Jepara          | Jawa Tengah         | ID | 340 | rep     |         | mql sql
angin     | Angin Laju Logistik      | PT      | Logistics     | 540  | 2003 | Surabaya        | Jawa Timur          | ID | 358 | rep     | langgam | mql
purnama   | Pondok Purnama Hotel     | PT      | Hotels        | 130  | 2011 | Denpasar        | Bali                | ID | 305 | made    |         | mql
karang    | Karang Mutiara Bahari    | PT      | Seafood       | 320  | 2001 | Makassar        | Sulawesi Selatan    | ID | 333 | made    |         | mql sql
nusalima  | Nusalima Elektronik      | PT      | Electronics   | 760  | 1999 | Bekasi          | Jawa Barat          | ID | 289 | rep     |         | mql
hujan     | Kebun Hujan Pagi         | CV      | Coffee        | 25   | 2016 | Malang          | Jawa Timur          | ID | 190 | rep     |         | mql
lumbung   | Batik Lumbung Raya       | CV      | Textiles      | 60   | 1989 | Pekalongan      | Jawa Tengah         | ID | 275 | rep     |         |
rotan     | Rotan Arsa Jaya          | CV      | Furniture     | 75   | 2005 | Cirebon         | Jawa Barat          | ID | 160 | rep     |         | mql
gudang    | Gudang Langgam           | PT      | Logistics     | 260  | 2008 | Semarang        | Jawa Tengah         | ID | 325 | rep     | langgam | mql sql
tebing    | Vila Tebing Awan         | PT      | Hotels        | 95   | 2014 | Mataram         | Nusa Tenggara Barat | ID | 140 | made    |         |
telaga    | Udang Telaga Utara       | PT      | Seafood       | 410  | 1997 | Medan           | Sumatera Utara      | ID | 298 | made    |         | mql
kirana    | Kirana Papan Surya       | PT      | Electronics   | 150  | 2017 | Batam           | Kepulauan Riau      | ID | 118 | rep     |         | mql
kembang   | Roti Kembang Desa        | CV      | Food          | 55   | 2012 | Surakarta       | Jawa Tengah         | ID | 97  | rep     |         |
tinta     | Percetakan Awan Tinta    | CV      | Printing      | 30   | 2002 | Bandung         | Jawa Barat          | ID | 250 | rep     |         | other
delima    | Kapas Merah Delima       | PT      | Textiles      | 480  | 1992 | Bandung         | Jawa Barat          | ID | 230 | rep     |         | mql sql
rimba     | Sehat Rimba Farma        | PT      | Pharmacy      | 190  | 2006 | Bogor           | Jawa Barat          | ID | 74  | rep     |         | mql
selat     | Kargo Selat Tiga         | PT      | Logistics     | 120  | 2010 | Balikpapan      | Kalimantan Timur    | ID | 208 | made    |         | mql
kabut     | Teh Kabut Wangi          | CV      | Tea           | 35   | 2013 | Wonosobo        | Jawa Tengah         | ID | 52  |         |         |
ukir      | Ukir Lestari Kencana     | CV      | Furniture     | 45   | 2000 | Jepara          | Jawa Tengah         | ID | 38  |         |         |
song-ngan | Tập Đoàn Sông Ngân       | JSC     | Holding       | 2400 | 1991 | Hồ Chí Minh     | Hồ Chí Minh         | VN | 360 | bao     |         |
suong-mai | Cà Phê Sương Mai         | JSC     | Coffee        | 170  | 2004 | Buôn Ma Thuột   | Đắk Lắk             | VN | 347 | hau     |         | mql
hoa-lua   | Dệt May Hoa Lụa          | Co. Ltd | Textiles      | 620  | 1996 | Nam Định        | Nam Định            | VN | 315 | quynh   |         | mql sql
rung-thong| Gỗ Rừng Thông            | JSC     | Furniture     | 280  | 2001 | Quy Nhơn        | Bình Định           | VN | 330 | hau     |         | mql
sao-choi  | Vận Tải Sao Chổi         | JSC     | Logistics     | 350  | 2007 | Hải Phòng       | Hải Phòng           | VN | 310 | quynh   |         | mql sql
vinh-trang| Khách Sạn Vịnh Trăng     | Co. Ltd | Hotels        | 145  | 2010 | Hạ Long         | Quảng Ninh          | VN | 266 | quynh   |         | mql
song-bac  | Thủy Sản Sóng Bạc        | JSC     | Seafood       | 530  | 1999 | Cần Thơ         | Cần Thơ             | VN | 342 | hau     | song-ngan | mql sql
lam-giang | Điện Tử Lam Giang        | JSC     | Electronics   | 910  | 2008 | Bắc Ninh        | Bắc Ninh            | VN | 282 | quynh   |         | mql
doi-may   | Trà Đồi Mây              | Co. Ltd | Tea           | 65   | 2015 | Thái Nguyên     | Thái Nguyên         | VN | 172 | quynh   |         |
lang-co   | Gốm Làng Cổ              | Co. Ltd | Ceramics      | 50   | 1993 | Hà Nội          | Hà Nội              | VN | 150 | quynh   |         | mql
kho-lanh  | Kho Lạnh Phương Bắc      | JSC     | Logistics     | 220  | 2012 | Hà Nội          | Hà Nội              | VN | 240 | quynh   |         | mql sql
tom-vang  | Tôm Vàng Đất Mũi         | JSC     | Seafood       | 460  | 2003 | Cà Mau          | Cà Mau              | VN | 226 | hau     | song-ngan | mql
cat-hong  | Resort Cát Hồng          | Co. Ltd | Hotels        | 180  | 2013 | Phan Thiết      | Bình Thuận          | VN | 130 | hau     |         | mql
buoc-xa   | Giày Bước Xa             | JSC     | Textiles      | 1300 | 1998 | Biên Hòa        | Đồng Nai            | VN | 200 | hau     |         | mql
tan-nguyet| Bao Bì Tân Nguyệt        | Co. Ltd | Packaging     | 90   | 2009 | Thủ Dầu Một     | Bình Dương          | VN | 255 | hau     |         | other
moc-tram  | Nội Thất Mộc Trầm        | Co. Ltd | Furniture     | 110  | 2014 | Hồ Chí Minh     | Hồ Chí Minh         | VN | 110 | hau     |         | mql
nang-vang | Hạt Điều Nắng Vàng       | JSC     | Food          | 240  | 2005 | Đồng Xoài       | Bình Phước          | VN | 86  | hau     |         |
minh-chau | Linh Kiện Quang Minh Châu| Co. Ltd | Electronics   | 70   | 2018 | Đà Nẵng         | Đà Nẵng             | VN | 60  |         |         |
"""
