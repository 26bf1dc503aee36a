"""What the tests of plain text and of Markdown both look at."""

from collections.abc import Sequence

from citeback.records import Block


def shown(text: str, blocks: Sequence[Block]) -> list[tuple[str, str]]:
    """Each block's kind and words, line ends as spaces."""
    return [
        (block.kind.value, " ".join(text[block.start : block.end].split()))
        for block in blocks
    ]


def items(text: str, block: Block) -> list[str]:
    return [" ".join(text[item.start : item.end].split()) for item in block.items]


def check_order(text: str, blocks: Sequence[Block]) -> None:
    """Blocks and items in order, apart, not empty, without outer white space."""
    position = 0
    for block in blocks:
        assert position <= block.start < block.end <= len(text)
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        position = block.start
        for item in block.items:
            assert position <= item.start < item.end <= block.end
            position = item.end
        position = block.end
