"""A folder of documents in several formats that changes at random, by a seed."""

from __future__ import annotations

import io
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx

WORDS = (
    "kettle garden window winter letter harbour copper meadow bridge lantern orchard "
    "cellar market river statute hearing witness budget archive ledger"
).split()
# Sentences that stand in several documents: what they share must outlast each of them.
COMMON = tuple(f"All of them agreed on the {word} at once." for word in WORDS[:6])
KINDS = ("txt", "txt", "md", "html", "csv", "srt", "docx", "eml", "zip", "zip", "pdf")
MOST_FILES = 14


def paragraphs(chance: random.Random) -> list[str]:
    """Some paragraphs of two or three sentences each."""
    return [
        " ".join(
            chance.choice(COMMON)
            if chance.random() < 0.2
            else f"The {chance.choice(WORDS)} of {chance.choice(WORDS)} has number "
            f"{chance.randrange(10**6)} in the {chance.choice(WORDS)}."
            for _ in range(chance.randint(2, 3))
        )
        for _ in range(chance.randint(2, 14))
    ]


def file_of(kind: str, chance: random.Random) -> bytes:
    """A new file of a kind; the PDF is one that cannot be read."""
    texts = paragraphs(chance)
    if kind == "md":
        return "\n\n".join(["# A title", *texts[:2], "## A part", *texts]).encode()
    if kind == "html":
        body = "".join(f"<p>{text}</p>" for text in texts)
        return f"<html><body><main><h1>A page</h1>{body}</main></body></html>".encode()
    if kind == "csv":
        rows = [f"{number},{text}" for number, text in enumerate(texts)]
        return "\n".join(["number,text", *rows]).encode()
    if kind == "srt":
        return "\n\n".join(
            f"{n + 1}\n00:{n:02}:01,000 --> 00:{n:02}:59,000\n{text}"
            for n, text in enumerate(texts)
        ).encode()
    if kind == "docx":
        document = docx.Document()
        for text in texts:
            document.add_paragraph(text)
        target = io.BytesIO()
        document.save(target)
        return target.getvalue()
    if kind == "eml":
        mail = EmailMessage()
        mail["Subject"], mail["From"] = "A letter", "someone@example.org"
        mail.set_content("\n\n".join(texts))
        return bytes(mail)
    if kind == "zip":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name in chance.sample(["one.txt", "two.md", "in/three.txt"], k=2):
                archive.writestr(name, file_of("txt", chance))
        return target.getvalue()
    if kind == "pdf":
        return b"%PDF-1.4 " + chance.randbytes(200)
    return "\n\n".join(texts).encode()


def change(content: Path, chance: random.Random) -> None:
    """Add, change, rename and remove some files, as a person does between two starts."""
    for _ in range(chance.randint(1, 4)):
        files = sorted(path for path in content.iterdir() if path.is_file())
        deed = chance.choice(["add", "add", "change", "rename", "remove"])
        if len(files) < 4 or (deed == "add" and len(files) < MOST_FILES):
            kind = chance.choice(KINDS)
            name = f"{chance.choice(WORDS)}-{chance.randrange(10**4)}.{kind}"
            (content / name).write_bytes(file_of(kind, chance))
            continue
        file = chance.choice(files)
        if deed == "change":
            file.write_bytes(file_of(file.suffix.removeprefix("."), chance))
        elif deed == "rename":
            file.rename(content / f"moved-{chance.randrange(10**4)}{file.suffix}")
        else:
            file.unlink()
