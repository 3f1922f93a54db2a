// More than one connection: a line each.

import { h, link } from "../../dom.js";
import { t } from "../../i18n.js";
import { linkButton } from "../../parts/button.js";
import { pill } from "../../parts/pill.js";
import { table } from "../../parts/table.js";
import { hashOf, heading } from "../../router.js";
import { footer } from "../../shell.js";
import { day } from "../../time.js";
import { providerName } from "./data.js";

export function list(ctx, { connections }) {
  const another = ctx.manage && linkButton(link(hashOf("provisioning/new"), {}, t("list.another")), "outline");
  const columns = [
    { label: t("list.name"), cell: (c) => h("bdi", {}, c.name) },
    { label: t("list.provider"), cell: (c) => providerName(c.identity_provider) },
    { label: t("list.state"), cell: (c) => pill(c.status === "paused" ? "paused" : "active") },
    { label: t("list.since"), cell: (c) => day(c.created_at) }];
  return h("div", { class: "m-page" }, h("div", { class: "m-head" }, h("div", { class: "m-tight" }, heading(t("rail.provisioning")),
    h("p", { class: "m-dim" }, t("list.n", { n: connections.length }))), another),
  table({ caption: t("rail.provisioning"), columns, rows: connections, href: (c) => hashOf(`provisioning/${c.id}`), total: connections.length }), footer());
}
