import DefaultTheme from "vitepress/theme";
import Source from "./Source.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component("Source", Source);
  },
} satisfies typeof DefaultTheme;
