/** `@chainrule/studio/report`: pages and pictures as texts, without a browser. */
import script from "virtual:report-script";
import type * as api from "./api.d.ts";
import { chartPicture, reportPage, searchPage } from "./page.tsx";

export const reportHtml: typeof api.reportHtml = (data) => reportPage(data, script);
export const searchHtml: typeof api.searchHtml = searchPage;
export const chartSvg: typeof api.chartSvg = chartPicture;
