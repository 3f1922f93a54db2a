// <muster-portal>: the portal inside a page of yours (doc/portal.md). It asks for the token of your backend with the event "token-needed"
// and gets it by the property `token`. Attributes: theme (light, dark, system), language, accent (#rrggbb), label.
// Events: ready, navigate {path}, height {height}, done, token-needed.

const PORTAL = new URL("./", import.meta.url);
const LOOKS = ["theme", "language", "accent"];

class MusterPortal extends HTMLElement {
  static observedAttributes = [...LOOKS, "label"];
  #frame = null;
  #token = null;
  #wanted = false;
  #hear = (event) => {
    if (event.origin === PORTAL.origin && event.source === this.#frame?.contentWindow && event.data?.muster) this.#take(event.data);
  };

  connectedCallback() {
    const early = Object.getOwnPropertyDescriptor(this, "token"); // set before this module was there
    if (early) {
      delete this.token;
      this.#token = early.value;
    }
    const url = new URL(PORTAL), frame = document.createElement("iframe");
    url.searchParams.set("host", location.origin);
    frame.src = url.href;
    frame.allow = "clipboard-write";
    frame.referrerPolicy = "no-referrer";
    Object.assign(frame.style, { display: "block", width: "100%", border: "0", minHeight: "320px" });
    this.#frame = frame;
    this.#dress();
    addEventListener("message", this.#hear);
    this.append(frame);
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#frame.remove();
    this.#frame = null;
    this.#wanted = false;
  }

  attributeChangedCallback() {
    if (!this.#frame) return;
    this.#dress();
    this.#say("look", this.#look());
  }

  /** The token of POST /v1/organizations/ORG/portal-embed-tokens. It can be read by nobody. */
  set token(token) {
    this.#token = token;
    if (this.#wanted) this.#give();
  }

  #look() {
    return Object.fromEntries(LOOKS.map((name) => [name, this.getAttribute(name)]));
  }

  #dress() {
    const theme = this.getAttribute("theme") ?? "system";
    this.#frame.title = this.getAttribute("label") ?? "Provisioning";
    this.#frame.style.colorScheme = theme === "system" ? "light dark" : theme; // otherwise browsers put white or black behind it
  }

  #say(what, data) {
    this.#frame?.contentWindow?.postMessage({ muster: what, ...data }, PORTAL.origin);
  }

  #give() {
    this.#say("token", { token: this.#token });
    this.#token = null;
    this.#wanted = false;
  }

  #take({ muster: what, ...data }) {
    if (what === "ready") this.#say("look", this.#look());
    if (what === "height") this.#frame.style.height = `${Number(data.height) || 0}px`;
    if (what === "token-needed") {
      this.#wanted = true;
      if (this.#token) return this.#give();
    }
    return this.dispatchEvent(new CustomEvent(what, { detail: data, bubbles: true }));
  }
}

customElements.define("muster-portal", MusterPortal);
