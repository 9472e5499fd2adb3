"""Titles, people and venues that say the same, and those that do not."""

import numpy as np

from evergreen.deduplication.journals import compare_journals, same_sort
from evergreen.deduplication.people import cut_list, same_people
from evergreen.deduplication.wording import (
    OTHER,
    SAME,
    SLIP,
    TYPO,
    WORDS,
    abstracts_differ,
    compare_titles,
    names_a_work,
)
from tests.rows import each


@each(
    ("a", "b", "level"),
    [
        ("Haemolytic anaemia in the tumour", "Hemolytic anemia in tumor", SAME),
        ("Randomised trials of health care", "Randomized trials of healthcare", SAME),
        ("Groups of patients", "Group of patients", SAME),
        ("Type II diabetes", "Type 2 diabetes", SAME),
        ("Erosions in arthritis: a cohort study", "Erosions in arthritis", SAME),
        ("Erosions in arthritis of the hands", "Erosions in arthritis of …", SAME),
        ("Erosions in arthritis [12 refs]", "Erosions in arthritis", SAME),
        ("Thrombotic μangiopathy", "Thrombotic microangiopathy", SAME),
        ("Inhibition of chyloμns", "Inhibition of chylomicrons", SAME),
        ("Erosions & fractures in men", "Erosions and …", SAME),
        ("Erosions in arthritis", "Erosoins in arthritis", SLIP),
        ("Erosions in artritis", "Erosions in arthritis: a cohort study", SLIP),
        ("Enzymes are upergulated", "Enzymes are upregulated", SLIP),
        ("Immunohistochemical signs", "Immunohisotchemical signs", TYPO),
        ("Immunohistochemical signs", "Immunohistochemocal signs", SLIP),
        ("Perioperative bleeding", "Peroperative bleeding", OTHER),
        ("Gastrostomy in children", "Gastrotomy in children", OTHER),
        ("Erosions of teeth", "Erosions in teeth", SLIP),
        ("Denosumab in men", "Denosumab in women", OTHER),
        ("Survival with dementia", "Survival without dementia", OTHER),
        ("Quality of life of children", "Quality of life of parents of children", OTHER),
        ("Erosions in arthritis", "Erosions in arthritis of children", OTHER),
        ("Type 1 diabetes", "Type 2 diabetes", OTHER),
        ("Phase II trials", "Phase III trials", OTHER),
        ("Vitamin A in rats", "Vitamin D in rats", OTHER),
        ("HDL in rats", "LDL in rats", OTHER),
        ("Maternal age", "Paternal age", OTHER),
        ("Typical seizures", "Atypical seizures", OTHER),
        ("Macrovascular disease", "Microvascular disease", OTHER),
        ("HER2+ tumours", "HER2(+) tumors", SAME),
        ("HER2+ tumours", "HER2- tumours", OTHER),
        ("CD4(+) cells in rats", "CD4(-) cells in rats", OTHER),
        ("Falls below <65 years", "Falls below ≥65 years", OTHER),
        ("Falls in men > 65 years", "Falls in men ≥65 years", SAME),
        ("Statins + fibrates in rats", "Statins and fibrates in rats", SAME),
        ("Iron 1.5 g daily", "Iron 15 g daily", OTHER),
        ("Iron 0.5 mg daily", "Iron 0·5 mg daily", SAME),
        ("A cohort of 10,000 men", "A cohort of 10000 men", SAME),
        ("Iron 50 μg daily", "Iron 50 mcg daily", SAME),
        ("Iron 50 μg daily", "Iron 50 mg daily", OTHER),
        ("A phase I/II trial of iron", "A phase 1/2 trial of iron", SAME),
        ("A phase I/II trial of iron", "A phase III trial of iron", OTHER),
        ("A phase 3b trial of iron", "A phase 3 trial of iron", WORDS),
        ("PD-1 in lung cancer", "PD-L1 in lung cancer", WORDS),
        ("The 2nd world war", "The second world war", SAME),
        ("Hepatitis A in travellers", "Hepatitis E in travellers", OTHER),
        ("Switching to insulin in men", "Switching from insulin in men", OTHER),
        ("An audit of dementia care: part I", "An audit of dementia care: part II", OTHER),
        ("Erosions in arthritis: part XIX", "Erosions in arthritis: part XX", OTHER),
        ("Erosions in arthritis: XIV", "Erosions in arthritis: 14", SAME),
        ("Editorial comment: erosions in arthritis", "Erosions in arthritis", OTHER),
        ('Letter by Moe regarding article, "Erosions in arthritis"', "Erosions in arthritis", OTHER),
        ("Réponse à : érosions in arthritis", "Erosions in arthritis", OTHER),
        ("Berichtigung zu: Erosions in arthritis", "Erosions in arthritis", OTHER),
        ("訂正：Erosions in arthritis", "Erosions in arthritis", OTHER),
        ("Ответ на: Erosions in arthritis", "Erosions in arthritis", OTHER),
        ("Erosions in arthritis: rationale and design", "Erosions in arthritis", OTHER),
        ("Erosions in arthritis (study protocol)", "Erosions in arthritis", OTHER),
        ("Erosions in arthritis: response to denosumab", "Erosions in arthritis", SAME),
        ("Review article: erosions in arthritis", "Erosions in arthritis", SAME),
        ("Fetal erosions", "Fatal erosions", OTHER),
        ("地诺单抗治疗男性骨质疏松症", "地诺单抗治疗女性骨质疏松症", OTHER),
        ("地诺单抗治疗骨质疏松症。", "地诺单抗治疗骨质疏松症", SAME),
        ("Data from: Erosions in arthritis", "Erosions in arthritis", OTHER),
        ("Erosions in arthritis: a data analysis", "Erosions in arthritis", SAME),
        ("Patterns of multiple sclerosis in Niger", "Patterns of multiple sclerosis in Nigeria", OTHER),
    ],
)
def test_titles_differ_in_a_content_word_or_do_not(a, b, level):
    assert compare_titles(a, b) == compare_titles(b, a) == level


