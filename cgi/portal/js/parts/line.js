// The line: who sends, us, what came of it; two joints say whether it reaches us and whether it is taken.

import { h } from "../dom.js";
import { pill } from "./pill.js";

/** line({stations: [3 texts], joints: [{state, text} twice]}); a list for screen readers. */
export function line({ stations, joints }) {
  const station = (text) => h("span", { class: "m-station" }, text);
  const joint = (j) => h("span", { class: "m-joint" }, pill(j.state, { text: j.text }));
  return h("ol", { class: "m-line" }, h("li", {}, station(stations[0]), joint(joints[0])), h("li", {}, station(stations[1]), joint(joints[1])),
    h("li", {}, station(stations[2])));
}

