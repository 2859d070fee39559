"""The demo company's deals, each told in one line."""

# name | company | people | owner | currency | opened, days ago | days in each stage left (a minus: back) | ending | lines
# An ending is: won DAYS | lost DAYS REASON NOTE | open DAYS-TO-EXPECTED-CLOSE [PROBABILITY]. DAYS count from the last
# step, and from today for an open deal. Lines: CODE×QUANTITY[-DISCOUNT], or an amount where nothing is specified yet.
DEALS = """
Dry store for the Bandung roastery           | lereng     | Sutrisno decides, Ayu Maharani buys             | rep     | IDR | 268 | 8 12 15 11    | won 6 | DEHUM×2 MOIST×4 INST×2
Moisture meters for the growers              | lereng     | Sutrisno                                        | rep     | IDR | 148 | 6 9 10        | won 12 | MOIST×12-5
Second dry store, Lembang                    | lereng     | Ayu Maharani buys, Dimas Saputra uses           | rep     | IDR | 47  | 9 11 12       | open 16 | DEHUM×3 INST×3
Humidity in the weaving hall                 | tenun      | Sri Wahyuningsih decides                        | rep     | IDR | 236 | 10 14         | lost 30 price Will buy household machines instead | DEHUM×2
Dehumidifier for the yarn store              | tenun      | Sri Wahyuningsih decides, Paijo uses            | rep     | IDR | 72  | 7 13          | open 9 | DEHUM×1 INST×1
Barcodes on every carton                     | jati       | Slamet Hardiyanto decides, Indah Permatasari champion | rep     | IDR | 262 | 6 9 16 13     | won 7 | LABEL×3 SCAN×10 LIC×1
Racking for finished furniture               | jati       | Karyono uses, Slamet Hardiyanto decides         | rep     | IDR | 157 | 18 25 28 20   | won 8 | RACK×48-8 INST×4
Drying chamber control                       | jati       | Karyono champion                                | rep     | IDR | 33  | 7 10          | open 40 | DEHUM×4-3 MOIST×3
Warehouse Surabaya, racking                  | angin      | Yusuf Ramadhan decides                          | manager | IDR | 255 | 12 20 21 18   | won 11 | RACK×160-12 INST×9
Stock software for four warehouses           | angin      | Melati Puspa champion, Yusuf Ramadhan decides   | rep     | IDR | 170 | 9 16 20       | lost 22 competitor Their own IT firm offered it for the hardware's price | LIC×4
Stretch wrappers for two docks               | angin      | Gatot Subekti uses, Fitriani buys               | rep     | IDR | 64  | 8 22 32       | open 7 75 | WRAP×2-4 INST×1
Scanners for the drivers                     | angin      | Fitriani                                        | rep     | IDR | 24  | 21            | open 30 | SCAN×35
Kitchen cold room                            | purnama    | I Wayan Sudirga decides, Ni Luh Ariani uses     | made    | IDR | 214 | 14 21 20 16   | won 10 | CR-40×1 DOOR-S×1 INST×5
Linen store dehumidifiers                    | purnama    | Ni Luh Ariani                                   | made    | IDR | 88  | 10            | open 12 | DEHUM×2
Blast store for tuna                         | karang     | Daeng Mattawang decides, Andi Tenri champion    | made    | USD | 258 | 15 18 24 20   | won 14 | CR-40×2-6 CR-PNL×140 INST×9
Vacuum sealers for export                    | karang     | Andi Tenri decides, Hasnah advises              | made    | USD | 146 | 7 14 16 9     | won 8 | SEAL×2 INST×2
Maintenance for both stores                  | karang     | Andi Tenri                                      | made    | USD | 39  | 6 9 19        | open 5 90 | CARE×2
Component traceability                       | nusalima   | Tjahjono decides, Agus Purwanto uses            | rep     | USD | 196 | 10 18 22      | lost 25 no-decision Waits for the new plant | SCAN×40 LABEL×6 LIC×2
Dry cabinets and care contract               | nusalima   | Maria Goretti Lim buys, Tjahjono decides        | rep     | USD | 83  | 8 13 17 12    | open 4 80 | DEHUM×6-5 CARE×1
Small roastery package                       | hujan      | Mbah Karno decides                              | rep     | IDR | 133 | 16 18 19      | won 9 | MOIST×1 DEHUM×1
Batik store, first talk                      | lumbung    | Hj. Zubaidah                                    | rep     | IDR | 176 | 15            | lost 42 no-answer Three calls and a visit | 65000000
Rattan drying, Cirebon                       | rotan      | Asep Kurniawan decides, Euis Komalasari uses    | rep     | IDR | 118 | 19 22 24 18   | won 25 | DEHUM×3 INST×2
Export labels                                | rotan      | Euis Komalasari                                 | rep     | IDR | 16  | 4             | open 35 | LABEL×2 SCAN×4
Racking hall B                               | gudang     | Bagas Nugroho decides, Robertus Sihombing advises | rep     | IDR | 232 | 9 16 19 12    | won 5 | RACK×90-10 INST×6
Cycle counting with scanners                 | gudang     | Tuminah champion                                | rep     | IDR | 79  | 8 15 13       | open 2 | SCAN×18 LIC×1
Wine and pastry room                         | tebing     | Lalu Wirasakti decides                          | made    | IDR | 96  | 12            | lost 66 no-budget The season was poor | CR-40×1
Cold chain for prawns                        | telaga     | Tigor Simanjuntak decides, Rosmaida champion    | made    | USD | 222 | 13 20 25 17   | won 15 | CR-40×3-9 DOOR-S×3 INST×12
Sealing line, Belawan                        | telaga     | Rosmaida uses, Nurhayati Lubis advises          | made    | USD | 68  | 10 14         | open 21 | SEAL×3-4 INST×3
Solar panel store                            | kirana     | Johan Gunardi decides                           | rep     | IDR | 84  | 10 16 18 14   | won 22 | RACK×36 INST×2
Flour store                                  | kembang    | Mas Joko Pitono decides                         | rep     | IDR | 58  | 9             | lost 40 timing After the holidays, perhaps | DEHUM×1
Cotton store humidity                        | delima     | Ir. Soedarsono decides, Novita Anggarini buys   | rep     | IDR | 194 | 11 17 20 -6 9 | won 8 | DEHUM×8-7 CARE×1 INST×3
Dye house ventilation                        | delima     | Cahyo uses, Ir. Soedarsono decides              | manager | IDR | 102 | 14 20         | open -12 | 420000000
Vaccine cold room                            | rimba      | apt. Larasati decides, Budi Wirawan uses        | rep     | IDR | 44  | 6 10 9        | open 11 70 | CR-40×1 DOOR-S×1 CARE×1 INST×4
Cross-docking racks                          | selat      | Abdul Muis decides, Noorhalimah uses            | made    | IDR | 165 | 12 18         | lost 26 product-gap Needs racks that stand the sea air | RACK×60
Bean drying and storage                      | suong-mai  | Nguyễn Thị Hồng Nhung decides, Phan Văn Tâm champion | hau     | VND | 265 | 9 13 17 12    | won 9 | DEHUM×4-3 MOIST×6 INST×3
Meters for the cooperative                   | suong-mai  | Y Khoa Niê champion                             | hau     | VND | 138 | 17 21 32      | won 20 | MOIST×20-8
Bag sealing                                  | suong-mai  | Phan Văn Tâm uses                               | hau     | VND | 36  | 8 9           | open 24 | SEAL×1 INST×1
Fabric warehouse, racking                    | hoa-lua    | Vũ Đình Thắng decides, Bùi Thị Nga buys         | quynh   | VND | 246 | 10 16 22 15   | won 12 | RACK×120-10 INST×7
Roll labels                                  | hoa-lua    | Bùi Thị Nga buys, Nguyễn Khánh Linh champion    | quynh   | VND | 127 | 26 20 30 24   | won 20 | LABEL×5 SCAN×14
Software for three sites                     | hoa-lua    | Vũ Đình Thắng decides                           | quynh   | VND | 62  | 9 15          | open 18 | LIC×3
Drying the pine store                        | rung-thong | Võ Thành Công decides                           | hau     | USD | 240 | 11 15 19      | lost 28 competitor A neighbour built one himself | DEHUM×5
Container labels for furniture               | rung-thong | Huỳnh Thị Mỹ Duyên champion, Võ Thành Công decides | hau     | USD | 122 | 17 22 24 19   | won 27 | LABEL×2 SCAN×6 LIC×1
Hall three, racking and wrapper              | sao-choi   | Phạm Hải Đăng decides, Đoàn Thị Thu Hà uses     | quynh   | VND | 225 | 13 17 23 14   | won 8 | RACK×75-6 WRAP×1 INST×5
Licences per warehouse                       | sao-choi   | Phạm Hải Đăng decides                           | quynh   | VND | 91  | 8 14 16       | open -5 | LIC×5-10
Bay view kitchen store                       | vinh-trang | Hoàng Thị Lan Hương decides, Tô Hiệu Nghĩa uses | quynh   | VND | 188 | 14 18 20      | lost 21 no-budget The loan was refused | CR-40×1 DOOR-S×1
Laundry dehumidifiers                        | vinh-trang | Nguyễn Mạnh Cường                               | quynh   | VND | 27  | 26            | open 33 | DEHUM×2 INST×1
First cold store, basa fillets               | song-bac   | Nguyễn Hữu Tài decides, Châu Ngọc Diệp buys     | hau     | VND | 261 | 10 16 20 18   | won 13 | CR-40×2 CR-PNL×90 INST×8
Second cold store                            | song-bac   | Nguyễn Hữu Tài decides, Lâm Thanh Phong uses    | hau     | VND | 76  | 9 14 19 27    | open 8 85 | CR-40×2-5 DOOR-S×2 INST×7
Care for the first store                     | song-bac   | Lâm Thanh Phong                                 | hau     | VND | 116 | 35 28 19      | won 12 | CARE×1
Clean-room dehumidifiers                     | lam-giang  | Nguyễn Đức Anh decides, Kim Văn Lộc uses        | quynh   | USD | 201 | 12 19 21 15   | won 10 | DEHUM×10-8 CARE×2 INST×4
Reel labelling                               | lam-giang  | Trịnh Thị Thu Thủy buys                         | quynh   | USD | 55  | 7 22 22       | open 14 | LABEL×8-5 SCAN×24
Tea drying room                              | doi-may    | Ma Thị Xuân decides                             | quynh   | VND | 129 | 40 33         | lost 45 price Twice what she had hoped | DEHUM×2 MOIST×2
Freezer hall doors                           | kho-lanh   | Đinh Công Mạnh decides, Quách Trung Hiếu uses   | bao     | VND | 183 | 11 15 17 10   | won 7 | DOOR-S×6-4 INST×3
Panels for the new hall                      | kho-lanh   | Lưu Thị Phương Thảo buys, Đinh Công Mạnh decides | bao     | VND | 51  | 9 13          | open 45 | CR-PNL×620-9 INST×10
Prawn sealing line                           | tom-vang   | Huỳnh Văn Út decides, Dương Thị Cẩm Tiên champion | hau     | VND | 172 | 9 14 18 -5 7 11 | won 6 | SEAL×4-6 INST×4
Beach kitchen cold room                      | cat-hong   | Mai Thị Ngọc Ánh decides                        | hau     | VND | 94  | 13 16         | open -20 | CR-40×1 INST×4
Shoe box labels                              | buoc-xa    | Cao Thị Tuyết decides, Bạch Hưng Thịnh uses     | hau     | VND | 158 | 8 13 15       | lost 60 competitor Bought printers with their new machines | LABEL×12-10
Trade fair enquiry, drying                   |            |                                                 | rep     | IDR | 19  |               | open 50 | 150000000
Mill of Eko's brother                        |            | Eko Sulaksono champion                          | rep     | IDR | 142 | 12            | lost 35 no-need The mill was sold | 90000000
Hotel group, framework agreement             |            |                                                 | manager | USD | 31  | 9             | open 60 25 | 85000
Group contract for maintenance               | song-ngan  | Lý Thu Trang buys, Trương Quốc Hùng decides     | bao     | USD | 112 | 20 25         | open 26 | CARE×9-15
Yearly care, all group sites                 | langgam    | Kusumawati Adi buys, Hendarto decides           | manager | IDR | 59  | 12 14         | open 19 | CARE×6-10
"""

