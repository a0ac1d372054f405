/** What the page of a search says, in each language. */
import type { Language } from "@chaingrad/core/explain";

const en = {
  title: "Search for {target} in {title}",
  summary:
    "{trials} trials, {trainings} trainings in {seconds} s. A trial goes on to more epochs while it is among the best third of those that came as far: {rungs}.",
  scores: "What was found, beside the default recipe",
  chosen:
    "Validation rows chose the trial, so that its score there is too good; test rows had no part in it. Validation rows of the default recipe are training rows that were left out in turn.",
  found: "found",
  usual: "default recipe",
  guessing: "guessing",
  rows: "rows",
  validation: "validation",
  test: "test",
  train: "training",
  parallel: "Trials as parallel coordinates",
  says: "Each line is a trial, from its options on the left to the loss of the validation rows on the right: the lower the loss, the darker. The thick one is the best, trial {best}, with a loss of {loss}.",
  table: "trials, the best first",
  trial: "trial",
  epochs: "epochs",
  loss: "loss",
  stopped: "ended by",
  none: "none",
  numbers: "Numbers",
  rung: "comparison",
  patience: "patience",
  diverged: "no finite loss",
} as const;

type SearchWords = Readonly<Record<keyof typeof en, string>>;

const zh: SearchWords = {
  title: "在 {title} 中为 {target} 搜索",
  summary:
    "{trials} 次试验，{trainings} 次训练，用时 {seconds} 秒。只要一次试验位于走到同样远的试验中最好的三分之一，就继续训练更多轮：{rungs}。",
  scores: "搜索结果与默认方案",
  chosen: "试验是由验证行选出的，所以它在验证行上的得分偏高；测试行没有参与。默认方案的验证行是轮流留出的训练行。",
  found: "搜索结果",
  usual: "默认方案",
  guessing: "猜测",
  rows: "行",
  validation: "验证",
  test: "测试",
  train: "训练",
  parallel: "试验的平行坐标图",
  says: "每条线是一次试验，左边是它的选项，右边是验证行的损失：损失越低，颜色越深。粗线是最好的试验 {best}，损失为 {loss}。",
  table: "试验，最好的在前",
  trial: "试验",
  epochs: "轮数",
  loss: "损失",
  stopped: "结束原因",
  none: "无",
  numbers: "数字",
  rung: "比较",
  patience: "耐心",
  diverged: "损失不是有限的",
};

export const searchWords: Readonly<Record<Language, SearchWords>> = { en, zh };
