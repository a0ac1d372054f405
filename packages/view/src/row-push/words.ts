/** What the page of a row's pull says, in each language. */
import type { Language } from "@chaingrad/core/explain";

const en = {
  title: "Row {row} of {title}: how it pulls at each layer",
  summary:
    "The loss of this row, {loss}, has a gradient of length {norm}: no shorter than those of {rank} of {of} rows. Its cosine with the mean gradient is {cosine}. {side}",
  with: "It pulls the way that the rows pull on the whole.",
  against: "It pulls against what the rows want on the whole: it is hard, rare or wrong.",
  aside: "It pulls neither with the rows nor against them.",
  strength: "Length of the gradient, layer by layer",
  strongest: "The row pulls most at {layer}: {norm}, where the median of all rows, the line across a bar, is {median}.",
  norm: "length of the row's gradient",
  alignment: "Alignment with the mean gradient",
  aligned:
    "The cosine with the mean gradient at each layer: 1 is the way of all rows, −1 the opposite one. The largest is at {most}, {high}; the least at {least}, {low}.",
  cosine: "cosine with the mean gradient",
  shares: "Shares of the squared length",
  shared: "Of the squared length of the row's gradient {layer} has {share}; all layers' shares add up to 100 %.",
  share: "share of the squared length, %",
  layer: "layer",
  median: "median of all rows",
  part: "part of the row's cosine",
  numbers: "Numbers",
  left: "{count} layers with less are in the table alone.",
  cells: "The row",
  column: "column",
  value: "value",
} as const;

type RowPushWords = Readonly<Record<keyof typeof en, string>>;

const zh: RowPushWords = {
  title: "{title} 的第 {row} 行：它如何拉动每一层",
  summary:
    "这一行的损失为 {loss}，其梯度的长度为 {norm}：不短于 {of} 行中 {rank} 行的梯度。它与平均梯度的余弦为 {cosine}。{side}",
  with: "它与各行总体的方向一致。",
  against: "它与各行总体想要的方向相反：它是困难的、罕见的，或有误。",
  aside: "它既不与各行同向，也不与之相反。",
  strength: "各层梯度的长度",
  strongest: "这一行对 {layer} 的拉力最大：{norm}；所有行的中位数（横在条上的线）为 {median}。",
  norm: "这一行梯度的长度",
  alignment: "与平均梯度的一致程度",
  aligned:
    "各层上与平均梯度的余弦：1 为所有行的方向，−1 为相反方向。最大的在 {most}，{high}；最小的在 {least}，{low}。",
  cosine: "与平均梯度的余弦",
  shares: "长度平方的份额",
  shared: "在这一行梯度长度的平方中，{layer} 占 {share}；各层的份额合计 100 %。",
  share: "长度平方的份额，%",
  layer: "层",
  median: "所有行的中位数",
  part: "在该行余弦中的部分",
  numbers: "数值",
  left: "另有 {count} 层较小，只列在表中。",
  cells: "这一行",
  column: "列",
  value: "值",
};

export const rowPushWords: Readonly<Record<Language, RowPushWords>> = { en, zh };
