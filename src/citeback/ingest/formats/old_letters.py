"""Which of the encodings from before Unicode some bytes are in.

They do not say it themselves, so it is judged by what words they would make. The only
file that imports charset_normalizer.
"""

from __future__ import annotations

import re
from collections import Counter

from charset_normalizer import from_bytes

# So many bytes are judged; more makes it no surer.
SAMPLE = 60_000
# Latin words have their letters beyond ASCII one by one, words of other scripts
# consist of them; this share of them stands in rows then.
_IN_ROWS = 0.4
_ROW = re.compile(rb"[\x80-\xff]{3,}")
# Fewer letters do not make one script sure.
_ENOUGH = 12

_USUAL = "cp1252"
# The letters beyond ASCII of languages, by the encoding they are written in.
_ALPHABETS = {
    _USUAL: (
        "àâæçéèêëîïôœùûüÿ äöüß áéíñóúü ãáâàçéêíóôúü àèéìíîòóù åäöé æøåéòô "
        "áðéíóúýþæö éëïöüáó äõöüšž"
    ).split(),
    "cp1250": "ąćęłńóśźż áčďéěíňóřšťúůýžäľĺôŕ áéíóöőúüű ăâîşţ čćđšž".split(),
    "iso8859_2": "ąćęłńóśźż áčďéěíňóřšťúůýžäľĺôŕ áéíóöőúüű ăâîşţ čćđšž".split(),
    "cp1254": ["çğıiöşüâîû"],
    "cp1257": "ąčęėįšųūž āčēģīķļņšūž".split(),
}
_OTHER_SCRIPTS = (
    "cp1251 koi8_r koi8_u cp866 iso8859_5 cp1253 iso8859_7 cp1255 cp1256 cp874 "
    "shift_jis euc_jp gb18030 big5 euc_kr mac_cyrillic"
).split()
_NAMES = {
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp874": "Windows-874 (Thai)",
    "cp866": "DOS-866 (Cyrillic)",
    "iso8859_2": "ISO 8859-2 (Central European)",
    "iso8859_7": "ISO 8859-7 (Greek)",
    "iso8859_5": "ISO 8859-5 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "koi8_u": "KOI8-U (Cyrillic)",
    "mac_cyrillic": "Macintosh Cyrillic",
    "shift_jis": "Shift-JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)",
}
# Lower-case Hebrew letters, and the Cyrillic ones that no longer text does without.
_HEBREW = set(range(0xE0, 0xFB))
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[¡¢£¤¥¦¨ª¬¯±²³´µ¶·¸¹º¼½¾¿×÷ˇ˘˙˛˝ƒ†‡ˆ‰‹›˜™](?=[^\W\d_])"
)


def encoding_of(data: bytes) -> tuple[str, str]:
    """The encoding's name for Python, and its name for a person.

    Short texts and those that would make sense either way are Western European, by
    far the most frequent.
    """
    sample = data[:SAMPLE]
    beyond = sum(byte > 0x7F for byte in sample)
    in_rows = sum(map(len, _ROW.findall(sample)))
    if in_rows > _IN_ROWS * beyond:
        found = _of_other_script(sample)
    else:
        found = max(_ALPHABETS, key=lambda name: _fit(sample, name))
    return found, _NAMES[found]


def _of_other_script(sample: bytes) -> str:
    # What Hebrew says would be Cyrillic letters too, but words without vowels.
    letters = [byte for byte in sample if byte >= 0xC0]
    others = sum(0x80 <= byte < 0xC0 for byte in sample)
    if len(letters) >= max(_ENOUGH, 9 * others) and _HEBREW.issuperset(letters):
        return "cp1255"
    best = from_bytes(
        sample, cp_isolation=list(_OTHER_SCRIPTS), preemptive_behaviour=False
    ).best()
    return best.encoding if best and best.encoding in _NAMES else _USUAL


def _fit(sample: bytes, encoding: str) -> float:
    """How much of what is beyond ASCII makes the words of one language.

    1 is all; signs inside words and bytes that stand for nothing count against it.
    """
    text = sample.decode(encoding, "replace")
    letters = Counter(s.lower() for s in text if s > "\x7f" and s.isalpha())
    odd = len(_SIGN_IN_WORD.findall(text)) + text.count("\ufffd")
    total = letters.total() + odd
    if not total:
        return 1.0
    return max(
        (sum(letters[letter] for letter in alphabet) - odd) / total
        for alphabet in _ALPHABETS[encoding]
    )
