// The product's mapping table, with the rows to change marked.

import { h } from "../../dom.js";
import { inLanguage, rich, t } from "../../i18n.js";
import { pill } from "../../parts/pill.js";

export function mappingTable(guide) {
  const why = (r) => r.why && h("tr", { role: "row", class: "m-why" }, h("td", { role: "cell", colspan: 4 }, h("p", { class: "m-small" }, rich(inLanguage(r.why)))));
  const row = (r) => [h("tr", { role: "row", class: r.why ? "m-goes-on" : null },
    h("td", { role: "cell" }, h("code", { lang: "en" }, r.source)), h("td", { role: "cell" }, h("code", { lang: "en" }, r.target)),
    h("td", { role: "cell" }, r.apply && h("span", { lang: "en" }, r.apply)),
    h("td", { role: "cell" }, r.change ? pill("needs_you", { text: t("mapping.change") }) : h("span", { class: "m-dim" }, t("mapping.keep")))), why(r)];
  const heads = ["mapping.source", "mapping.target", "mapping.apply", "mapping.what"].map((k) => h("th", { scope: "col", role: "columnheader" }, t(k)));
  return h("div", { class: "m-near" }, h("table", { class: "m-table m-mapping", role: "table" }, h("caption", { class: "m-hidden" }, t("mapping.caption")),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), h("tbody", { role: "rowgroup" }, guide.mapping.map(row).flat().filter(Boolean))),
  h("p", { class: "m-small" }, rich(inLanguage(guide.changed_names))));
}
