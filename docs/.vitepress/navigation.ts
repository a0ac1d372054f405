/** What stands beside the pages, in both languages. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DefaultTheme, LocaleSpecificConfig } from "vitepress";
import { decisions } from "./decisions.ts";
import { entryPoints } from "./entry-points.js";

type Locale = LocaleSpecificConfig<DefaultTheme.Config>;
/** An entry point that gives a module away by name has a folder of pages. */
const linkTo = (page: string): string =>
  existsSync(join(import.meta.dirname, "..", page, "index.md")) ? `${page}/` : page;

const api = entryPoints.map(({ name }) => ({
  text: name,
  link: linkTo(`/api/${name.replace(/^@chaingrad\//, "")}`),
}));

const guides = [
  {
    text: "Start",
    items: [
      { text: "First steps", link: "/first-steps" },
      { text: "Packages", link: "/packages" },
      { text: "Cookbook", link: "/cookbook" },
    ],
  },
  {
    text: "Guides",
    items: [
      { text: "Train on a table", link: "/guides/table" },
      { text: "Tables as people write them", link: "/guides/reading" },
      { text: "What can be predicted", link: "/guides/targets" },
      { text: "Watching a training", link: "/guides/watch" },
      { text: "Splits, folds and intervals", link: "/guides/splits-and-folds" },
      { text: "Searching for a network", link: "/guides/search" },
      { text: "Going on", link: "/guides/resume" },
      { text: "Metrics and decisions", link: "/guides/judging" },
      { text: "Understanding a model", link: "/guides/understanding" },
      { text: "Understanding the data", link: "/guides/data-attribution" },
      { text: "In a page", link: "/guides/page" },
      { text: "In a server", link: "/guides/server" },
      { text: "A model over HTTP", link: "/guides/serve" },
      { text: "At the edge", link: "/guides/edge" },
      { text: "Layers", link: "/guides/layers" },
      { text: "A loss and an activation of your own", link: "/guides/own-parts" },
      { text: "Second derivatives and physics", link: "/guides/physics" },
      { text: "Debugging a gradient", link: "/guides/debugging" },
      { text: "Choosing an optimizer", link: "/guides/optimizers" },
    ],
  },
  {
    text: "Coming from elsewhere",
    items: [
      { text: "How it compares", link: "/guides/comparison" },
      { text: "From TensorFlow.js", link: "/guides/from-tensorflow-js" },
      { text: "From brain.js", link: "/guides/from-brain-js" },
      { text: "From scikit-learn", link: "/guides/from-scikit-learn" },
      { text: "From Keras", link: "/guides/from-keras" },
    ],
  },
  {
    text: "Learn",
    items: [
      { text: "Backpropagation", link: "/backpropagation" },
      { text: "Reading a derivation", link: "/reading-a-derivation" },
      { text: "The certificate of a gradient", link: "/certificate" },
    ],
  },
  {
    text: "In depth",
    items: [
      { text: "Diagnosis", link: "/diagnosis" },
      { text: "Second order", link: "/second-order" },
      { text: "The JSON of explain", link: "/explain-json" },
      { text: "Benchmark", link: "/benchmark" },
    ],
  },
];

export const english: Locale = {
  themeConfig: {
    nav: [
      { text: "Guides", link: "/first-steps", activeMatch: "^/(first-steps|guides/)" },
      { text: "Cookbook", link: "/cookbook" },
      { text: "Learn", link: "/backpropagation", activeMatch: "^/(backpropagation|reading-a-derivation|certificate)" },
      { text: "API", link: "/api/", activeMatch: "^/api/" },
      { text: "Decisions", link: "/decisions/", activeMatch: "^/decisions/" },
    ],
    sidebar: {
      "/": guides,
      "/api/": [{ text: "API reference", link: "/api/", items: api }],
      "/decisions/": [{ text: "Decisions", link: "/decisions/", items: [...decisions] }],
    },
    outline: { level: [2, 3], label: "On this page" },
  },
};

export const chinese: Locale = {
  description: "用 TypeScript 在表格上训练神经网络，并展示实际运行的推导",
  themeConfig: {
    nav: [
      { text: "第一步", link: "/zh/first-steps" },
      { text: "反向传播", link: "/zh/backpropagation" },
      { text: "English", link: "/first-steps" },
    ],
    sidebar: {
      "/zh/": [
        {
          text: "学习",
          items: [
            { text: "第一步", link: "/zh/first-steps" },
            { text: "能预测什么", link: "/zh/guides/targets" },
            { text: "观察训练", link: "/zh/guides/watch" },
            { text: "划分、折与区间", link: "/zh/guides/splits-and-folds" },
            { text: "搜索网络", link: "/zh/guides/search" },
            { text: "继续训练", link: "/zh/guides/resume" },
            { text: "指标与决定", link: "/zh/guides/judging" },
            { text: "理解一个模型", link: "/zh/guides/understanding" },
            { text: "理解数据", link: "/zh/guides/data-attribution" },
            { text: "通过 HTTP 提供模型", link: "/zh/guides/serve" },
            { text: "反向传播", link: "/zh/backpropagation" },
            { text: "读懂推导", link: "/zh/reading-a-derivation" },
            { text: "梯度的证书", link: "/zh/certificate" },
          ],
        },
        {
          text: "英文部分",
          items: [
            { text: "指南与示例", link: "/cookbook" },
            { text: "API 参考", link: "/api/" },
          ],
        },
      ],
    },
    outline: { level: [2, 3], label: "本页内容" },
    docFooter: { prev: "上一页", next: "下一页" },
    darkModeSwitchLabel: "外观",
    lightModeSwitchTitle: "切换到浅色",
    darkModeSwitchTitle: "切换到深色",
    sidebarMenuLabel: "目录",
    returnToTopLabel: "回到顶部",
    langMenuLabel: "选择语言",
    skipToContentLabel: "跳到正文",
  },
};

export const searchChinese = {
  translations: {
    button: { buttonText: "搜索", buttonAriaLabel: "搜索" },
    modal: {
      displayDetails: "显示详细列表",
      resetButtonTitle: "清除查询",
      backButtonTitle: "关闭搜索",
      noResultsText: "没有结果",
      footer: { selectText: "选择", navigateText: "切换", closeText: "关闭" },
    },
  },
};
