"""What the demo company's people did and promised: calls, visits and messages, each with its next step."""

# deal | days ago | who | kind | outcome | minutes | what happened | next kind | next step | due, in days from today
# A next step is kept by the next line of its deal; the last one of a deal is still to be done (minus: it is late).
LOGS = """
Dry store for the Bandung roastery | 255 | rep | call    | reached | 20 | Sutrisno has lost two containers to mould; wants figures before he talks about money. | visit | Measure in the store | 0
Dry store for the Bandung roastery | 246 | rep | visit   | held    | 90 | Measured with Ayu: 16.8 % at the back wall. | | |
Moisture meters for the growers    | 140 | rep | email   | sent    |    | Sent the price for twelve, with the growers' discount. | | |
Second dry store, Lembang          | 44  | rep | call    | reached | 15 | Lembang is let from next month; same layout as Bandung. | visit | Look at the hall in Lembang | 0
Second dry store, Lembang          | 35  | rep | visit   | held    | 75 | The hall is 40 cm lower than on paper. Three dehumidifiers will do. | meeting | Go through the quote with Ayu | 0
Second dry store, Lembang          | 9   | rep | meeting | held    | 60 | Ayu wants installation on two Saturdays. | call | Ask Ayu whether Sutrisno has signed | 0
Dehumidifier for the yarn store    | 60  | rep | call    | reached | 10 | Sri compares with a household machine again; told her about the drain. | email | Send the consumption figures | 0
Dehumidifier for the yarn store    | 51  | rep | email   | sent    |    | Sent figures for a whole year. | call | Call Sri about the figures | -1
Drying chamber control             | 26  | rep | meeting | held    | 45 | Karyono showed the chamber; the sensor sits in the wrong place. | task | Draw where the sensors go | 1
Stretch wrappers for two docks     | 31  | rep | call    | reached | 12 | Gatot asks for a trial on one dock. | visit | Trial at dock two | 0
Stretch wrappers for two docks     | 22  | rep | visit   | held    | 180 | Trial went well: 31 pallets an hour. | call | Agree the price for both docks | 0
Stretch wrappers for two docks     | 1   | rep | call    | reached | 8  | Price agreed on the telephone. | task | Check that the order came by mail | 0
Scanners for the drivers           | 20  | rep | call    | no_answer |  | Fitriani did not pick up. | call | Try Fitriani again | -3
Linen store dehumidifiers          | 70  | made | visit  | held    | 40 | Saw the linen store with Ni Luh; two machines are enough. | email | Send the offer for two | 6
Maintenance for both stores        | 30  | made | call   | reached | 15 | Andi Tenri wants one contract for both stores. | meeting | Sign the contract in Makassar | 3
Dry cabinets and care contract     | 40  | rep | meeting | held    | 60 | Showed the cabinets to Tjahjono's team. | call | Ask legal for their changes | 0
Dry cabinets and care contract     | 15  | rep | call    | reached | 10 | Legal reads the contract until the end of the week. | call | Call Maria about the contract | -2
Export labels                      | 14  | rep | call    | reached | 15 | Euis exports four new articles; wants samples of the labels. | task | Send sample labels | 0
Cycle counting with scanners       | 50  | rep | meeting | held    | 55 | Counted one aisle with Tuminah: 40 minutes instead of three hours. | email | Send the count of the trial | 0
Cycle counting with scanners       | 43  | rep | email   | sent    |    | Sent the protocol of the trial. | call | Decide the number of scanners | 2
Sealing line, Belawan              | 40  | made | call   | reached | 20 | Rosmaida waits for the budget of the new year. | call | Ask about the budget | 9
Dye house ventilation              | 66  | manager | meeting | held | 90 | Cahyo can't decide; the plant manager travels. | call | Ask for a day with the plant manager | -12
Vaccine cold room                  | 30  | rep | visit   | held    | 120 | Larasati needs two compressors by regulation. | email | Offer with two compressors | 0
Vaccine cold room                  | 19  | rep | email   | sent    |    | Sent the offer with the second compressor. | meeting | Present to the board | 1
Bag sealing                        | 20  | hau | call    | reached | 12 | Phan Văn Tâm wants to see one machine running. | visit | Show a running machine in Đắk Lắk | 4
Software for three sites           | 44  | quynh | meeting | held  | 70 | Showed stock by lot to Vũ Đình Thắng. | call | Ask for the list of warehouses | -6
Licences per warehouse             | 44  | quynh | call  | reached | 25 | Would sign for three warehouses now and two next year. | email | New quote for three | 0
Laundry dehumidifiers              | 24  | quynh | call  | left_message | | Left a message at the reception. | call | Try Nguyễn Mạnh Cường again | -8
Second cold store                  | 30  | hau | meeting | held    | 80 | The bank wants the drawings. | task | Send the drawings to the bank | 0
Second cold store                  | 12  | hau | call    | reached | 10 | The bank has agreed. | email | Contract with the delivery date | 0
Second cold store                  | 2   | hau | email   | sent    |    | Contract sent. | call | Has he signed? | 0
Reel labelling                     | 30  | quynh | email | sent    |    | Sent eight samples. | call | How did the samples hold? | 1
Panels for the new hall            | 20  | bao | meeting | held    | 50 | They compare with foam panels. | email | Send the fire test | 0
Panels for the new hall            | 14  | bao | email   | sent    |    | Sent the fire test and a reference. | visit | Visit the reference in Hải Phòng | 5
Beach kitchen cold room            | 60  | hau | call    | no_answer |  | The owner travels. | call | Call Long instead | -25
Hotel group, framework agreement   | 20  | manager | meeting | held | 90 | They want one price for eleven hotels. | task | Calculate the framework | 2
Group contract for maintenance     | 60  | bao | call    | reached | 20 | Lý Thu Trang collects the contracts of all companies. | meeting | Go through the nine contracts | 7
Yearly care, all group sites       | 20  | manager | email | sent  |    | Sent the list of sites. | call | Which sites first? | 0
"""

# deal | kind | subject | starts, in days from today and at an hour | minutes | place | colleagues | our people: owner first
MEETINGS = """
Vaccine cold room               | meeting | Board: second compressor          | 1 10 | 60  | Bogor, Jl. Pajajaran 41        | manager | Budi Wirawan
Stretch wrappers for two docks  | call    | Delivery dates for both docks     | 0 14 | 20  |                                |         | Gatot Subekti
Panels for the new hall         | visit   | Reference in Hải Phòng            | 5 9  | 240 | Hải Phòng, Kho 3               | quynh   | Đinh Công Mạnh
Maintenance for both stores     | meeting | Contract in Makassar              | 3 13 | 90  | Makassar, Jl. Sultan Hasanuddin 7 |      | Andi Tenri
Hotel group, framework agreement| meeting | Prices for eleven hotels, inside  | 2 9  | 45  | Meeting room 2                 | rep     |
Second cold store               | call    | Contract with Nguyễn Hữu Tài      | 0 16 | 30  |                                |         | Nguyễn Hữu Tài
Export labels                   | call    | Label samples with Euis           | 0 11 | 15  |                                |         | Euis Komalasari
"""

# What was said when steps of the care plan were kept, in turn.
CARE_WORDS = (
    "Thanked them; they were pleased that somebody called.",
    "Everything is there and running.",
    "Satisfied. May be named as a reference.",
    "One question about cleaning, answered on the telephone.",
    "Would buy again; a colleague at another site may call us.",
)
