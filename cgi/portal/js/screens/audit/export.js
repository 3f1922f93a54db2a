// The log as a file: fetched in parts, since the session has to be sent with each, and joined here.

import { download } from "../../api.js";
import { h, link } from "../../dom.js";
import { t } from "../../i18n.js";
import { button } from "../../parts/button.js";
import { progress } from "../../parts/progress.js";

/** exportButton(ctx, query()): a button, which says meanwhile how much there is. */
export function exportButton(ctx, query) {
  const said = h("div", {}), box = h("div", { class: "m-near" });
  box.append(button(t("audit.export"), { busy: t("audit.exporting"), click: async () => {
    const parts = [];
    let cursor = null, lines = 0;
    do {
      const part = await download(`${ctx.org}/audit-logs/export?${new URLSearchParams({ format: "csv", ...query(), ...(cursor && { cursor }) })}`, { signal: ctx.signal });
      parts.push(part.text);
      lines += part.text.split("\n").length - 1;
      ({ cursor } = part);
      said.replaceChildren(progress({ label: t("audit.exporting"), done: lines }));
    } while (cursor);
    const url = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
    link(url, { download: "audit-log.csv" }).click();
    URL.revokeObjectURL(url);
    said.replaceChildren(h("p", { class: "m-small", role: "status" }, t("audit.exported", { n: lines - 1 })));
  } }), said);
  return box;
}