# Deals of the second pipeline, named by the beginning of their names.
IN_EIGHT_STEPS = ("Trade fair", "Hotel group", "Group contract", "Yearly care")

# deal | days ago | author | what it says
NOTES = """
Dry store for the Bandung roastery | 221 | rep     | Showed the meter in their own store: 14.1 % at the door, 16.8 % at the back wall. That decided it.
Barcodes on every carton           | 214 | rep     | The buyer in Japan sent his label layout; it fits on our smallest printer.
Warehouse Surabaya, racking        | 190 | manager | The discount needs twelve per cent because of the quantity; the margin holds.
Stock software for four warehouses | 128 | rep     | We came too late: their IT firm was already in the building.
Stretch wrappers for two docks     | 20  | rep     | Trial on Thursday went well. Gatot wants the second one a month later.
Blast store for tuna               | 198 | made    | The floor carries eight tonnes, so the panels may go up without a new base.
Dry cabinets and care contract     | 15  | rep     | Legal reads the contract. Answer promised for next week.
Component traceability             | 130 | rep     | Nobody decides before the new plant has an address.
Second cold store                  | 12  | hau     | The bank has agreed in writing. Delivery before the season.
Licences per warehouse             | 44  | quynh   | Would sign for three warehouses now and two next year.
Beach kitchen cold room            | 55  | hau     | No answer since the owner travels; call Long instead.
Cotton store humidity              | 140 | rep     | Went a step back: the plant wants to see the layout again before talking about prices.
Second cold store                  | 2   | hau     | Drawings accepted. Contract goes out this week.
Stretch wrappers for two docks     | 1   | rep     | Price agreed on the telephone, order expected by mail.
Panels for the new hall            | 14  | bao     | Competes with a maker of foam panels. Ours last twice as long; show them the test report.
"""
