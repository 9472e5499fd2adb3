"""Registration numbers as registers, databases and authors write them. The numbers are made up in each register's format."""

from evergreen.records.registers import (
    REGISTERS,
    entry_url,
    own_number,
    register_name,
    registry_ids,
    registry_ids_of,
)
from tests.rows import each

NUMBERS = {
    "NCT01234567": ["ClinicalTrials.gov identifier: NCT01234567.", "NCT 01234567", "NCT-01234567", "NCT: 01234567", "NCT number: 01234567", "nct01234567"],
    "ISRCTN12345678": ["ISRCTN12345678", "ISRCTN 12345678", "ISRCTN: 12345678", "https://doi.org/10.1186/ISRCTN12345678"],
    "EUCTR2009-012345-12": [
        "EUCTR2009-012345-12-DE", "EUCTR2009-012345-12-GB", "EUCTR2009-012345-12-Outside-EU/EEA", "2009-012345-12-3rd", "EudraCT No.: 2009-012345-12",
        "EudraCT 2009 012345 12", "EudraCT: 2009\u2013012345\u201312", "EudraCT number 200901234512", "Eudra-CT 2009-01234512",
    ],
    "CTIS2022-500123-12": ["2022-500123-12-00", "CTIS2022-500123-12-00", "EU CT number: 2022-500123-12", "EUCT 2022 500123 12 01"],
    "ChiCTR-TRC-12345678": ["ChiCTR-TRC-12345678", "ChiCTR TRC 12345678", "chictr-trc-12345678"],
    "ChiCTR2000029999": ["ChiCTR2000029999", "ChiCTR-2000029999", "ChiCTR 2000029999"],
    "ITMCTR2100005388": ["ITMCTR2100005388"],
    "UMIN000012345": ["JPRN-UMIN000012345", "UMIN 000012345", "UMIN-CTR ID: 000012345", "UMIN-CTR: UMIN000012345", "UMIN C000012345"],
    "JapicCTI-101263": ["JPRN-JapicCTI-101263", "JapicCTI101263", "Japic CTI 101263", "JAPICCTI-101263"],
    "jRCTs031180123": ["jRCTs031180123", "JPRN-jRCTs031180123"],
    "jRCT2031200123": ["jRCT2031200123", "jRCT 2031200123", "JRCT2031200123"],
    "JMA-IIA00123": ["JMA-IIA00123", "JPRN-JMA-IIA00123"],
    "ACTRN12605000123456": ["ACTRN12605000123456", "ACTRN 12605000123456", "ACTRN12605000123456p", "ANZCTR: 12605000123456"],
    "CTRI/2012/05/002345": ["CTRI/2012/05/002345", "CTRI-2012-05-002345", "CTRI 2012/05/002345"],
    "CTRI/2009/091/000123": ["CTRI/2009/091/000123"],
    "DRKS00000001": ["DRKS00000001", "DRKS 00000001", "DRKS-ID: DRKS00000001", "DRKS-00000001"],
    "IRCT2012010101N1": ["IRCT2012010101N1", "IRCT 2012010101N1"],
    "NTR1234": ["Netherlands Trial Register NTR1234", "NTR 1234"],
    "NL-OMON12345": ["NL-OMON12345"],
    "KCT0001234": ["KCT0001234", "CRIS: KCT 0001234"],
    "RBR-2w3x4y": ["RBR-2w3x4y", "RBR-2W3X4Y"],
    "PACTR201501000123456": ["PACTR201501000123456"],
    "SLCTR/2010/003": ["SLCTR/2010/003"],
    "TCTR20160101001": ["TCTR20160101001"],
    "PER-012-15": ["PER-012-15"],
    "RPCEC00000123": ["RPCEC00000123"],
    "LBCTR2019010123": ["LBCTR2019010123"],
}  # fmt: skip
CASES = [(text, number) for number, texts in NUMBERS.items() for text in texts]


@each(("text", "number"), CASES)
def test_registration_number_has_one_form(text, number):
    assert registry_ids(text) == [number]


@each("number", NUMBERS)
def test_a_normal_form_is_read_as_itself_also_within_an_abstract(number):
    assert registry_ids(number) == registry_ids(f"{'word ' * 100}({number}){' word' * 100}") == [number]
    assert own_number(number) == number
    assert entry_url(number).startswith("https://")
    assert number.removeprefix("EUCTR").removeprefix("CTIS") in entry_url(number)


def test_every_register_is_tried():
    assert {register_name(number) for number in NUMBERS} == {register.name for register in REGISTERS}


@each(
    "text",
    [
        "from 2010-2012 we studied 1234 patients (2011-01-02)",
        "call 2009 012345 12", "grant 2022 500123 12", "NCT0123456", "NCT0123456789", "ISRCTN1234567", "2009-912345-12", "NTR1", "PER-FORM",
    ],
)  # fmt: skip
def test_what_is_no_registration_number(text):
    assert registry_ids(text) == []


@each(
    ("accession", "number"),
    [
        ("NCT01234567", "NCT01234567"),
        ("NCT01234567~2", "NCT01234567"),
        ("EUCTR2009-012345-12-DE", "EUCTR2009-012345-12"),
        ("2009-012345-12", "EUCTR2009-012345-12"),
        ("2022-500123-12-00", "CTIS2022-500123-12"),
        ("JPRN-UMIN000012345", "UMIN000012345"),
        ("ACTRN12605000123456p", "ACTRN12605000123456"),
        ("Moe_NCT01234567", ""),
        ("NCT01234567_protocol_of_Moe.pdf", ""),
        ("CN-01234567", ""),
        ("31234567", ""),
    ],
)
def test_an_accession_is_a_number_or_is_not(accession, number):
    assert own_number(accession) == number


def test_numbers_stand_in_the_order_of_registers_each_once():
    assert registry_ids("EudraCT 2009-012345-12, NCT01234567, NCT 01234567") == [
        "NCT01234567",
        "EUCTR2009-012345-12",
    ]


@each("around", ["", "short ", "word " * 100])
def test_a_whole_column_has_the_numbers_of_each_of_its_texts(around):
    texts = [f"{around}{text}" for text in [text for text, _ in CASES] + ["", "function", "an electrode"]]
    backwards = texts[::-1]
    numbers = [dict.fromkeys(registry_ids(one) + registry_ids(other)) for one, other in zip(texts, backwards, strict=True)]  # fmt: skip
    assert registry_ids_of(texts, backwards) == ["; ".join(each) for each in numbers]