def test_a_slip_that_makes_a_word_of_other_titles_is_no_slip():
    assert compare_titles("The atrial wall", "The trial wall", {"atrial", "trial"}.__contains__) == WORDS
    assert compare_titles("The human wall", "The humna wall", {"human"}.__contains__) == SLIP
    assert compare_titles("The cardiac wall", "The cardiacc wall", {"cardiac"}.__contains__) == TYPO
    assert compare_titles("The cardiac wall", "The cardiec wall", {"cardiac"}.__contains__) == SLIP


@each(
    ("title", "telling"),
    [
        ("Editorial introduction", False),
        ("In this issue", False),
        ("Reply by the authors", False),
        ("Questions and answers", False),
        ("Lettere al direttore", False),
        ("Письмо в редакцию", False),
        ("편집자 서문", False),
        ("Introduction to the special issue on registries", False),
        ("Vascular dementia", True),
        ("Declarative audit rules", True),
        ("Introduction to the special issue on pharmacological treatment of osteoporosis", True),
    ],
)
def test_titles_of_serial_pieces_name_no_work(title, telling):
    assert names_a_work(title) == telling


@each(
    ("a", "b", "same"),
    [
        ("Lowell, Ida; Adler, Hal", "Adler, H.; Lowell, I.", True),
        ("Müller, Ann", "M?ller, A.", True),
        ("Müller, Ann", "Mller, A.", True),
        ("Müller, Ann", "Mueller, A.", True),
        ("Öztürk, Ann", "Oeztürk, A.", True),
        ("Lowell, Ida M", "Lowell, I", True),
        ("Lowell, Ida; Lowell, Joe", "Lowell, J.; Lowell, I.", True),
        ("Lowell, Ida; Adler, Hal", "Lowell, Ida", False),
        ("Lowell, Ida", "Lowell, Joe", False),
        ("Lowell, Ida; Adler, Hal", "Lowell, Ida; et al.", False),
        ("", "", False),
    ],
)
def test_people_are_the_same_each_of_them(a, b, same):
    assert same_people(a, b) == same_people(b, a) == same


def test_a_list_that_goes_on_is_the_beginning_of_another():
    assert cut_list("Lowell, Ida; Adler, Hal; Poe, C", "Lowell, I; et al.")
    assert cut_list("Lowell J et, al.", "Lowell, Joe; Adler, Hal")
    assert not cut_list("Lowell, Ida; Adler, Hal; Poe, C", "Adler, H; et al.")
    assert not cut_list("Lowell, Ida; Adler, Hal", "Lowell, I")


@each(
    ("a", "b", "level"),
    [
        ("proceedings of the international conference on example systems", "ices", 1),
        ("proceedings of the 12th international conference on example systems", "ices 2004", 1),
        ("international conference on management of data", "sigmod conference", 1),
        ("very large data bases", "vldb", 1),
        ("sigmod record", "international conference on management of data", -1),
        ("journal of example systems", "ices", -1),
        ("acm transactions on example systems", "toes", 1),
        ("letters of the xyz", "lxyz", 1),
        ("vldb workshop", "vldb", 0),
        ("international conference on example systems", "example systems international conference on", 1),
        ("international conference on example systems", "international conference on other matters", -1),
        ("heart conference 20th european meeting", "heart", 1),
        ("proc vldb", "vldb", 1),
        ("7th workshop on example systems", "example systems workshop", 1),
        ("7th international workshop on example systems", "example systems workshop", 0),
        ("7th european workshop on example systems", "workshop on other systems", -1),
    ],
)
def test_venues_in_letters(a, b, level):
    found = compare_journals(np.array([a, b], dtype=object), np.array([0]), np.array([1]))
    assert found.tolist() == [level]


def test_a_journal_is_no_meeting():
    assert not same_sort("vldb", "vldb j")
    assert same_sort("example record", "acm example record")


def test_abstracts_are_clearly_different_or_not():
    words = [f"word{number}" for number in range(80)]
    whole, half, other = " ".join(words), " ".join(words[:40]), " ".join(reversed(words))
    assert not abstracts_differ(whole, "OBJECTIVE: " + half)
    assert not abstracts_differ(whole, "too short to tell")
    assert abstracts_differ(whole, other)
