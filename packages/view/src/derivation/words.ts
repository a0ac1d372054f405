/** What the page says besides the derivation's own texts, in each language. */
import type { Language } from "@chaingrad/core/explain";

const en = {
  intro:
    "The network below computes from left to right; the chain rule goes back from right to left. Step through it, or choose a weight, a bias, a neuron or an input to see how the loss depends on it.",
  network: "The network",
  drawing: "Drawing of the network: arrow keys move, Enter chooses",
  legend:
    "Lines are weights: the thicker, the larger; dashed and red below zero, solid and blue above. What takes part is lit.",
  left: "{hidden} of {all} units are not drawn.",
  few: "This network is too large for a card of every number: the tables have whole tensors, the units that are drawn, and of each tensor the {count} largest derivatives.",
  steps: "Step by step",
  first: "First",
  previous: "Previous",
  next: "Next",
  keys: "Keys: comma and full stop step back and forth, wherever the focus is.",
  progress: "Step {step} of {count}, {direction}: {symbol}",
  forward: "forward",
  backward: "backward",
  choose: "Choose what the loss is differentiated by",
  nothing: "Nothing chosen yet.",
  chosen: "Chosen: {symbol} = {value}, derivative {derivative}",
  input: "input",
  weight: "weight",
  bias: "bias",
  unit: "neuron",
  whole: "whole tensors",
  loss: "the loss",
  element: "{kind} {name} = {value}, derivative {derivative}",
  factors: "Its chain, factor by factor",
  terms: "This number, term by term",
  ways: "All ways to the loss",
  shape: "shape",
  number: "one number",
  light: "Light",
  dark: "Dark",
  symbols: "Symbols, as x[1], in the place of columns’ names",
  all: "The whole derivation",
  script: "Without scripts the drawing does not move; the whole derivation is below.",
} as const;

export type PageKey = keyof typeof en;
export type PageWords = Readonly<Record<PageKey, string>>;

const zh: PageWords = {
  intro:
    "下面的网络从左向右计算；链式法则从右向左返回。可以逐步查看，也可以选择一个权重、偏置、神经元或输入，看损失如何依赖于它。",
  network: "网络",
  drawing: "网络图：方向键移动，回车选择",
  legend: "线是权重：越粗越大；负数为红色虚线，正数为蓝色实线。参与计算的部分会亮起。",
  left: "{all} 个单元中有 {hidden} 个没有画出。",
  few: "此网络太大，无法为每个数制作卡片：这里有整个张量、画出的单元，以及每个张量中最大的 {count} 个导数。",
  steps: "逐步查看",
  first: "第一步",
  previous: "上一步",
  next: "下一步",
  keys: "按键：无论焦点在哪里，逗号后退，句号前进。",
  progress: "第 {step} 步，共 {count} 步，{direction}：{symbol}",
  forward: "前向",
  backward: "反向",
  choose: "选择对什么求导",
  nothing: "尚未选择。",
  chosen: "已选择：{symbol} = {value}，导数 {derivative}",
  input: "输入",
  weight: "权重",
  bias: "偏置",
  unit: "神经元",
  whole: "整个张量",
  loss: "损失",
  element: "{kind} {name} = {value}，导数 {derivative}",
  factors: "逐个因子的链",
  terms: "这个数的各项",
  ways: "通向损失的所有路径",
  shape: "形状",
  number: "一个数",
  light: "浅色",
  dark: "深色",
  symbols: "用符号（如 x[1]）代替列名",
  all: "完整推导",
  script: "没有脚本时图不会动；完整推导在下面。",
};

export const pageWords: Readonly<Record<Language, PageWords>> = { en, zh };

/** The text with its values put in. */
export const fillIn = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
