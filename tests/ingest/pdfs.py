"""Writes PDFs for the tests, and remembers where each word was put."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
REGULAR, BOLD = "Times-Roman", "Times-Bold"
TEXT = (
    "The river was low that summer and the mussels lay open on the gravel. People "
    "from both banks came with baskets, and the wardens counted what they carried "
    "away. In the ledger of the parish every household has its own line, written in "
    "brown ink by the same patient hand. Nobody remembers when the counting began. "
)


@dataclass(frozen=True)
class Placed:
    """A word and where it was written: points from the page's upper left corner."""

    page: int
    word: str
    left: float
    right: float
    base: float


@dataclass
class Paper:
    """A PDF that is written line by line; `y` counts down from the top."""

    title: str = ""
    author: str = ""
    width: float = WIDTH
    height: float = HEIGHT
    encrypt: object = None
    placed: list[Placed] = field(default_factory=list)
    page: int = 0

    def __post_init__(self) -> None:
        self.buffer = BytesIO()
        self.canvas = Canvas(
            self.buffer,
            pagesize=(self.width, self.height),
            invariant=1,
            encrypt=self.encrypt,
            initialFontName=REGULAR,
        )
        self.canvas.setTitle(self.title or "untitled")
        self.canvas.setAuthor(self.author)

    def words(
        self, x: float, y: float, words: str, size: float = 10, font: str = REGULAR,
        *, space: float = 0.0,
    ) -> float:  # fmt: skip
        """One line from x; `space` widens its spaces. Returns where it ends."""
        self.canvas.setFont(font, size)
        for word in words.split(" "):
            width = stringWidth(word, font, size)
            self.placed.append(Placed(self.page, word, x, x + width, y))
            self.canvas.drawString(x, self.height - y, word)
            x += width + stringWidth(" ", font, size) + space
        return x

    def centred(self, y: float, words: str, size: float, font: str = REGULAR) -> None:
        width = stringWidth(words, font, size)
        self.words((self.width - width) / 2, y, words, size, font)

    def text(
        self, x: float, y: float, width: float, text: str, size: float = 10,
        *, leading: float = 1.2, indent: float = 0.0, font: str = REGULAR,
        justified: bool = False, hyphens: bool = False, hanging: float = 0.0,
    ) -> float:  # fmt: skip
        """A paragraph in lines; returns where the next line would stand."""
        rest = text.split()
        first = True
        while rest:
            left = x + (indent if first else hanging)
            room = width - (left - x)
            line: list[str] = []
            while rest and stringWidth(" ".join([*line, rest[0]]), font, size) <= room:
                line.append(rest.pop(0))
            if hyphens and rest and len(rest[0]) > 6:
                for cut in range(len(rest[0]) - 3, 2, -1):
                    half = [*line, f"{rest[0][:cut]}-"]
                    if stringWidth(" ".join(half), font, size) <= room:
                        line, rest[0] = half, rest[0][cut:]
                        break
            words = " ".join(line)
            free = room - stringWidth(words, font, size)
            space = (
                free / (len(line) - 1) if justified and rest and len(line) > 1 else 0
            )
            self.words(left, y, words, size, font, space=space)
            y += leading * size
            first = False
        return y

    def next(self) -> None:
        self.canvas.showPage()
        self.page += 1

    def data(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def picture_page(paper: Paper) -> None:
    """A page that is one picture, as a scanner makes it."""
    picture = Image.new("L", (60, 80), 200)
    paper.canvas.drawImage(ImageReader(picture), 0, 0, paper.width, paper.height)
