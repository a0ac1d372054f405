/** What a report says, in each language; numbers, names and what the table's own rules say come as they are. */
import type { Language } from "@chaingrad/core/explain";
import { count } from "@chaingrad/core/format";
import type { Part } from "@chaingrad/tables";

const PARTS_EN: Readonly<Record<Part, string>> = { train: "train", validation: "validation", test: "test" };

const en = {
  title: (target: string, file: string) => `${target} from ${file}`,
  sections: "Sections",
  section: {
    data: "The table",
    training: "Training",
    scores: "How well it does",
    reliability: "Probabilities and what comes true",
    intervals: "Intervals",
    importance: "Which columns matter",
    dependence: "How the prediction moves with a column",
    hardest: "The hardest rows",
    flow: "How the gradient flows",
    derivation: "One prediction, derived",
    certificate: "Certificate of the gradient",
  },
  part: PARTS_EN as Readonly<Record<Part, string>>,
  numbers: "Numbers",
  row: "row",
  summary: (
    layers: string,
    loss: string,
    seed: number,
    epochs: number,
    best: number,
    seconds: string,
    engine: string,
  ) =>
    `A ${layers} network, ${loss}, seed ${seed}; ${count(epochs, "epoch")}, the best weights are of epoch ${best}; ${seconds} s on ${engine}.`,
  sizes: (file: string, sizes: string) => `${file}: ${sizes} rows.`,
  without: (rows: number) => ` Set aside without a target: ${count(rows, "row")}.`,
  learnt: (targets: readonly (readonly [task: string, name: string, why: string])[], features: number) =>
    ` A ${targets.map(([task, name, why]) => `${task} of '${name}' (${why})`).join(", a ")}, from ${count(features, "feature")}.`,
  columns: "Columns",
  columnHead: ["column", "role", "why"] as readonly string[],
  allColumns: (many: number) => `All ${many} columns`,
  noEpoch: "No epoch was done.",
  losses: "Loss after each epoch",
  lossLine: { training: "training", validation: "validation" },
  loss: "loss",
  epoch: "epoch",
  best: "best",
  fell: (first: string, last: string, epochs: number) =>
    `The training loss goes from ${first} to ${last} in ${count(epochs, "epoch")}`,
  lowest: (best: number, loss: string) => `; on the validation rows it is lowest after epoch ${best}, ${loss}.`,
  stop: ".",
  scoresOf: (target: string | undefined): string => (target === undefined ? "Scores" : `Scores of ${target}`),
  rows: "rows",
  baseline: (part: Part, guess: string) => `baseline${part === "test" ? "" : ` on ${part} rows`} (${guess})`,
  confusion: (target: string | undefined, part: Part) =>
    `Confusion${target === undefined ? "" : ` of ${target}`} on the ${part} rows`,
  diagonal: (right: number, all: number) => `${right} of ${all} are on the diagonal, where truth and prediction agree.`,
  truth: "truth",
  prediction: "prediction",
  residuals: (q1: string, q3: string, min: string, max: string) =>
    `Half of the residuals (truth − prediction) lie between ${q1} and ${q3}, all between ${min} and ${max}.`,
  predictions: (target: string, part: Part) => `Predictions of ${target} on the ${part} rows`,
  inTable: "in the table",
  predicted: "predicted",
  residual: "residual",
  classes: (target: string | undefined, part: Part) =>
    `Each class${target === undefined ? "" : ` of ${target}`} on the ${part} rows`,
  classHead: ["class", "rows", "precision", "recall", "F₁"] as readonly string[],
  nothing: "Nothing was recorded.",
  flow: "Gradient flow",
  flowOf: "Length of δ by layer",
  flowHead: [
    "epoch",
    "layer",
    "‖δ‖",
    "‖∂L/∂W‖",
    "‖ΔW‖/‖W‖",
    "dead",
    "saturated",
    "largest σ",
    "smallest σ",
  ] as readonly string[],
  flowIntro:
    "‖δ‖ is the length of ∂L/∂z of a layer. From a layer to the one before it is multiplied by that layer's Jacobian, whose singular values σ say how much it can grow or shrink.",
  atEnd: (layers: string) => `At the end: ${layers}.`,
  derived: (row: number, file: string, wasTrained: boolean) =>
    `Row ${row} of ${file}, which was ${wasTrained ? "" : "not "}trained on, as the network takes it: encoded and scaled.`,
  features: "Its features, and how the loss depends on them",
  feature: "feature",
  derivation: "The whole derivation, forward and backward",
  certified: (rows: number, part: Part, right: boolean) =>
    `On ${count(rows, `${part} row`)}, in float64, every derivative by reverse mode beside central differences and forward mode: ${right ? "they agree" : "they do not agree, see below"}.`,
  gradients: "Gradients, the worst first",
  gradientHead: ["gradient", "verdict", "entries", "largest error", "forward mode"] as readonly string[],
  some: (some: number, all: number) => `${some} of ${all}`,
  overflow: "Nothing can be said: the model's weights overflow on a row.",

  lookedAt: (part: Part, rows: number, of: number, target: string | undefined) =>
    `On ${rows === of ? `the ${rows} ${part} rows` : `${rows} of the ${of} ${part} rows, drawn with seed 0`}${target === undefined ? "" : `; of ${target}, the first target`}.`,
  seen: "The model was trained on these rows: what it learnt by heart counts, too.",
  importance: (score: string, reached: string, repeats: number) =>
    `How much worse ${score} (${reached}) becomes where a column's cells are dealt out to other rows: the mean of ${count(repeats, "permutation")}; a line is two standard errors to each side.`,
  importanceOf: "Permutation importance",
  leads: (column: string, importance: string, error: string) => `'${column}' matters most: ${importance} ± ${error}.`,
  noneMatters: "No column matters.",
  importanceHead: ["column", "importance", "standard error"] as readonly string[],
  derivedBy: "what it does, on one row",
  comesAbout: (column: string) => `How the importance of ${column} comes about`,
  more: (many: number) =>
    `${count(many, "column")} of less importance ${many === 1 ? "is" : "are"} in the table below.`,
  dependence: (rows: number) =>
    `What the model says on average over ${count(rows, "row")} where the column is set to one value in all of them: the three columns that matter most. Where columns depend on each other it also asks about rows that cannot be.`,
  dependenceOf: (output: string, column: string) => `${output} over ${column}`,
  moves: (low: string, high: string, least: string, most: string) =>
    `From ${low} (at ${least}) to ${high} (at ${most}).`,
  hardest: (amounts: boolean) =>
    `The rows that are ${amounts ? "furthest from their prediction" : "given the least probability of their class"}. The factor is the column that moved the prediction away from the truth most, by integrated gradients from a row of medians: a cell that is unusual, wrong, or misleading here.`,
  hardestOf: "Hardest rows",
  hardestHead: (amounts: boolean): readonly string[] => [
    ...["row", "in the table", "predicted"],
    ...[amounts ? "residual" : "probability of the truth", "factor", "it moved the prediction by", "derivation"],
  ],
  intervals: (level: string) =>
    `Intervals that are to hold the truth of a stated share of rows, made of how far off rows were that the model did not learn from (conformal prediction), tried on the test rows. ${level}`,
  held: (level: string, covered: string, width: string) =>
    `At ${level} they hold ${covered} of the rows, and are ${width} wide at the median.`,
  noIntervals: "There are no intervals: the model was trained without rows to make them of, or there are no test rows.",
  intervalsOf: (target: string) => `Intervals of ${target}`,
  intervalHead: ["share that is to be held", "share that is held", "width at the median"] as readonly string[],
  reliability: (of: string | undefined): string =>
    of === undefined
      ? "How probable the most probable class is said to be, and how often it is right."
      : `How probable '${of}' is said to be, and how often it is true.`,
  reliabilityOf: "Reliability",
  calibration: (error: string) =>
    `Dots below the dashed line are promises that were not kept; the larger, the more rows. On average probabilities are ${error} off.`,
  reliabilityHead: ["from", "to", "rows", "said", "true"] as readonly string[],
  said: "said to be probable",
  cameTrue: "came true",
  noReliability: "Nothing can be said of rows that the model never saw: there are none.",
};

