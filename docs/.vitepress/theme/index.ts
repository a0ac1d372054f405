import type { Theme } from "vitepress";
import DefaultTheme from "vitepress/theme";
import Hero from "./Hero.vue";
import LivePage from "./LivePage.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => {
    app.component("Hero", Hero);
    app.component("LivePage", LivePage);
  },
} satisfies Theme;
