"""core.wordpieces: the numbers that the model's own tokenizer gives (tokenizers 0.23.3 on all-MiniLM-L6-v2)."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.wordpieces import WordPieces

PIECES = WordPieces(files("bot.detector").joinpath("wordpieces.txt").read_text(encoding="utf-8").splitlines())
START, END = 101, 102


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Commission opens AI Act probe", "3222 7480 9932 2552 15113"),
        (
            "Don't e-mail A.I. bills: $15m (¥2bn)…",
            "2123 1005 1056 1041 1011 5653 1037 1012 1045 1012 8236 1024 1002 2321 2213 1006 1071 2475 24700 1007 1529",
        ),
        (
            "Behörde verhängt Bußgeld über Übergröße",
            "2022 16368 3207 2310 25032 5654 2102 20934 19310 12439 2094 19169 19169 16523 2080 17499",
        ),
        ("L'État français légifère sur l'IA", "1048 1005 17997 22357 4190 23780 2063 7505 1048 1005 24264"),
        ("欧州委員会がAI法を採択", "100 1836 100 100 1763 1651 4886 1901 1690 100 100"),
        (
            "인공지능 기본법",
            "1463 30019 30021 29991 30011 30025 30000 30019 29992 30017 30025 1455 30019 29996 30011 30021 29996 30008 30024",
        ),
        ("Закон об ИИ", "1187 10260 23925 14150 18947 1193 29740 1188 10325"),
        ("تنظيم الذكاء", "1273 15915 29829 14498 22192 1270 23673 29822 29835 25573 29815"),
        ("हिन्दी नियम", "1339 29877 29863 29861 29878 1327 29877 29868 29867"),
        ("İstanbul'da ŞİRKET", "9960 1005 4830 2909 3489 2102"),
        ("a\u0301b \xbd \xb2 \ufb01ne \uff46\uff55\uff4c\uff4c", "11113 1092 1082 1984 2638 100"),
        ("AI\xa0Act\u3000on\u2028hold", "9932 2552 2006 2907"),
        ("\u202eAI\u202c\x00 \x1b[31mbill\u200b\ufffd", "9932 1031 2861 14905 8591"),
        ("C++ #hash_tag a_b", "1039 1009 1009 1001 23325 1035 6415 1037 1035 1038"),
        ("🤖 robots", "100 13507"),
        ("x" * 100, "22038" + " 20348" * 49),
        ("x" * 101, "100"),
        ("", ""),
        ("\xa0", ""),
    ],
)
def test_a_text_is_the_numbers_the_original_makes_of_it(text: str, numbers: str) -> None:
    assert PIECES.numbers(text, 512) == [START, *map(int, numbers.split()), END]


def test_a_long_text_is_cut_and_still_ends() -> None:
    whole = PIECES.numbers("Commission opens AI Act probe into chatbots", 512)
    assert PIECES.numbers("Commission opens AI Act probe into chatbots", 5) == [*whole[:4], END]


@given(st.text(st.characters()), st.integers(3, 64))
def test_any_text_at_all_has_numbers_within_bounds(text: str, most: int) -> None:
    """Lone surrogates too."""
    found = PIECES.numbers(text, most)
    assert found[0] == START
    assert found[-1] == END
    assert len(found) <= most
    assert all(0 <= number < 30_522 for number in found)


def test_a_lone_surrogate_is_dropped() -> None:
    assert PIECES.numbers("AI \ud800act", 9) == PIECES.numbers("AI act", 9)