type Words = typeof en;

const PARTS_ZH: Readonly<Record<Part, string>> = { train: "训练", validation: "验证", test: "测试" };

const zh: Words = {
  title: (target, file) => `由 ${file} 预测 ${target}`,
  sections: "目录",
  section: {
    data: "表格",
    training: "训练过程",
    scores: "效果如何",
    reliability: "概率与实际频率",
    intervals: "预测区间",
    importance: "哪些列重要",
    dependence: "预测随一列如何变化",
    hardest: "最难的行",
    flow: "梯度如何流动",
    derivation: "一次预测的推导",
    certificate: "梯度的证书",
  },
  part: PARTS_ZH,
  numbers: "数值",
  row: "行",
  summary: (layers, loss, seed, epochs, best, seconds, engine) =>
    `网络 ${layers}，损失 ${loss}，种子 ${seed}；共 ${epochs} 轮，最佳权重来自第 ${best} 轮；用时 ${seconds} 秒，引擎 ${engine}。`,
  sizes: (file, sizes) => `${file}：${sizes} 行。`,
  without: (rows) => `没有目标值而放在一边的：${rows} 行。`,
  learnt: (targets, features) =>
    `学习${targets.map(([task, name, why]) => `「${name}」（${task}：${why}）`).join("、")}，用 ${features} 个特征。`,
  columns: "各列",
  columnHead: ["列", "角色", "原因"],
  allColumns: (many) => `全部 ${many} 列`,
  noEpoch: "没有完成任何一轮。",
  losses: "每轮之后的损失",
  lossLine: { training: "训练", validation: "验证" },
  loss: "损失",
  epoch: "轮",
  best: "最佳",
  fell: (first, last, epochs) => `训练损失在 ${epochs} 轮中从 ${first} 变为 ${last}`,
  lowest: (best, loss) => `；验证行上的损失在第 ${best} 轮之后最低，为 ${loss}。`,
  stop: "。",
  scoresOf: (target) => (target === undefined ? "得分" : `${target} 的得分`),
  rows: "行",
  baseline: (part, guess) => `基线（${part === "test" ? "" : `${PARTS_ZH[part]}行，`}${guess}）`,
  confusion: (target, part) => `${target === undefined ? "" : `${target} 的`}混淆矩阵（${PARTS_ZH[part]}行）`,
  diagonal: (right, all) => `${all} 行中有 ${right} 行在对角线上，即真值与预测一致。`,
  truth: "真值",
  prediction: "预测",
  residuals: (q1, q3, min, max) => `残差（真值 − 预测）有一半在 ${q1} 与 ${q3} 之间，全部在 ${min} 与 ${max} 之间。`,
  predictions: (target, part) => `${target} 的预测（${PARTS_ZH[part]}行）`,
  inTable: "表中的值",
  predicted: "预测值",
  residual: "残差",
  classes: (target, part) => `${target === undefined ? "" : `${target} 的`}各类别（${PARTS_ZH[part]}行）`,
  classHead: ["类别", "行数", "精确率", "召回率", "F₁"],
  nothing: "没有记录。",
  flow: "梯度流",
  flowOf: "各层 δ 的长度",
  flowHead: ["轮", "层", "‖δ‖", "‖∂L/∂W‖", "‖ΔW‖/‖W‖", "失活", "饱和", "最大 σ", "最小 σ"],
  flowIntro: "‖δ‖ 是一层的 ∂L/∂z 的长度。从一层到前一层，它要乘以该层的雅可比矩阵；其奇异值 σ 说明它能放大或缩小多少。",
  atEnd: (layers) => `结束时：${layers}。`,
  derived: (row, file, wasTrained) =>
    `${file} 的第 ${row} 行（${wasTrained ? "" : "未"}用于训练），即网络所见的样子：已编码并缩放。`,
  features: "它的特征，以及损失如何依赖于它们",
  feature: "特征",
  derivation: "完整的推导，前向与反向",
  certified: (rows, part, right) =>
    `在 ${rows} 个${PARTS_ZH[part]}行上，以 float64 计算：反向模式的每个导数与中心差分、前向模式相比，${right ? "一致" : "不一致，见下"}。`,
  gradients: "各梯度，误差最大的在前",
  gradientHead: ["梯度", "结论", "元素", "最大误差", "前向模式"],
  some: (some, all) => `${all} 个中的 ${some} 个`,
  overflow: "无法说明：模型的权重在某一行上溢出。",

  lookedAt: (part, rows, of, target) =>
    `${rows === of ? `在 ${rows} 个${PARTS_ZH[part]}行上` : `在 ${of} 个${PARTS_ZH[part]}行中以种子 0 抽取的 ${rows} 行上`}${target === undefined ? "" : `；针对第一个目标 ${target}`}。`,
  seen: "模型用这些行训练过：死记硬背的部分也计算在内。",
  importance: (score, reached, repeats) =>
    `把一列的单元格打乱分给其他行之后，${score}（${reached}）变差多少：${repeats} 次打乱的均值；横线向两侧各延伸两个标准误。`,
  importanceOf: "置换重要性",
  leads: (column, importance, error) => `「${column}」最重要：${importance} ± ${error}。`,
  noneMatters: "没有一列重要。",
  importanceHead: ["列", "重要性", "标准误"],
  derivedBy: "它在一行上的作用",
  comesAbout: (column) => `${column} 的重要性如何得出`,
  more: (many) => `另有 ${many} 列不那么重要，见下表。`,
  dependence: (rows) =>
    `在 ${rows} 行中把该列都设为同一个值时，模型平均给出的预测：最重要的三列。若各列相互依赖，其中也会问到不可能存在的行。`,
  dependenceOf: (output, column) => `${output} 随 ${column} 的变化`,
  moves: (low, high, least, most) => `从 ${low}（${least} 处）到 ${high}（${most} 处）。`,
  hardest: (amounts) =>
    `${amounts ? "离预测最远的行" : "真实类别的概率最低的行"}。因素是使预测最偏离真值的列，由从中位数行出发的积分梯度得出：那里的单元格不寻常、有误，或在此处误导了模型。`,
  hardestOf: "最难的几行",
  hardestHead: (amounts) => [
    "行",
    "表中的值",
    "预测值",
    amounts ? "残差" : "真值的概率",
    "因素",
    "它使预测移动",
    "推导",
  ],
  intervals: (level) =>
    `这些区间应当包含给定比例的行的真值，由模型没有学过的行的偏差得出（共形预测），在测试行上检验。${level}`,
  held: (level, covered, width) => `标称 ${level} 的区间包含了 ${covered} 的行，宽度的中位数为 ${width}。`,
  noIntervals: "没有区间：训练时没有留下可用的行，或没有测试行。",
  intervalsOf: (target) => `${target} 的区间`,
  intervalHead: ["应包含的比例", "实际包含的比例", "宽度的中位数"],
  reliability: (of) =>
    of === undefined
      ? "最可能的类别被说成有多可能，以及它有多常是对的。"
      : `「${of}」被说成有多可能，以及它有多常成真。`,
  reliabilityOf: "可靠性",
  calibration: (error) => `虚线以下的点是没有兑现的承诺；点越大，行越多。概率平均偏差 ${error}。`,
  reliabilityHead: ["从", "到", "行数", "所说", "成真"],
  said: "所说的概率",
  cameTrue: "成真的比例",
  noReliability: "没有模型未见过的行，因此无法说明。",
};

export type ReportWords = Words;
export const reportWords: Readonly<Record<Language, Words>> = { en, zh };
