"""The languages a report may be written in: ISO 639-1 codes and their English names."""

from collections.abc import Mapping

_NAMES = """
af Afrikaans|am Amharic|ar Arabic|az Azerbaijani|be Belarusian|bg Bulgarian|bn Bengali|bs Bosnian|ca Catalan|cs Czech
cy Welsh|da Danish|de German|el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|fa Persian|fi Finnish
fr French|ga Irish|gl Galician|gu Gujarati|ha Hausa|he Hebrew|hi Hindi|hr Croatian|hu Hungarian|hy Armenian
id Indonesian|ig Igbo|is Icelandic|it Italian|ja Japanese|ka Georgian|kk Kazakh|km Khmer|kn Kannada|ko Korean|ky Kyrgyz
la Latin|lb Luxembourgish|lo Lao|lt Lithuanian|lv Latvian|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay
mt Maltese|my Burmese|nb Bokmål|ne Nepali|nl Dutch|nn Nynorsk|no Norwegian|pa Punjabi|pl Polish|ps Pashto|pt Portuguese
ro Romanian|ru Russian|rw Kinyarwanda|si Sinhala|sk Slovak|sl Slovenian|so Somali|sq Albanian|sr Serbian|sv Swedish
sw Swahili|ta Tamil|te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tr Turkish|uk Ukrainian|ur Urdu|uz Uzbek
vi Vietnamese|xh Xhosa|yo Yoruba|zh Chinese|zu Zulu
"""

LANGUAGES: Mapping[str, str] = {pair[:2]: pair[3:] for line in _NAMES.split("\n") for pair in line.split("|") if pair}


def code(language: str) -> str:
    """ "pt" of "pt-BR"."""
    return language.replace("_", "-").partition("-")[0].lower()


def names(language: str) -> tuple[str, ...]:
    """What a language tag is asked for by: the code and, where we know it, the name."""
    short = code(language)
    return tuple(filter(None, (short, LANGUAGES.get(short, ""))))
