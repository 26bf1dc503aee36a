"""A model's parts replaced by faster ones that give the same.

Weights are laid out once as the processor wants them for bfloat16: torch else lays them
out anew for each batch, which for a short question took as long as multiplying. The
results are the same to the last bit; where they are not, or this torch cannot do it, the
model stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

Run = Callable[[], npt.NDArray[np.float32]]


class Packed(torch.nn.Module):
    """What a torch.nn.Linear does, with weights that lie ready."""

    def __init__(self, plain: torch.nn.Linear) -> None:
        """Lay the weights out; those of `plain` are not kept."""
        super().__init__()
        self.bias = plain.bias
        weight = plain.weight.detach()
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, None)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """The rows times the weights, plus the bias."""
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            rows, self._weight, self.bias, "none", [], ""
        )
        return product


def pack(model: torch.nn.Module, run: Run) -> bool:
    """Pack the model's weights if `run`, which runs it, gives the same afterwards."""
    return _replace(model, run, _is_packable, Packed)


def shorten(model: torch.nn.Module, run: Run) -> bool:
    """Take the shorter way through layers of BERT, if `run` gives the same afterwards."""
    try:
        from citeback.index import bert
    except ImportError:  # another version has it elsewhere
        return False
    return _replace(model, run, bert.fits, bert.Layer)


def _is_packable(module: torch.nn.Module) -> bool:
    return type(module) is torch.nn.Linear and module.weight.dtype is torch.bfloat16


def _replace(
    model: torch.nn.Module,
    run: Run,
    fits: Callable[[torch.nn.Module], bool],
    make: Callable[..., torch.nn.Module],
) -> bool:
    """Put what `make` makes of them in the place of the modules that it fits."""
    plain: dict[str, torch.nn.Module] = {}
    before = run()
    try:
        plain |= {name: one for name, one in model.named_modules() if fits(one)}
        for name, module in plain.items():
            model.set_submodule(name, make(module))
        same = np.array_equal(run(), before)
    except Exception:  # noqa: BLE001  # another version's parts may fail in any way
        same = False
    if not same:
        for name, module in plain.items():
            model.set_submodule(name, module)
    return same
