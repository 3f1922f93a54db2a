// A real table; below 768 pixels its rows become blocks of two lines.

import { h, hidden, icon, link } from "../dom.js";
import { t } from "../i18n.js";
import { say } from "../say.js";
import { button } from "./button.js";

function head(column, sort) {
  if (!column.sort) return h("th", { scope: "col", role: "columnheader", class: column.number ? "m-right" : null }, column.label);
  const by = sort?.by === column.sort ? sort.order : null;
  return h("th", { scope: "col", role: "columnheader", "aria-sort": by && (by === "desc" ? "descending" : "ascending") },
    h("button", { type: "button", class: "m-button m-text m-sort", on: { click: () => sort.change(column.sort, by === "asc" ? "desc" : "asc") } }, column.label, by && icon("down")));
}

function cells(columns, row, href) {
  return columns.map((column, i) => {
    const value = column.cell(row);
    const content = i === 0 && href ? link(href(row), { class: "m-stretch" }, value) : value;
    return h("td", { role: "cell", class: column.number ? "m-right" : null }, i > 0 && h("span", { class: "m-cell-label" }, hidden(`${column.label}: `)), content);
  });
}

/**
 * table({caption, columns: [{label, cell(row), number, sort}], rows, href(row), sort: {by, order, change}, more: async () => rows or null,
 * total}): the first column is the name, and the row's one link. more() gives further rows; null: there are no more.
 */
export function table({ caption, columns, rows, href, sort, more, total, empty }) {
  const row = (r) => h("tr", { role: "row", class: href ? "m-linked" : null, "data-id": r.id }, cells(columns, r, href));
  const body = h("tbody", { role: "rowgroup" }, rows.map(row));
  const counted = h("p", { class: "m-small" });
  const foot = h("div", { class: "m-row m-table-foot" }, counted);
  const count = () => counted.replaceChildren(total === undefined ? t("table.shown", { n: body.rows.length }) : t("table.of", { n: body.rows.length, total }));
  const next = more && button(t("table.more"), { click: async () => {
    const { rows: found, more: again } = (await more()) ?? { rows: [] };
    const first = body.rows.length;
    body.append(...found.map(row));
    count();
    say(counted.textContent);
    if (!again) next.remove();
    (body.rows[first]?.querySelector("a") ?? counted).focus();
  } });
  if (next) foot.append(next);
  count();
  const grid = h("table", { class: "m-table", role: "table" }, h("caption", { class: "m-hidden" }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, columns.map((c) => head(c, sort)))), body);
  return rows.length || !empty ? h("div", {}, grid, foot) : empty;
}
