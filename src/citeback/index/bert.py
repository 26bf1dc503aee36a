"""A layer of BERT, computed without what lies around its arithmetic.

For a short question, calling the twenty modules of a layer one through the other took a
fifth of the time. The operations are the same, in the same order.
"""

from __future__ import annotations

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.bert.modeling_bert import BertLayer


class Layer(torch.nn.Module):
    """What a BertLayer of an encoder does when nothing is trained."""

    def __init__(self, plain: BertLayer) -> None:
        """Take the layer's parts; they are shared with `plain`."""
        super().__init__()
        seeing = plain.attention.self
        self._heads = (seeing.num_attention_heads, seeing.attention_head_size)
        self._scaling = seeing.scaling
        self._looks = torch.nn.ModuleList([seeing.query, seeing.key, seeing.value])
        self._seen = plain.attention.output.dense
        self._norm = plain.attention.output.LayerNorm
        self._wide = plain.intermediate.dense
        self._bend = plain.intermediate.intermediate_act_fn
        self._narrow = plain.output.dense
        self._last_norm = plain.output.LayerNorm

    def forward(
        self,
        rows: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        *_: object,
        **__: object,
    ) -> torch.Tensor:
        """The rows of all word pieces after this layer, (texts, pieces, dimension)."""
        shape = (*rows.shape[:-1], *self._heads)
        query, key, value = (
            part.forward(rows).view(shape).transpose(1, 2) for part in self._looks
        )
        seen = scaled_dot_product_attention(
            query, key, value, attn_mask=attention_mask, scale=self._scaling
        )
        seen = seen.transpose(1, 2).reshape(rows.shape)
        rows = self._norm.forward(self._seen.forward(seen) + rows)
        wide = self._bend.forward(self._wide.forward(rows))
        bent: torch.Tensor = self._last_norm.forward(self._narrow.forward(wide) + rows)
        return bent


def fits(module: torch.nn.Module) -> bool:
    """Whether a Layer may stand in for the module."""
    return (
        type(module) is BertLayer
        and not module.is_decoder
        and module.attention.self.config._attn_implementation == "sdpa"
    )
