"""Compare sentence libraries on hard cases, languages, speed and exact offsets.

    pip install nupunkt==0.8.0 sentencex==1.0.32 pysbd==0.3.4 syntok==1.4.4 \\
        blingfire==0.1.8 numpy
    PYTHONPATH=src python benchmarks/sentences.py

Each case is the list of its sentences; the text is the list joined with a space
(nothing in Chinese and Japanese). A case counts as right only when every bound in it
is. Every library is asked as Citeback asks it, without knowing the language, except
in the column "language told". A library that is not installed is left out.
"""

from __future__ import annotations

import importlib
import multiprocessing
import time
from collections.abc import Callable
from importlib.metadata import version

Bounds = list[tuple[int, int]]

CASES: dict[str, list[list[str]]] = {
    "abbreviations": [
        ["He met Dr. Smith and Mrs. Jones on Monday.", "They talked."],
        ["The U.S. Dr. No. 5 clause applies.", "See also No. 7."],
        ["The ruling in Smith v. Jones, No. 5, was cited by the U.S. Supreme Court."],
        ["He works at Acme Inc. in New York.", "She works at Beta Ltd. in London."],
        ["She has a Ph.D. in physics, e.g. optics, i.e. light.", "He has none."],
        ["The meeting is at 5 p.m. on Tuesday.", "Bring Sgt. Pepper."],
        ["He lives in the U.S.", "She lives in the U.K.", "Neither moves."],
        ["See Fig. 3 and pp. 12-14, vol. 2, ch. 5.", "The rest is noise."],
        ["Gen. Lee and Sen. Cruz met Gov. Brown in St. Louis.", "It rained."],
        ["It was reported by Reuters et al. in Jan. 2015 and Feb. 2016.", "So be it."],
        ["The report (cf. Art. 5, para. 2, sec. 3) was adopted.", "It is binding."],
        ["Apples, pears, etc. were sold.", "Nobody bought them."],
        ["We sell apples, pears, etc.", "Nobody buys them."],
        ["Approx. 300 people came vs. 200 last year.", "The hall was full."],
    ],
    "initials, decimals": [
        ["J. R. R. Tolkien wrote it.", "C.S. Lewis read it."],
        ["John F. Kennedy spoke.", "George H. W. Bush listened."],
        ["It costs $3.50 or 2.5 euros.", "That is 1.000,50 in total."],
        ["Version 2.0.1 came out on 12.05.2015.", "Version 3 did not."],
        ["Growth fell from 3.2 to .5 percent.", "It recovered in 2016."],
        ["Plan B was chosen by vitamin C.", "Then came plan C.", "It failed."],
    ],
    "quotes": [
        ['"Stop!" he cried.', "She did not."],
        ["“Where are you going?” she asked.", "“Home.”", "He left."],
        ['He said, "I am done." Then he left.'],
        ["She wrote: “We cannot wait. We must act.”", "The rest agreed."],
        ["‘It works,’ he said.", "‘Does it?’ she asked."],
        ["The slogan “Yes We Can!” was everywhere.", "It worked."],
    ],
    "marks": [
        ["Wait... what happened?", "Nothing."],
        ["He paused … and went on.", "Then silence."],
        ["I wonder…", "Maybe not."],
        ["Really?!", "Yes!!", "Good."],
        ["It failed (see below).", "It was repaired."],
        ["It failed.", "(It was repaired later.)", "It works."],
        ["It failed (twice, they say!) in May.", "It works."],
        ["The claim was refuted.[1]", "It was repeated.[2][3]", "Nobody cared."],
        ["Visit https://example.org/a.b?c=d.", "Write to a.b@example.co.uk for help."],
        ["Use Yahoo! or Node.js at example.com today.", "It is free."],
        ["the first point is short.", "the second is too."],
    ],
    "bullets, numbers": [
        ["1. Open the box.", "2. Close the box."],
        ["a) Take one pill.", "b) Drink water."],
        ["• Support the family.", "• Train the staff."],
        ["As set out in Rule 4.", "Section 5.1 applies.", "1.2.3 does not."],
    ],
    "German": [
        ["Das ist z. B. ein Test.", "Er kommt am 3. Oktober 2015."],
        ["Dr. Müller wohnt in der Hauptstr. 5.", "Er ist ca. 40 Jahre alt."],
        ["„Kommst du?“, fragte er.", "„Nein.“", "Er ging."],
        ["Gemäß Art. 5 Abs. 2 gilt dies.", "Die Frist endet am 1. Mai."],
    ],
    "French": [
        ["M. Dupont est arrivé.", "Mme Durand aussi."],
        ["« Viens-tu ? » demanda-t-il.", "Elle partit."],
        ["Voir p. 12 et art. 5 du code.", "C'est fini."],
        ["Est-ce vrai ?", "Oui !", "Très bien."],
    ],
    "Spanish": [
        ["El Sr. López llegó.", "La Sra. Díaz también."],
        ["¿Cómo estás?", "¡Muy bien!", "Gracias."],
        ["Vive en EE. UU. desde 2015.", "Trabaja allí."],
    ],
    "Arabic": [
        ["هل تريد الذهاب؟", "نعم.", "حسنا!"],
        ["عقدت الورشة في نوفمبر.", "شارك فيها خبراء؛ وقد ناقشوا التحديات."],
    ],
    "Hindi": [
        ["यह पहला वाक्य है।", "यह दूसरा वाक्य है।"],
        ["क्या आप आएंगे?", "हाँ।", "धन्यवाद!"],
    ],
    "Nepali": [
        ["कार्यशाला काठमाडौंमा भयो।", "धेरै मानिस आए।"],
        ["तपाईं कहाँ जानुहुन्छ?", "घर।"],
    ],
    "Chinese": [
        ["研讨会在加德满都举行。", "很多人参加了！", "为什么？"],
        ["他说：“我们走吧。”", "大家都同意了。"],
    ],
    "Japanese": [
        ["これは最初の文です。", "これは二番目です。"],
        ["彼は「行こう。」と言った。", "みんな賛成した！"],
    ],
    "Greek, Armenian, Urdu, Burmese": [
        ["Πού πας;", "Πάω σπίτι."],
        ["Սա առաջինն է։", "Սա երկրորդն է։"],
        ["یہ پہلا جملہ ہے۔", "یہ دوسرا ہے۔"],
        ["ဒါက ပထမ။", "ဒါက ဒုတိယ။"],
    ],
}
CODES = {
    "German": "de",
    "French": "fr",
    "Spanish": "es",
    "Arabic": "ar",
    "Hindi": "hi",
    "Nepali": "ne",
    "Chinese": "zh",
    "Japanese": "ja",
}
PROSE = (
    "The workshop was opened by Dr. Smith of the U.S. Institute (see No. 5). "
    "“Why now?” he asked. Some 3.5 percent of those released return, e.g. to prison. "
)
MEGABYTE = {
    "prose": PROSE * (1_000_000 // len(PROSE)),
    "no spaces": "x" * 1_000_000,
    "a. a. a.": "a. " * 333_333,
    "only dots": "." * 1_000_000,
    "open quotes": "“" * 1_000_000,
    "brackets": "(a. " * 250_000,
    "line ends": "a\n" * 500_000,
    "no end": "word " * 200_000,
}
SECONDS = 20


def nupunkt(text: str, language: str) -> Bounds:
    return list(importlib.import_module("nupunkt").sent_spans(text))


def citeback(text: str, language: str) -> Bounds:
    spans = importlib.import_module("citeback.ingest.sentences").sentence_spans(text)
    return [(span.start, span.end) for span in spans]


def sentencex(text: str, language: str) -> Bounds:
    library = importlib.import_module("sentencex")
    return placed(text, library.segment(language, text))


def pysbd(text: str, language: str) -> Bounds:
    library = importlib.import_module("pysbd")
    segmenter = library.Segmenter(language=language, clean=False, char_span=True)
    return [(span.start, span.end) for span in segmenter.segment(text)]


def syntok(text: str, language: str) -> Bounds:
    segmenter = importlib.import_module("syntok.segmenter")
    return [
        (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
        for paragraph in segmenter.analyze(text)
        for sentence in paragraph
    ]


def blingfire(text: str, language: str) -> Bounds:
    library = importlib.import_module("blingfire")
    return list(library.text_to_sentences_and_offsets(text)[1])


LIBRARIES: dict[str, Callable[[str, str], Bounds]] = {
    "nupunkt": nupunkt,
    "sentencex": sentencex,
    "pysbd": pysbd,
    "syntok": syntok,
    "blingfire": blingfire,
    "citeback": citeback,
}


def placed(text: str, sentences: list[str]) -> Bounds:
    """Where the sentences stand in the text, searched for in order; -1 if they don't."""
    bounds, position = [], 0
    for sentence in sentences:
        start = text.find(sentence, position)
        bounds.append((start, start + len(sentence)))
        position = max(position, start + len(sentence))
    return bounds


def right(split: Callable[[str, str], Bounds], case: list[str], language: str) -> bool:
    joiner = "" if any("\u3040" <= sign <= "\u9fff" for sign in case[0]) else " "
    text = joiner.join(case)
    try:
        found = [text[start:end].strip() for start, end in split(text, language)]
    except Exception as error:  # noqa: BLE001 - a crash is a result here
        found = [type(error).__name__]
    return [piece for piece in found if piece] == case


def timed(name: str, kind: str, queue: multiprocessing.Queue[float]) -> None:
    LIBRARIES[name]("Warm. Up.", "en")
    begin = time.perf_counter()
    LIBRARIES[name](MEGABYTE[kind], "en")
    queue.put(time.perf_counter() - begin)


def seconds(name: str, kind: str) -> str:
    queue: multiprocessing.Queue[float] = multiprocessing.Queue()
    process = multiprocessing.Process(target=timed, args=(name, kind, queue))
    process.start()
    process.join(SECONDS)
    if process.is_alive():
        process.kill()
        return f"> {SECONDS}"
    return f"{queue.get(timeout=5):.2f}" if process.exitcode == 0 else "crash"


def installed() -> list[str]:
    names = []
    for name, split in LIBRARIES.items():
        try:
            split("One. Two.", "en")
        except ImportError:
            continue
        names.append(name)
    return names


def row(*cells: str) -> None:
    print("| " + " | ".join(cells) + " |")


def main() -> None:
    names = installed()
    told = [name for name in names if name in ("sentencex", "pysbd")]
    labels = [f"{n} {version(n)}" if n != "citeback" else "ours" for n in names]
    row("cases right", "of", *labels, *(f"{name}, language told" for name in told))
    row(*["---"] * (2 + len(names) + len(told)))
    sums = [0] * (len(names) + len(told))
    for kind, cases in CASES.items():
        counts = [sum(right(LIBRARIES[n], c, "en") for c in cases) for n in names]
        code = CODES.get(kind, "en")
        counts += [sum(right(LIBRARIES[n], c, code) for c in cases) for n in told]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        row(kind, str(len(cases)), *map(str, counts))
    row("all", str(sum(map(len, CASES.values()))), *map(str, sums))
    print()
    row("seconds for 1 MB", *labels)
    row(*["---"] * (1 + len(names)))
    for kind in MEGABYTE:
        row(kind, *(seconds(name, kind) for name in names))


def misses(name: str) -> None:
    """Print what a library makes of the cases that it gets wrong."""
    for cases in CASES.values():
        for case in cases:
            if not right(LIBRARIES[name], case, "en"):
                text = ("" if case[0] > "\u3040" else " ").join(case)
                bounds = LIBRARIES[name](text, "en")
                print(case, "->", [text[start:end] for start, end in bounds])


if __name__ == "__main__":
    main()
